"""Recordings: from expected to sealed, or lost."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import JOIN, SQL, Case, NodeList, fn

from fsplug.policy.terms import Terms
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each, unsought
from fsplug.store.schema.calls import Calls, Decisions
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.recordings import Deletions, Recordings


class State(StrEnum):
    """How far a recording has come; it only moves forward. Only DELETED can be undone."""

    EXPECTED = "expected"
    RECORDING = "recording"
    STOPPED = "stopped"
    LOST = "lost"
    SEALED = "sealed"
    DELETED = "deleted"


UNFINISHED = frozenset({State.EXPECTED, State.RECORDING, State.STOPPED})
# The condition of the index recording_unfinished, word for word: otherwise SQLite reads all recordings.
_IS_UNFINISHED = NodeList((Recordings.state, SQL("IN ('expected', 'recording', 'stopped')")))


@dataclass(frozen=True, slots=True)
class Recording:
    """One file of one user leg's talk. Times are epoch seconds; None is what isn't known (yet).

    `path` is where the switch writes it, `location` where the archive keeps it; `company` and `terms` are None and `at`
    may be 0 while only the switch knows of it. `caller` and `answerer` are those of its decision.
    `conversation` is that of its call.
    """

    id: str
    company: str | None
    call: str | None
    decision: str | None
    user: str | None
    leg: str | None
    path: str | None
    state: State
    terms: Terms | None
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
    conversation: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this recording ends."""
        return (self.at, self.id)

    @property
    def cause(self) -> str | None:
        """Why it ended as it did: why it was lost, else why it stopped."""
        return self.lost_cause or self.stop_cause


_ITS_DECISION = (Decisions.id == Recordings.decision) & (Decisions.company == Recordings.company)
_RECORDINGS = (
    Recordings.select(
        *columns(
            Recording,
            Recordings,
            company=Companies.domain,
            user=Recordings.username,
            state=Case(None, [(Deletions.recording.is_null(False), constant(State.DELETED))], Recordings.state),
            at=fn.COALESCE(Recordings.at, 0.0),
            switch=Calls.switch,
            direction=Decisions.direction,
            group=Decisions.group,
            caller=Decisions.caller,
            answerer=Decisions.answerer,
            conversation=fn.COALESCE(Calls.conversation, Recordings.call),
        )
    )
    .join(Companies, JOIN.LEFT_OUTER, on=(Companies.id == Recordings.company))
    .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == Recordings.call) & (Calls.company == Recordings.company)))
    .join(Decisions, JOIN.LEFT_OUTER, on=_ITS_DECISION)
    .join(Deletions, JOIN.LEFT_OUTER, on=(Deletions.recording == Recordings.id))
)
_ENDS = Decisions.caller.in_(given_each.numbers) | Decisions.answerer.in_(given_each.numbers)


def _listing(deleted: bool) -> Listing[Recording]:
    return Listing(
        Recording,
        Recordings,
        lambda: _RECORDINGS.where((Recordings.company == given.company) & Deletions.recording.is_null(not deleted)),
        person=Recordings.username == given.person,
        version=Decisions.version.is_null() | (Decisions.version >= given.version),
        numbers=_ENDS,
    )


_LISTED, _DELETED = _listing(deleted=False), _listing(deleted=True)
_OF_COMPANY = Select(
    Recording, lambda: _RECORDINGS.where((Recordings.company == given.company) & (Recordings.id == given.recording))
)
_OF_ANYBODY = Select(Recording, lambda: _RECORDINGS.where(Recordings.id == given.recording))

_OF_DECISIONS = Select(
    Recording,
    lambda: _RECORDINGS.where(
        (unsought(Recordings.company) == given.company) & Recordings.decision.in_(given_each.decisions)
    ).order_by(Recordings.at, Recordings.id),
)


def _in_states(*conditions: Any) -> Any:
    its = (Calls.switch == given.switch) & Recordings.state.in_(given_each.states)
    return _RECORDINGS.where(its, *conditions).order_by(Recordings.at, Recordings.id)


_IN_STATES = Select(Recording, _in_states)
_IN_UNFINISHED_STATES = Select(Recording, lambda: _in_states(_IS_UNFINISHED))


def listed(
    store: Store,
    domain: str,
    limit: int = 100,
    before: Cursor | None = None,
    wanted: Wanted = EVERYTHING,
    deleted: bool = False,
) -> list[Recording]:
    """The company's recordings, newest first; or those that were deleted.

    `person`: the user of the recorded leg; `numbers`: the caller's or the answerer's.
    """
    listing = _DELETED if deleted else _LISTED
    return listing.page(store, wanted, limit, before, company=company_id(store, domain))


def with_numbers() -> Any:
    """The ids of `given.company`'s recordings with a caller or answerer of `given_each.numbers`, for a query."""
    decided = Recordings.select(Recordings.id).join(Decisions, on=_ITS_DECISION)
    return decided.where((Recordings.company == given.company) & _ENDS)


def get(store: Store, domain: str, recording: str) -> Recording | None:
    """The company's recording.

    None if it is unknown or another company's. A deleted one is returned in state DELETED.
    """
    return _OF_COMPANY.row(store, company=company_id(store, domain), recording=recording)


def of_decisions(store: Store, domain: str, decisions: Iterable[str]) -> dict[str, list[Recording]]:
    """The company's recordings that these decisions ordered, by decision, oldest first; also those that are deleted."""
    found: dict[str, list[Recording]] = {}
    company = company_id(store, domain)
    for some in in_batches(decisions):
        for one in _OF_DECISIONS.rows(store, company=company, decisions=some):
            found.setdefault(one.decision or "", []).append(one)
    return found


def find(store: Store, recording: str) -> Recording | None:
    """The recording of any company. Only for the media worker, which finds files by id; never for people."""
    return _OF_ANYBODY.row(store, recording=recording)


def in_states(store: Store, switch: str, states: Collection[State]) -> list[Recording]:
    """Every company's recordings on this switch in these states, oldest first; quick for the unfinished ones."""
    select = _IN_UNFINISHED_STATES if UNFINISHED.issuperset(states) else _IN_STATES
    return select.rows(store, switch=switch, states=[str(state) for state in states])
