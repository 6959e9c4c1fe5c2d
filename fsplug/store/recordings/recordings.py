"""Recordings: from expected to sealed, or lost."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import JOIN, SQL, NodeList

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.calls import Calls, Decisions
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.recordings import Deletions, Recordings


class State(StrEnum):
    """How far a recording has come; it only moves on. Deleted it is for as long as that is not undone."""

    EXPECTED = "expected"
    RECORDING = "recording"
    STOPPED = "stopped"
    LOST = "lost"
    SEALED = "sealed"
    DELETED = "deleted"


UNFINISHED = frozenset({State.EXPECTED, State.RECORDING, State.STOPPED})
# Word for word the condition of the index recording_unfinished: without it SQLite reads every recording there ever was.
_IS_UNFINISHED = NodeList((Recordings.state, SQL("IN ('expected', 'recording', 'stopped')")))


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of one user leg's talk. Times are epoch seconds; None is what isn't known (yet).

    `path` is where the switch writes it, `location` where the archive keeps it; `company` is None and `at` may be 0
    while only the switch knows of it. `caller` and `answerer` are those of its decision.
    """

    id: str
    company: str | None
    call: str | None
    decision: str | None
    user: str | None
    leg: str | None
    path: str | None
    state: State
    channels: str | None
    purpose: str | None
    on_failure: str | None
    started_at: float | None
    stopped_at: float | None
    talk_seconds: float | None
    seconds: float | None
    bytes: int | None
    sha256: str | None
    location: str | None
    repaired: bool | None
    stop_cause: str | None
    lost_cause: str | None
    lost_detail: str | None
    at: float
    switch: str | None
    direction: str | None
    group: str | None
    caller: str | None
    answerer: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this recording ends."""
        return (self.at, self.id)

    @property
    def cause(self) -> str | None:
        """Why it ended as it did: why it was lost, else why it stopped."""
        return self.lost_cause or self.stop_cause


_COLUMNS = (
    Recordings.id,
    Companies.domain,
    Recordings.call,
    Recordings.decision,
    Recordings.username,
    Recordings.leg,
    Recordings.path,
    Recordings.state,
    Recordings.channels,
    Recordings.purpose,
    Recordings.on_failure,
    Recordings.started_at,
    Recordings.stopped_at,
    Recordings.talk_seconds,
    Recordings.seconds,
    Recordings.bytes,
    Recordings.sha256,
    Recordings.location,
    Recordings.repaired,
    Recordings.stop_cause,
    Recordings.lost_cause,
    Recordings.lost_detail,
    Recordings.at,
    Calls.switch,
    Decisions.direction,
    Decisions.group,
    Decisions.caller,
    Decisions.answerer,
    Deletions.recording,
)
_RECORDINGS = (
    Recordings.select(*_COLUMNS)
    .join(Companies, JOIN.LEFT_OUTER, on=(Companies.id == Recordings.company))
    .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == Recordings.call) & (Calls.company == Recordings.company)))
    .join(
        Decisions,
        JOIN.LEFT_OUTER,
        on=((Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)),
    )
    .join(Deletions, JOIN.LEFT_OUTER, on=(Deletions.recording == Recordings.id))
)


def listed(
    store: Store,
    domain: str,
    limit: int = 100,
    before: Cursor | None = None,
    wanted: Wanted = EVERYTHING,
    deleted: bool = False,
) -> list[Recording]:
    """The company's recordings, newest first; or those that were deleted.

    `person`: whose leg it is; `number`: its caller or answerer.
    """
    query = _RECORDINGS.where(Recordings.company == company_id(store, domain))
    query = query.where(Deletions.recording.is_null(not deleted))
    if wanted.person is not None:
        query = query.where(Recordings.username == wanted.person)
    if wanted.number is not None:
        query = query.where((Decisions.caller == wanted.number) | (Decisions.answerer == wanted.number))
    return [_recording(row) for row in store.query(page(query, Recordings, wanted, limit, before))]


def with_number(company: str, number: str) -> Any:
    """The ids of the company's (an id) recordings with this caller or answerer, to stand in a query."""
    decided = Recordings.select(Recordings.id).join(
        Decisions, on=((Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company))
    )
    ends = (Decisions.caller == number) | (Decisions.answerer == number)
    return decided.where((Recordings.company == company) & ends)


def get(store: Store, domain: str, recording: str) -> Recording | None:
    """The company's recording, or None: also when it is another company's. A deleted one is there, and says so."""
    query = _RECORDINGS.where((Recordings.company == company_id(store, domain)) & (Recordings.id == recording))
    return next((_recording(row) for row in store.query(query)), None)


def find(store: Store, recording: str) -> Recording | None:
    """The recording whoever's it is, for the media worker, who finds files by id; never for people."""
    return next((_recording(row) for row in store.query(_RECORDINGS.where(Recordings.id == recording))), None)


def in_states(store: Store, switch: str, states: Collection[State]) -> list[Recording]:
    """Every company's recordings on this switch in these states, oldest first; quick for the unfinished ones."""
    query = _RECORDINGS.where((Calls.switch == switch) & Recordings.state.in_([str(state) for state in states]))
    if UNFINISHED.issuperset(states):
        query = query.where(_IS_UNFINISHED)
    return [_recording(row) for row in store.query(query.order_by(Recordings.at, Recordings.id))]


def _recording(row: Row) -> Recording:
    *values, deletion = row
    values[7] = State(values[7]) if deletion is None else State.DELETED
    values[18] = None if values[18] is None else bool(values[18])
    values[22] = values[22] or 0.0
    return Recording(*values)
