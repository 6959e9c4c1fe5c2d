"""Recordings as people search for them: newest first, by anything they are filed under, one page at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, fn

from fsplug.errors import Invalid
from fsplug.policy.access.tenure import FROM_THE_BEGINNING, Tenure
from fsplug.policy.entities import Direction
from fsplug.policy.number_parts import FEWEST_DIGITS, MOST_DIGITS, parts_of_typed
from fsplug.policy.numbers import compact, required
from fsplug.policy.recording import participants
from fsplug.policy.recording.participants import Participant
from fsplug.store.config import companies
from fsplug.store.config.finding import meant
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, rows
from fsplug.store.recordings.recordings import State
from fsplug.store.recordings.search.keywords import Keyword, KeywordKind, pair
from fsplug.store.recordings.search.order import Order
from fsplug.store.recordings.search.query import FOREVER, KeywordQuery, keys_of
from fsplug.store.schema.calls import Decisions
from fsplug.store.schema.recordings import Deletions, Recordings
from fsplug.store.schema.routes import RingGroups
from fsplug.store.schema.search import Keywords
from fsplug.store.schema.users import Users

MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """What to look for; None or empty for no limit.

    Times are epoch seconds. `own` is a user who must be heard, who has the username since `tenure`; of the usernames
    `people` one at least must be heard. `number` is in any spelling, or a part with `FEWEST_DIGITS` digits or more.
    In an order by length are only recordings that have one.
    """

    since: float | None = None
    until: float | None = None
    direction: Direction | None = None
    own: str | None = None
    people: tuple[str, ...] | None = None
    department: str | None = None
    group: str | None = None
    number: str = ""
    tenure: Tenure = FROM_THE_BEGINNING
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class Found:
    """A recording on the list.

    `user` is the user of the recorded leg, `cause` why it was lost; `version` is the policy version of its decision.
    """

    id: str
    call: str | None
    at: float
    state: State
    direction: str | None
    caller: Participant
    answerer: Participant
    user: str | None
    group: str | None
    seconds: float | None
    cause: str | None
    version: int | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this recording ends."""
        return (self.at, self.id)

    @property
    def people(self) -> list[str]:
        """The users who are heard in the recording."""
        return participants.people((self.caller, self.answerer), self.user)

    @property
    def person(self) -> Participant | None:
        """The user whose leg was recorded, as of then."""
        ends = (one for one in (self.caller, self.answerer) if one.username is not None and one.username == self.user)
        return next(ends, Participant("", self.user) if self.user else None)


@dataclass(frozen=True, slots=True)
class RecordingPage:
    """One page; `before` is the cursor of the next one, None if there is none. `looked_back_to` (epoch seconds; in an
    order by length, seconds) is where the search stopped before the page was full.
    """

    recordings: list[Found]
    before: Cursor | None = None
    looked_back_to: float | None = None


# Not frozen, because freezing takes twice as long: a page makes one for each recording, and keeps none.
@dataclass(slots=True)
class _Kept:
    """A recording on the list as stored, with the facts of its decision."""

    id: str
    call: str | None
    at: float
    state: State
    direction: str | None
    caller: str | None
    answerer: str | None
    inputs: Mapping[str, Any] | None
    user: str | None
    group: str | None
    seconds: float | None
    cause: str | None
    version: int | None

    @property
    def found(self) -> Found:
        """The same recording, with the two ends of the talk."""
        caller, answerer = participants.both(self.inputs or {}, self.caller, self.answerer)
        return Found(
            self.id, self.call, self.at, self.state, self.direction, caller, answerer, self.user, self.group,
            self.seconds, self.cause, self.version,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Group:
    number: str
    name: str


_KEPT = (
    Recordings.select(
        *columns(
            _Kept,
            Recordings,
            direction=Decisions.direction,
            caller=Decisions.caller,
            answerer=Decisions.answerer,
            inputs=Decisions.inputs,
            user=Recordings.username,
            group=Decisions.group,
            cause=Recordings.lost_cause,
            version=Decisions.version,
        )
    )
    .join(
        Decisions,
        JOIN.LEFT_OUTER,
        on=((Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)),
    )
    .where(Recordings.id.in_(given_each.recordings) & (Recordings.company == given.company))
)
_DELETION = Deletions.select(SQL("1")).where(Deletions.recording == Recordings.id)
_OF_IDS = Select(_Kept, lambda: _KEPT)
_NOT_DELETED = Select(_Kept, lambda: _KEPT.where(~fn.EXISTS(_DELETION)))
_GROUPS = Select(
    _Group,
    lambda: (
        RingGroups.select(*columns(_Group, RingGroups))
        .where(RingGroups.company == given.company)
        .order_by(RingGroups.since)
    ),
)
_TEXTS = Select(
    str,
    lambda: (
        Keywords.select(Keywords.text)
        .distinct()
        .where((Keywords.company == given.company) & (Keywords.kind == given.kind))
        .order_by(Keywords.text)
    ),
)


def search(
    store: Store, domain: str, wanted: RecordingFilter, limit: int = 50, before: Cursor | None = None
) -> RecordingPage:
    """A page of the company's recordings. Invalid("number-too-short") for a number of too few digits, and with a
    `NumberTrouble` as its code for what is not a number.
    """
    company = company_id(store, domain)
    query = _query(company, wanted, _parts(store, domain, wanted.number))
    if wanted.people == ():
        return RecordingPage([])
    with store.connection():
        keys, looked_to = keys_of(store, query, limit + 1, before)
        found = _rows(store, company, keys[:limit])
    if wanted.own is not None:
        found = [one for one in found if wanted.own in one.people and wanted.tenure.covers(one.at, one.version)]
    if len(keys) > limit:
        return RecordingPage(found, keys[limit - 1])
    return RecordingPage(found, looked_to, looked_to[0] if looked_to else None)


def of_ids(store: Store, domain: str, ids: Collection[str]) -> list[Found]:
    """The company's recordings with these ids, newest first; missing and deleted ones are left out."""
    company = company_id(store, domain)
    pages = (_NOT_DELETED.rows(store, company=company, recordings=some) for some in in_batches(ids))
    return _newest_first(one for page in pages for one in page)


def departments(store: Store, domain: str) -> list[str]:
    """Every department that a recording was ever made in."""
    return _texts(store, domain, KeywordKind.DEPARTMENT)


def groups(store: Store, domain: str) -> dict[str, str]:
    """Every ring group that a recording was ever made in: its latest name, by its number."""
    names = {one.number: one.name for one in _GROUPS.rows(store, company=company_id(store, domain))}
    return {number: names.get(number, "") for number in _texts(store, domain, KeywordKind.GROUP)}


def users_called(store: Store, domain: str, text: str) -> tuple[str, ...]:
    """The usernames of the present and past users with this username or extension, or else of all who are `meant`.

    Invalid("too-many-people") if there are more than can be searched for at once.
    """
    text = " ".join(text.split())
    found = _called(store, domain, (Users.username == text) | (Users.extension == text))
    if not found:
        found = _called(store, domain, meant(store, domain, text, current=False))
    if len(found) > MOST_PEOPLE:
        said = f"more than {MOST_PEOPLE} people are called {text[:40]!r}; type more of the name"
        raise Invalid("too-many-people", said, person=text[:40])
    return tuple(found)


def _called(store: Store, domain: str, condition: Any) -> list[str]:
    query = Users.select(Users.username).distinct().where((Users.company == company_id(store, domain)) & condition)
    return rows(store, str, query.order_by(Users.username).limit(MOST_PEOPLE + 1))


def _texts(store: Store, domain: str, kind: KeywordKind) -> list[str]:
    return _TEXTS.rows(store, company=company_id(store, domain), kind=kind)


def _parts(store: Store, domain: str, typed: str) -> tuple[str, ...]:
    if not typed.strip():
        return ()
    country = companies.get(store, domain).country
    found = parts_of_typed(typed, country)
    if found and compact(typed) is None:
        required(typed, country)
    if not found or max(map(len, found)) > MOST_DIGITS:
        text = f"{typed[:40]!r} can't be searched for; type {FEWEST_DIGITS} to {MOST_DIGITS} digits of a number"
        raise Invalid("number-too-short", text, number=typed[:40])
    return found


def _query(company: str, wanted: RecordingFilter, parts: tuple[str, ...]) -> KeywordQuery:
    until = wanted.until if wanted.until is not None else FOREVER
    return KeywordQuery(
        company, _conditions(company, wanted), parts, wanted.since or 0.0, until, str(wanted.direction or ""),
        knows_direction=bool(wanted.group or wanted.department), order=wanted.order,
    )  # fmt: skip


def _conditions(company: str, wanted: RecordingFilter) -> tuple[tuple[int, ...], ...]:
    direction = str(wanted.direction or "")
    own = [(Keyword(KeywordKind.PERSON, wanted.own).id(company),)] if wanted.own is not None else []
    people = tuple(Keyword(KeywordKind.PERSON, one).id(company) for one in wanted.people or ())
    found = []
    if wanted.group and wanted.department:
        found.append(Keyword(KeywordKind.GROUP_DEPARTMENT, pair(wanted.group, wanted.department), direction))
    elif wanted.group:
        found.append(Keyword(KeywordKind.GROUP, wanted.group, direction))
    elif wanted.department:
        found.append(Keyword(KeywordKind.DEPARTMENT, wanted.department, direction))
    return (*own, *([people] if people else []), *((one.id(company),) for one in found))


def _rows(store: Store, company: str, keys: Sequence[Cursor]) -> list[Found]:
    if not keys:
        return []
    ids = [str(recording) for _, recording in keys]
    found = {one.id: one.found for one in _OF_IDS.rows(store, company=company, recordings=ids)}
    return [found[one] for one in ids if one in found]


def _newest_first(kept: Iterable[_Kept]) -> list[Found]:
    return sorted((one.found for one in kept), key=lambda one: one.cursor, reverse=True)
