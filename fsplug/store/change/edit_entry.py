"""One entry of a company, a user or a ring group, added, changed or removed by hand as it was looked at."""

import hashlib
from collections.abc import Callable, Sequence

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, departments_of
from fsplug.store.change.checks import Trouble
from fsplug.store.change.draft import Draft, Table, edit
from fsplug.store.change.edit_users import NOT_SEEN
from fsplug.store.change.outcome import Outcome
from fsplug.store.change.reached import Grantee, seen
from fsplug.store.config.groups import MEMBER
from fsplug.store.db.database import Store

CHANGED = "entry-changed"
# The key that names an entry of a kind.
NAMED_BY = {"user": "username", "group": "number"}


class InvalidEntry(Invalid):
    """The company would not be right with it: each trouble is an entry, or a place in it, and a text."""

    def __init__(self, troubles: Sequence[Trouble]) -> None:
        super().__init__("invalid-entry", "; ".join(text for _, text in troubles))
        self.troubles = troubles


class GrantNotSeen(Refused):
    """It grants something, and what that reaches was not looked at; `word` is to be given to `save` once it was."""

    def __init__(self, grantees: Sequence[Grantee]) -> None:
        super().__init__(NOT_SEEN, "this gives access through an address, a phone or a number; look at it first")
        self.grantees = grantees
        self.word = seen(grantees)


def read(store: Store, domain: str, kind: str, name: str, actor: Actor) -> Table:
    """The entry as the document writes it; Invalid("unknown-...") if the actor may list none of that name."""
    with store.connection():
        return Draft(store, domain, departments_of(actor)).entry(kind, name)


def every(store: Store, domain: str, kind: str, actor: Actor) -> dict[str, Table]:
    """The entries that the actor may list, by name."""
    with store.connection():
        return Draft(store, domain, departments_of(actor)).entries(kind)


def word_for(entry: Table) -> str:
    """The word for the entry as it was looked at."""
    return hashlib.sha256(repr(sorted(entry.items())).encode()).hexdigest()


def add(store: Store, domain: str, kind: str, entry: Table, actor: Actor, reached: str = "") -> Outcome:
    """Add an entry. Invalid("...-exists"); else as `save`."""

    def change(draft: Draft) -> None:
        name = str(entry.get(NAMED_BY[kind], ""))
        if name and draft.has(kind, name):
            raise Invalid(f"{kind}-exists", f"{domain} has a {kind} {name} already", company=domain, name=name)
        draft.put(kind, entry)
        _check(draft)

    return _edited(store, domain, change, actor, reached)


def save(
    store: Store, domain: str, kind: str, name: str, entry: Table, actor: Actor, looked_at: str, reached: str = ""
) -> Outcome:
    """Put the entry in place of the one called `name`.

    Refused(CHANGED) when that is no longer as it was `looked_at`, GrantNotSeen when it gives access through something
    else than `reached`, InvalidEntry; and Refused when the actor is not allowed to.
    """

    def change(draft: Draft) -> None:
        _check_looked_at(draft, kind, name, looked_at)
        draft.put(kind, entry, name)
        _check(draft)

    return _edited(store, domain, change, actor, reached)


def remove(store: Store, domain: str, kind: str, name: str, actor: Actor, looked_at: str) -> Outcome:
    """Remove the entry; a user also from ring groups. InvalidEntry while something leads to it; else as `save`."""

    def change(draft: Draft) -> None:
        _check_looked_at(draft, kind, name, looked_at)
        draft.remove(kind, name)
        if kind == "user":
            leave_groups(draft, name)
        _check(draft)

    return _edited(store, domain, change, actor, "")


def leave_groups(draft: Draft, username: str) -> None:
    """Take the user out of every ring group."""
    for number in draft.naming(MEMBER, "username", username):
        group = draft.entry("group", number)
        left = [member for member in group["members"] if member != username]
        draft.put("group", {**group, "members": left}, number)


def _edited(store: Store, domain: str, change: Callable[[Draft], None], actor: Actor, reached: str) -> Outcome:
    def confirm(grantees: list[Grantee]) -> None:
        if grantees and seen(grantees) != reached:
            raise GrantNotSeen(grantees)

    return edit(store, domain, actor, change, confirm=confirm)


def _check_looked_at(draft: Draft, kind: str, name: str, looked_at: str) -> None:
    if word_for(draft.entry(kind, name)) != looked_at:
        raise Refused(CHANGED, f"{kind} {name} has been changed since you looked; look again", name=name)


def _check(draft: Draft) -> None:
    if troubles := draft.troubles():
        raise InvalidEntry(troubles)
