"""Recordings: from expected to sealed, or lost."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import JOIN, SQL, NodeList

from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, page
from fsplug.store.schema.tables import CALL, COMPANY, DECISION, DELETION, RECORDING


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
_IS_UNFINISHED = NodeList((RECORDING.state, SQL("IN ('expected', 'recording', 'stopped')")))


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
    RECORDING.id,
    COMPANY.domain,
    RECORDING.call,
    RECORDING.decision,
    RECORDING.username,
    RECORDING.leg,
    RECORDING.path,
    RECORDING.state,
    RECORDING.channels,
    RECORDING.purpose,
    RECORDING.on_failure,
    RECORDING.started_at,
    RECORDING.stopped_at,
    RECORDING.talk_seconds,
    RECORDING.seconds,
    RECORDING.bytes,
    RECORDING.sha256,
    RECORDING.location,
    RECORDING.repaired,
    RECORDING.stop_cause,
    RECORDING.lost_cause,
    RECORDING.lost_detail,
    RECORDING.at,
    CALL.switch,
    DECISION.direction,
    DECISION.grp,
    DECISION.caller,
    DECISION.answerer,
    DELETION.recording,
)
_RECORDINGS = (
    RECORDING.select(*_COLUMNS)
    .join(COMPANY, JOIN.LEFT_OUTER, on=(COMPANY.id == RECORDING.company))
    .join(CALL, JOIN.LEFT_OUTER, on=((CALL.id == RECORDING.call) & (CALL.company == RECORDING.company)))
    .join(DECISION, JOIN.LEFT_OUTER, on=((DECISION.id == RECORDING.decision) & (DECISION.company == RECORDING.company)))
    .join(DELETION, JOIN.LEFT_OUTER, on=(DELETION.recording == RECORDING.id))
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
    query = _RECORDINGS.where(RECORDING.company == company_id(store, domain))
    query = query.where(DELETION.recording.is_null(not deleted))
    if wanted.person is not None:
        query = query.where(RECORDING.username == wanted.person)
    if wanted.number is not None:
        query = query.where((DECISION.caller == wanted.number) | (DECISION.answerer == wanted.number))
    return [_recording(row) for row in store.query(page(query, RECORDING, wanted, limit, before))]


def with_number(company: str, number: str) -> Any:
    """The ids of the company's (an id) recordings with this caller or answerer, to stand in a query."""
    decided = RECORDING.select(RECORDING.id).join(
        DECISION, on=((DECISION.id == RECORDING.decision) & (DECISION.company == RECORDING.company))
    )
    ends = (DECISION.caller == number) | (DECISION.answerer == number)
    return decided.where((RECORDING.company == company) & ends)


def get(store: Store, domain: str, recording: str) -> Recording | None:
    """The company's recording, or None: also when it is another company's. A deleted one is there, and says so."""
    query = _RECORDINGS.where((RECORDING.company == company_id(store, domain)) & (RECORDING.id == recording))
    return next((_recording(row) for row in store.query(query)), None)


def find(store: Store, recording: str) -> Recording | None:
    """The recording whoever's it is, for the media worker, who finds files by id; never for people."""
    return next((_recording(row) for row in store.query(_RECORDINGS.where(RECORDING.id == recording))), None)


def in_states(store: Store, switch: str, states: Collection[State]) -> list[Recording]:
    """Every company's recordings on this switch in these states, oldest first; quick for the unfinished ones."""
    query = _RECORDINGS.where((CALL.switch == switch) & RECORDING.state.in_([str(state) for state in states]))
    if UNFINISHED.issuperset(states):
        query = query.where(_IS_UNFINISHED)
    return [_recording(row) for row in store.query(query.order_by(RECORDING.at, RECORDING.id))]


def _recording(row: Row) -> Recording:
    *values, deletion = row
    values[7] = State(values[7]) if deletion is None else State.DELETED
    values[18] = None if values[18] is None else bool(values[18])
    values[22] = values[22] or 0.0
    return Recording(*values)
