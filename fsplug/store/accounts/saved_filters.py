"""Filters of a list that people keep by a name: their own alone, and of nobody who had the username before.

A saved filter is the list's query string, which the list checks as if it were typed.
"""

import uuid
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Actor
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.db.text import clean
from fsplug.store.schema.accounts import SavedFilters

MOST, LONGEST_NAME, LONGEST_QUERY = 30, 60, 8000
# The lists whose filters can be saved, and where they are.
LISTS = {"recordings": "/recordings", "activity": "/activity"}
_MOST_FIELDS = 30


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """The filters of one list, as its query string."""

    id: str
    list: str
    name: str
    query: str

    @property
    def address(self) -> str:
        """Where the list is with these filters."""
        return address(self.list, self.query)


_THEIRS = (SavedFilters.company == given.company) & (SavedFilters.username == given.username)
_ONE = _THEIRS & (SavedFilters.id == given.id)
_LISTED = Select(
    SavedFilter,
    lambda: (
        SavedFilters.select(*columns(SavedFilter, SavedFilters))
        .where(_THEIRS & (SavedFilters.tenure == given.tenure))
        .order_by(SavedFilters.list, SavedFilters.name)
    ),
)
_ADD = Write(lambda: insert(SavedFilters, "id company username tenure list name query"))
_REPLACE = Write(lambda: SavedFilters.update({SavedFilters.query: given.query}).where(_ONE))
_RENAME = Write(lambda: SavedFilters.update({SavedFilters.name: given.name}).where(_ONE))
_REMOVE = Write(lambda: SavedFilters.delete().where(_ONE))
_FORGET = Write(lambda: SavedFilters.delete().where(_THEIRS))
_FORGET_FORMER = Write(lambda: SavedFilters.delete().where(_THEIRS & (SavedFilters.tenure != given.tenure)))


def address(called: str, query: str) -> str:
    """The address of the list with this query string; of a list that can't be saved, the console's first page."""
    text = _canonical(query)
    return LISTS.get(called, "/") + (f"?{text}" if text and called in LISTS else "")


def listed(store: Store, domain: str, whose: Actor, called: str | None = None) -> list[SavedFilter]:
    """The filters that the person has saved, by name; of one list or all."""
    found = _LISTED.rows(store, tenure=whose.tenure.version, **_owner(store, domain, whose))
    return [one for one in found if called in (None, one.list)]


def save(store: Store, domain: str, whose: Actor, called: str, name: str, query: str) -> SavedFilter:
    """Save the filters by a name, in place of those of the person's that are called so already.

    Invalid: "bad-filter-name", "bad-saved-filter", "too-many-filters".
    """
    wanted, text = _name(name), _canonical(query)
    if called not in LISTS or len(text) > LONGEST_QUERY:
        raise Invalid("bad-saved-filter", f"only filters of {' and '.join(LISTS)} can be saved, up to 8000 characters")
    with store.atomic():
        _FORGET_FORMER.run(store, tenure=whose.tenure.version, **_owner(store, domain, whose))
        own = listed(store, domain, whose, called)
        known = next((one for one in own if one.name == wanted), None)
        if known is None and len(own) >= MOST:
            raise Invalid("too-many-filters", f"{whose.name} has saved {MOST} filters of this list; delete one first")
        made = SavedFilter(known.id if known else uuid.uuid4().hex[:12], called, wanted, text)
        if known:
            _REPLACE.run(store, id=made.id, query=text, **_owner(store, domain, whose))
        else:
            row = {"id": made.id, "list": called, "name": wanted, "query": text}
            _ADD.run(store, tenure=whose.tenure.version, **row, **_owner(store, domain, whose))
    return made


def rename(store: Store, domain: str, whose: Actor, saved: str, name: str) -> SavedFilter:
    """Give one of the person's filters another name.

    Invalid: "unknown-filter", "bad-filter-name", "filter-name-taken".
    """
    wanted = _name(name)
    with store.atomic():
        one = _of(store, domain, whose, saved)
        if any(other.name == wanted and other.id != one.id for other in listed(store, domain, whose, one.list)):
            raise Invalid("filter-name-taken", f"another filter is called {wanted} already; choose another name")
        _RENAME.run(store, id=one.id, name=wanted, **_owner(store, domain, whose))
    return SavedFilter(one.id, one.list, wanted, one.query)


def remove(store: Store, domain: str, whose: Actor, saved: str) -> SavedFilter:
    """Delete one of the person's filters; Invalid("unknown-filter")."""
    with store.atomic():
        one = _of(store, domain, whose, saved)
        _REMOVE.run(store, id=one.id, **_owner(store, domain, whose))
    return one


def forget(store: Store, company: str, username: str) -> None:
    """Delete the filters of a user who is removed, in the caller's transaction. `company` is an id."""
    _FORGET.run(store, company=company, username=username)


def _of(store: Store, domain: str, whose: Actor, saved: str) -> SavedFilter:
    found = next((one for one in listed(store, domain, whose) if one.id == saved), None)
    if found is None:
        raise Invalid("unknown-filter", "you have saved no such filter; it may be deleted already")
    return found


def _owner(store: Store, domain: str, whose: Actor) -> dict[str, str]:
    return {"company": company_id(store, domain), "username": whose.name}


def _name(text: str) -> str:
    found = " ".join(clean(text).split())
    if not 0 < len(found) <= LONGEST_NAME:
        raise Invalid("bad-filter-name", f"give the filter a name of 1 to {LONGEST_NAME} characters", name=found[:100])
    return found


def _canonical(query: str) -> str:
    """The query string without what is empty, and without the place where a further page begins."""
    try:
        fields = parse_qsl(query.removeprefix("?"), max_num_fields=_MOST_FIELDS)
    except ValueError:
        return ""
    return urlencode([(name, clean(value)) for name, value in fields if name.isidentifier() and name != "before"])
