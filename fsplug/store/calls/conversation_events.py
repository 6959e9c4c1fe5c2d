"""What the rows of a conversation's calls tell of it, as events of its timeline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fsplug.policy.conversation.events import (
    Called,
    CallOver,
    Change,
    Controlled,
    Event,
    Held,
    How,
    Listened,
    Parked,
    Parted,
    Paused,
    Person,
    Recorded,
    Talked,
    Told,
    Transferred,
)
from fsplug.policy.recording.holds import Holder
from fsplug.policy.recording.participants import Participant, everybody
from fsplug.store.calls import consents, decisions
from fsplug.store.calls.calls import Call
from fsplug.store.calls.consents import ConsentRow
from fsplug.store.calls.decisions import Decision
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, unsought
from fsplug.store.recordings.recordings import Recording, of_decisions
from fsplug.store.schema.calls import CallChanges, Gaps, ListenSessions, WitnessedTalks
from fsplug.store.schema.recordings import RecordingHolds


@dataclass(frozen=True, slots=True)
class _Changed:
    id: str
    kind: Change
    at: float
    until: float | None
    leg: str
    other: str | None
    username: str | None
    number: str
    how: str | None


@dataclass(frozen=True, slots=True)
class _Gap:
    decision: str
    cause: str


@dataclass(frozen=True, slots=True)
class _Witnessed:
    talk: str
    until_at: float


@dataclass(frozen=True, slots=True)
class _Hold:
    recording: str
    by: Holder
    at: float
    until: float | None


@dataclass(frozen=True, slots=True)
class _Listen:
    listener: str | None
    target: str | None
    began_at: float
    ended_at: float | None


def _of_company(shape: Any, table: Any, column: Any, *conditions: Any) -> Select[Any]:
    """The company's rows whose `column` is one of the given ids, under these conditions."""
    return Select(
        shape,
        lambda: table.select(*columns(shape, table)).where(
            (unsought(table.company) == given.company) & column.in_(given_each.ids), *conditions
        ),
    )


_CHANGES: Select[_Changed] = _of_company(_Changed, CallChanges, CallChanges.call)
_GAPS: Select[_Gap] = _of_company(_Gap, Gaps, Gaps.decision)
_WITNESSED: Select[_Witnessed] = _of_company(_Witnessed, WitnessedTalks, WitnessedTalks.decision)
_HOLDS: Select[_Hold] = _of_company(_Hold, RecordingHolds, RecordingHolds.recording)
_LISTENS: Select[_Listen] = _of_company(
    _Listen, ListenSessions, ListenSessions.call, ListenSessions.began_at.is_null(False)
)


def of_calls(store: Store, domain: str, calls: Sequence[Call]) -> list[Event]:
    """The events of these calls of the company, in no order."""
    ids = [call.id for call in calls]
    began = {call.id: call.at for call in calls}
    by_call = (decisions.of_calls(store, domain, list(some)) for some in in_batches(ids))
    made = sorted((one for some in by_call for its in some.values() for one in its), key=lambda decision: decision.at)
    decided = [one.id for one in made]
    kept = of_decisions(store, domain, decided)
    gaps = {one.decision: one.cause for one in _rows(store, domain, _GAPS, decided)}
    first = {one.call: one.id for one in reversed(made)}
    people = {one.id: everybody(one.inputs, one.caller, one.answerer) for one in made}
    return [
        *(_called(call, people.get(first.get(call.id, ""))) for call in calls),
        *(CallOver(call.ended_at, call.id) for call in calls if call.ended_at is not None),
        *(_talked(one, people[one.id], kept.get(one.id, ()), gaps.get(one.id)) for one in made),
        *(_parted(one) for one in _rows(store, domain, _WITNESSED, decided)),
        *_changes(_rows(store, domain, _CHANGES, ids)),
        *_holds(_rows(store, domain, _HOLDS, [one.id for its in kept.values() for one in its]), made, kept, people),
        *(_listened(one) for one in _rows(store, domain, _LISTENS, ids)),
        *(_told(one, began) for one in consents.of_calls(store, domain, ids)),
    ]


def _rows(store: Store, domain: str, select: Select[Any], ids: Iterable[str]) -> Iterator[Any]:
    company = company_id(store, domain)
    for some in in_batches(ids):
        yield from select.rows(store, company=company, ids=some)


def _person(end: Participant) -> Person:
    return Person(end.text, end.username, end.name)


def _called(call: Call, ends: Sequence[Participant] | None) -> Called:
    """Who called is as the call was armed; a call that was not armed is told of by its first talk."""
    ringing = call.facts.get("ringing") or {}
    user = ringing.get("caller_user")
    who = Person(call.caller or "", user["username"], user.get("name") or "") if user else None
    if who is None and not ringing and ends:
        who = _person(ends[0])
    return Called(call.at, call.id, who or Person(call.caller or ""), call.called or "")


def _talked(one: Decision, ends: Sequence[Participant], kept: Sequence[Recording], gap: str | None) -> Talked:
    caller, answerer, *others = (_person(end) for end in ends)
    return Talked(
        at=one.at,
        call=one.call,
        decision=one.id,
        legs=legs_of(one.talk),
        caller=caller,
        answerer=answerer,
        user=one.user,
        record=one.record,
        rule=one.rule,
        reason=one.reason,
        direction=one.direction,
        group=one.group,
        others=tuple(others),
        is_conference=bool(one.inputs.get("part_of")),
        picked_up=ends[1].picked_up,
        recordings=tuple(_recorded(recording) for recording in kept),
        gap=gap,
        waits=one.waits,
    )


def _recorded(one: Recording) -> Recorded:
    return Recorded(one.id, str(one.state), one.started_at or one.at, one.stopped_at)


def _parted(one: _Witnessed) -> Parted:
    return Parted(one.until_at, legs_of(one.talk))


def legs_of(talk: str) -> tuple[str, str]:
    """The two legs that a talk is named by, or its leg and the conference (`esl.calls.decisions.talk_name`)."""
    named = talk.split(":")
    return (named[0], named[1]) if len(named) == len(("leg", "leg", "ordinal")) else (talk, f"{talk}:")


def _changes(found: Iterable[_Changed]) -> Iterator[Event]:
    for one in found:
        who = Person(one.number, one.username)
        match one.kind:
            case Change.TRANSFER:
                yield Transferred(one.at, one.leg, who, How(one.how or How.BLIND), one.other)
            case Change.PARK:
                yield Parked(one.at, one.leg, one.how or "", one.until)
            case Change.HOLD:
                yield Held(one.at, who, one.until, one.leg)
            case Change.PAUSE:
                yield Paused(one.at, one.leg, who, one.until)
            case Change.SILENCED:
                yield Paused(one.at, one.leg, None, one.until)
            case Change.START | Change.KEEP | Change.STOP:
                yield Controlled(one.at, one.leg, who, Change(one.kind))
            case Change.PARTED:
                yield Parted(one.at, (one.leg, one.other or ""))


def _holds(
    found: Iterable[_Hold],
    made: Iterable[Decision],
    kept: Mapping[str, Sequence[Recording]],
    people: Mapping[str, Sequence[Participant]],
) -> Iterator[Held]:
    """The holds within recordings, by whoever's phone held."""
    decided = {recording.id: one for one in made for recording in kept.get(one.id, ())}
    for hold in found:
        one = decided[hold.recording]
        caller, answerer, *_ = people[one.id]
        is_callers = (caller.username == one.user) == (hold.by is Holder.USER)
        yield Held(hold.at, _person(caller if is_callers else answerer), hold.until)


def _listened(one: _Listen) -> Listened:
    by, to = (Person(name or "", name) for name in (one.listener, one.target))
    return Listened(one.began_at, by, to, one.ended_at)


def _told(one: ConsentRow, began: Mapping[str, float]) -> Told:
    """The switch notes whole seconds: a prompt of the second in which its call began, came after that."""
    by = Person(one.by_user, one.by_user) if one.by_user else None
    at = max(one.at, began[one.call]) if began[one.call] - one.at < 1.0 else one.at
    return Told(at, one.leg, Person(one.number, one.user), one.form, one.result, one.pressed, one.until, by)
