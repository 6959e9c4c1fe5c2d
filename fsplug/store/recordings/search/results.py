"""Recordings as people look for them: newest first, by any of what they are filed under, a page at a time."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.entities import Direction
from fsplug.store.calls import participants
from fsplug.store.calls.participants import Heard
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import Cursor, in_batches
from fsplug.store.recordings.recordings import State
from fsplug.store.recordings.search.keywords import FEWEST_DIGITS, MOST_DIGITS, Keyword, Kind, pair, parts_of_typed
from fsplug.store.recordings.search.query import FOREVER, Wish, keys_of

MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Sought:
    """What people look for; None or empty for no limit.

    Times are epoch seconds. `own` is the user who must be heard, whoever else is; `people` are usernames, one of which
    must be. `number` is one in any spelling, or a part of it with `FEWEST_DIGITS` digits or more.
    """

    since: float | None = None
    until: float | None = None
    direction: Direction | None = None
    own: str | None = None
    people: tuple[str, ...] | None = None
    department: str | None = None
    group: str | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """A recording on the list. `user` is whose leg was recorded, `name` theirs then; `cause` is why it was lost."""

    id: str
    at: float
    state: State
    direction: str | None
    caller: Heard
    answerer: Heard
    user: str | None
    group: str | None
    seconds: float | None
    cause: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this recording ends."""
        return (self.at, self.id)

    @property
    def people(self) -> list[str]:
        """The users who are heard in it."""
        return participants.people((self.caller, self.answerer), self.user)

    @property
    def person(self) -> Heard | None:
        """The user it was made for, as they were then."""
        ends = (one for one in (self.caller, self.answerer) if one.username is not None and one.username == self.user)
        return next(ends, Heard("", self.user) if self.user else None)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One page. `before` is where the next one begins, None when there is none; `looked_back_to` (epoch seconds) where
    looking ended before the page was full."""

    recordings: list[Found]
    before: Cursor | None = None
    looked_back_to: float | None = None


def search(store: Store, domain: str, sought: Sought, limit: int = 50, before: Cursor | None = None) -> Leaf:
    """A page of the company's recordings. Invalid("number-too-short") for a number of too few digits."""
    company = company_id(store, domain)
    wish = _wish(company, sought, _parts(store, domain, sought.number))
    if sought.people == ():
        return Leaf([])
    with store.connection():
        keys, looked_to = keys_of(store, wish, limit + 1, before)
        found = _rows(store, company, keys[:limit])
    if sought.own is not None:
        found = [one for one in found if sought.own in one.people]
    if len(keys) > limit:
        return Leaf(found, keys[limit - 1])
    return Leaf(found, looked_to, looked_to[0] if looked_to else None)


def of_ids(store: Store, domain: str, ids: Collection[str]) -> list[Found]:
    """These of the company's recordings, newest first; those that aren't there, or not any more, are left out."""
    sql, company = (
        f"{_ROWS} AND NOT EXISTS (SELECT 1 FROM deletion x WHERE x.recording = r.id)",
        company_id(store, domain),
    )
    rows = [row for some in in_batches(ids) for row in store.rows(sql.format(_marks(some)), *some, company)]
    return sorted(map(_found, rows), key=lambda one: one.cursor, reverse=True)


def departments(store: Store, domain: str) -> list[str]:
    """Every department that a recording was ever made in."""
    return _texts(store, domain, Kind.DEPARTMENT)


def groups(store: Store, domain: str) -> dict[str, str]:
    """Every ring group that a recording was ever made of: its latest name by its number."""
    sql = "SELECT number, name FROM ring_group WHERE company = ? ORDER BY since"
    names = dict(store.rows(sql, company_id(store, domain)))
    return {number: names.get(number, "") for number in _texts(store, domain, Kind.GROUP)}


def users_called(store: Store, domain: str, text: str) -> tuple[str, ...]:
    """The usernames of those who are or were called so: username, extension, or a part of the name.

    Invalid("too-many-people") when they are more than can be looked for at once.
    """
    sql = """SELECT DISTINCT username FROM "user" WHERE company = ? AND ({}) ORDER BY username LIMIT ?"""
    company, text = company_id(store, domain), " ".join(text.split())
    exact = store.rows(sql.format("username = ? OR extension = ?"), company, text, text, MOST_PEOPLE + 1)
    if not exact:
        # SQLite knows the two cases of ASCII's letters only.
        spellings = sorted({text, text.lower(), text.upper(), text.title(), text.capitalize()})
        named = " OR ".join("""LOWER(name) LIKE LOWER(?) ESCAPE '\\'""" for _ in spellings)
        exact = store.rows(sql.format(named), company, *map(_within, spellings), MOST_PEOPLE + 1)
    if len(exact) > MOST_PEOPLE:
        said = f"more than {MOST_PEOPLE} people are called {text[:40]!r}; type more of the name"
        raise Invalid("too-many-people", said, person=text[:40])
    return tuple(username for (username,) in exact)


def _texts(store: Store, domain: str, kind: Kind) -> list[str]:
    sql = "SELECT DISTINCT text FROM keyword WHERE company = ? AND kind = ? ORDER BY text"
    return [text for (text,) in store.rows(sql, company_id(store, domain), str(kind))]


def _within(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _parts(store: Store, domain: str, typed: str) -> tuple[str, ...]:
    if not typed.strip():
        return ()
    found = parts_of_typed(typed, companies.get(store, domain).country)
    if not found or max(map(len, found)) > MOST_DIGITS:
        text = f"{typed[:40]!r} can't be looked for; type {FEWEST_DIGITS} to {MOST_DIGITS} digits of a number"
        raise Invalid("number-too-short", text, number=typed[:40])
    return found


def _wish(company: str, sought: Sought, parts: tuple[str, ...]) -> Wish:
    until = sought.until if sought.until is not None else FOREVER
    return Wish(
        company, _conditions(company, sought), parts, sought.since or 0.0, until, str(sought.direction or ""),
        knows_direction=bool(sought.group or sought.department),
    )  # fmt: skip


def _conditions(company: str, sought: Sought) -> tuple[tuple[int, ...], ...]:
    direction = str(sought.direction or "")
    own = [(Keyword(Kind.PERSON, sought.own).id(company),)] if sought.own is not None else []
    people = tuple(Keyword(Kind.PERSON, one).id(company) for one in sought.people or ())
    found = []
    if sought.group and sought.department:
        found.append(Keyword(Kind.GROUP_DEPARTMENT, pair(sought.group, sought.department), direction))
    elif sought.group:
        found.append(Keyword(Kind.GROUP, sought.group, direction))
    elif sought.department:
        found.append(Keyword(Kind.DEPARTMENT, sought.department, direction))
    return (*own, *([people] if people else []), *((one.id(company),) for one in found))


_ROWS = """SELECT r.id, r.at, r.state, d.direction, d.caller, d.answerer, d.inputs, r.username, d.grp, r.seconds,
    r.lost_cause FROM recording r LEFT JOIN decision d ON d.id = r.decision AND d.company = r.company
    WHERE r.id IN ({}) AND r.company = ?"""


def _rows(store: Store, company: str, keys: Sequence[Cursor]) -> list[Found]:
    if not keys:
        return []
    rows = store.rows(_ROWS.format(_marks(keys)), *(recording for _, recording in keys), company)
    return sorted(map(_found, rows), key=lambda one: one.cursor, reverse=True)


def _found(row: Row) -> Found:
    recording, at, state, direction, caller, answerer, inputs, user, group, seconds, cause = row
    ends = participants.both(json.loads(inputs) if inputs else {}, caller, answerer)
    return Found(recording, at, State(state), direction, *ends, user, group, seconds, cause)


def _marks(some: Sequence[object]) -> str:
    return ", ".join("?" * len(some))
