"""The pauses of calls: those that go on, and those within a recording."""

from collections.abc import Iterable
from dataclasses import dataclass

from fsplug.policy.conversation.events import Change, Person
from fsplug.store.calls import conversations
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each, unsought
from fsplug.store.recordings.recordings import Recording
from fsplug.store.schema.calls import CallChanges
from fsplug.store.schema.companies import Companies

_KINDS = (str(Change.PAUSE), str(Change.SILENCED))


@dataclass(frozen=True, slots=True)
class OpenPause:
    """A pause in this company that has not ended: the call, the leg and name of the user who paused it, when (epoch
    seconds), and by which door (`how`). `kind` says whether it was made there, or in another company of the
    conversation.
    """

    id: str
    company: str
    kind: Change
    call: str
    leg: str
    username: str | None
    at: float
    how: str | None


@dataclass(frozen=True, slots=True)
class PausedSpan:
    """A pause of a recorded call, in seconds from the beginning of the recording; `call` is the one it was made in, of
    the same conversation. `by` is None for somebody of another company.
    """

    call: str
    by: Person | None
    begin: float
    end: float


@dataclass(frozen=True, slots=True)
class _Pause:
    kind: Change
    call: str
    username: str | None
    number: str
    at: float
    until: float | None


_OPEN = Select(
    OpenPause,
    lambda: (
        CallChanges.select(*columns(OpenPause, CallChanges, company=Companies.domain))
        .join(Companies, on=(Companies.id == CallChanges.company))
        .where(CallChanges.kind.in_(_KINDS) & CallChanges.until.is_null() & CallChanges.call.in_(given_each.ids))
    ),
)
_OF_CALLS = Select(
    _Pause,
    lambda: (
        CallChanges.select(*columns(_Pause, CallChanges))
        .where(
            (unsought(CallChanges.company) == given.company)
            & CallChanges.kind.in_(_KINDS)
            & CallChanges.call.in_(given_each.ids)
        )
        .order_by(CallChanges.at, CallChanges.id)
    ),
)


def open_of(store: Store, calls: Iterable[str]) -> list[OpenPause]:
    """The pauses of these calls, of any company, that have not ended. For people, only calls that they may see."""
    return [one for some in in_batches(calls) for one in _OPEN.rows(store, ids=some)]


def within(store: Store, recording: Recording) -> tuple[PausedSpan, ...]:
    """The pauses that silenced this recording, in their order: those of its call, and of the conversation's others.

    One that goes on lasts until now.
    """
    if recording.company is None or recording.started_at is None or recording.conversation is None:
        return ()
    calls = conversations.calls_of(store, recording.company, [recording.conversation])[recording.conversation]
    company, ids = company_id(store, recording.company), [one.id for one in calls] or [recording.conversation]
    known = recording.seconds if recording.seconds is not None else recording.talk_seconds
    end = store.now() if known is None else recording.started_at + known
    found = [row for some in in_batches(ids) for row in _OF_CALLS.rows(store, company=company, ids=some)]
    spans = (_span(row, recording.started_at, end) for row in sorted(found, key=lambda row: row.at))
    return tuple(one for one in spans if one.end > one.begin)


def _span(row: _Pause, began: float, ended: float) -> PausedSpan:
    until = ended if row.until is None else min(row.until, ended)
    by = None if row.kind is Change.SILENCED else Person(row.number, row.username)
    return PausedSpan(row.call, by, max(row.at - began, 0.0), until - began)
