"""Talks that the switch's own records tell of, beside what fsplug decided and recorded."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, SQL, fn

from fsplug.policy.terms import Start
from fsplug.store.calls.entries import UNREPORTED_CAUSE
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each, unsought
from fsplug.store.recordings.recordings import UNFINISHED, State
from fsplug.store.schema.calls import Calls, Decisions, Gaps, WitnessedTalks
from fsplug.store.schema.recordings import Recordings

# The switch's record of a leg arrives seconds after its end, and is compared with the decisions seconds later.
RECORD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class DecidedTalk:
    """A talk that has its decision, and whether the decision wants it recorded."""

    id: str
    call: str
    talk: str
    record: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One talk for which the figures differ, and why; `is_explained`: as it must be, or it is known why it is not."""

    reason: str
    talk: str
    call: str
    decision: str | None
    at: float
    is_explained: bool


@dataclass(frozen=True, slots=True)
class TalkAccount:
    """A company's talks in a time: how many the switch answered, and what became of them.

    `missed` were decided afterwards, from the switch's records; for those `not_asked` there was no verdict in time.
    `wanted` should be recorded: `sealed` can be played, `gaps` have a row that says what is missing (a talk may be
    among both), `under_way` is not finished.
    """

    company: str
    answered: int
    missed: int
    not_asked: int
    decisions: int
    wanted: int
    sealed: int
    gaps: int
    under_way: int
    differences: tuple[Difference, ...]

    @property
    def unexplained(self) -> int:
        """How many differences nobody can explain."""
        return sum(not one.is_explained for one in self.differences)


@dataclass(frozen=True, slots=True)
class _Undecided:
    talk: str
    call: str
    decision: str
    at: float


@dataclass(frozen=True, slots=True)
class _Unwitnessed:
    talk: str
    call: str
    decision: str
    at: float
    ended_at: float | None
    cause: str | None


_ALL = SQL("*")
_IN_TIME = (WitnessedTalks.company == given.company) & (WitnessedTalks.at >= given.since)
# A decision may have been made of two legs that were bridged before the answer, which never came.
_ANSWERED_IN_TIME = _IN_TIME & (WitnessedTalks.until_at > WitnessedTalks.at)
_DECIDED_IN_TIME = (Decisions.company == given.company) & (Decisions.at >= given.since)
_GAP = Gaps.select(SQL("1")).where((Gaps.decision == Decisions.id) & (Gaps.company == Decisions.company))


def _with_recording(*states: State) -> Any:
    its = (Recordings.decision == Decisions.id) & (Recordings.company == Decisions.company)
    if not states:
        return fn.EXISTS(Recordings.select(SQL("1")).where(its))
    return fn.EXISTS(Recordings.select(SQL("1")).where(its & Recordings.state.in_([str(one) for one in states])))


# What the recorded user may start or keep is wanted once it has been.
_BY_ITSELF = Decisions.start.is_null() | (Decisions.start == constant(str(Start.AUTOMATIC)))
_WANTED = _DECIDED_IN_TIME & Decisions.record & (_BY_ITSELF | _with_recording())


def _count(table: Any, *conditions: Any) -> Select[int]:
    return Select(int, lambda: table.select(fn.COUNT(_ALL).alias("rows")).where(*conditions))


_ANSWERED = _count(WitnessedTalks, _ANSWERED_IN_TIME)
_MISSED = _count(WitnessedTalks, _IN_TIME, WitnessedTalks.outage.is_null(False))
_NOT_ASKED = _count(WitnessedTalks, _ANSWERED_IN_TIME, ~WitnessedTalks.asked)
_DECISIONS = _count(Decisions, _DECIDED_IN_TIME)
_WANTED_COUNT = _count(Decisions, _WANTED)
_SEALED = _count(Decisions, _WANTED, _with_recording(State.SEALED))
_WITH_GAP = _count(Decisions, _WANTED, fn.EXISTS(_GAP))
_UNDER_WAY = _count(Decisions, _WANTED, _with_recording(*UNFINISHED), ~_with_recording(State.SEALED), ~fn.EXISTS(_GAP))
_NOT_DECIDED = Select(
    _Undecided,
    lambda: (
        WitnessedTalks.select(*columns(_Undecided, WitnessedTalks))
        .join(
            Decisions,
            JOIN.LEFT_OUTER,
            on=((Decisions.id == WitnessedTalks.decision) & (Decisions.company == WitnessedTalks.company)),
        )
        .where(_IN_TIME & Decisions.id.is_null())
        .order_by(WitnessedTalks.at, WitnessedTalks.id)
    ),
)
_NOT_WITNESSED = Select(
    _Unwitnessed,
    lambda: (
        Decisions.select(
            *columns(_Unwitnessed, Decisions, decision=Decisions.id, ended_at=Calls.ended_at, cause=Calls.cause)
        )
        .join(
            WitnessedTalks,
            JOIN.LEFT_OUTER,
            on=((WitnessedTalks.decision == Decisions.id) & (WitnessedTalks.company == Decisions.company)),
        )
        .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == Decisions.call) & (Calls.company == Decisions.company)))
        .where(_DECIDED_IN_TIME & WitnessedTalks.id.is_null())
        .order_by(Decisions.at, Decisions.id)
    ),
)
_NOT_ACCOUNTED = Select(
    _Undecided,
    lambda: (
        Decisions.select(*columns(_Undecided, Decisions, decision=Decisions.id))
        .where(
            _WANTED,
            ~_with_recording(State.SEALED, *UNFINISHED),
            ~fn.EXISTS(_GAP),
        )
        .order_by(Decisions.at, Decisions.id)
    ),
)
_OF_CALLS = Select(
    DecidedTalk,
    lambda: Decisions.select(*columns(DecidedTalk, Decisions)).where(
        (unsought(Decisions.company) == given.company) & Decisions.call.in_(given_each.calls)
    ),
)


def decided(store: Store, domain: str, calls: Iterable[str]) -> list[DecidedTalk]:
    """The talks of these calls of the company that have their decision."""
    company = company_id(store, domain)
    return [one for some in in_batches(calls) for one in _OF_CALLS.rows(store, company=company, calls=some)]


def not_asked(store: Store, domain: str, since: float) -> int:
    """How many of the company's talks since epoch seconds began without a verdict in time."""
    return int(_NOT_ASKED.one(store, company=company_id(store, domain), since=since))


def account(store: Store, domain: str, since: float) -> TalkAccount:
    """What became of the company's talks since epoch seconds."""
    asked = {"company": company_id(store, domain), "since": since}
    with store.connection():
        return TalkAccount(
            company=domain,
            answered=_ANSWERED.one(store, **asked),
            missed=_MISSED.one(store, **asked),
            not_asked=_NOT_ASKED.one(store, **asked),
            decisions=_DECISIONS.one(store, **asked),
            wanted=_WANTED_COUNT.one(store, **asked),
            sealed=_SEALED.one(store, **asked),
            gaps=_WITH_GAP.one(store, **asked),
            under_way=_UNDER_WAY.one(store, **asked),
            differences=(
                *(_difference("undecided", one) for one in _NOT_DECIDED.rows(store, **asked)),
                *(_unwitnessed(one, store.now()) for one in _NOT_WITNESSED.rows(store, **asked)),
                *(_difference("neither-recording-nor-gap", one) for one in _NOT_ACCOUNTED.rows(store, **asked)),
            ),
        )


def _difference(reason: str, one: _Undecided) -> Difference:
    return Difference(reason, one.talk, one.call, one.decision, one.at, is_explained=False)


def _unwitnessed(one: _Unwitnessed, now: float) -> Difference:
    reason = "no-record"
    if one.ended_at is None:
        reason = "in-progress"
    elif one.ended_at > now - RECORD_SECONDS:
        reason = "record-awaited"
    elif one.cause == UNREPORTED_CAUSE:
        reason = "end-not-reported"
    return Difference(reason, one.talk, one.call, one.decision, one.at, is_explained=reason != "no-record")
