"""The talks that go on, as far as they are written down: between whom, and whether they are recorded now."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN, fn

from fsplug.policy.recording import participants
from fsplug.policy.recording.participants import Participant
from fsplug.store.calls import conversations, pauses
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, unsought
from fsplug.store.recordings.recordings import State
from fsplug.store.schema.calls import Calls, Decisions
from fsplug.store.schema.recordings import Recordings


@dataclass(frozen=True, slots=True)
class TalkUnderWay:
    """The latest talk of a user: its call, its two ends, and whether it is recorded or its recording is paused."""

    call: str
    ends: tuple[Participant, Participant]
    is_recorded: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class _Decided:
    id: str
    call: str
    conversation: str
    user: str | None
    caller: str
    answerer: str
    inputs: Mapping[str, Any]
    state: State | None


# The open calls are few, and have an index; of the company's own there may be a million.
_DECIDED = Select(
    _Decided,
    lambda: (
        Calls.select(
            *columns(
                _Decided,
                Decisions,
                conversation=fn.COALESCE(Calls.conversation, Calls.id),
                user=Decisions.username,
                state=Recordings.state,
            )
        )
        .join(Decisions, on=(Decisions.call == Calls.id))
        .join(Recordings, JOIN.LEFT_OUTER, on=(Recordings.decision == Decisions.id))
        .where(
            Calls.ended_at.is_null()
            & (unsought(Calls.company) == given.company)
            & (unsought(Decisions.company) == given.company)
        )
        .order_by(Decisions.at, Decisions.id)
    ),
)


def of_users(store: Store, domain: str) -> dict[str, TalkUnderWay]:
    """The latest talk of every user in a call of the company that has not ended, by username; a call whose end fsplug
    has missed is among them until it is found.
    """
    with store.connection():
        decided = _DECIDED.rows(store, company=company_id(store, domain))
        paused = _paused(store, domain, {one.conversation for one in decided})
    recorded = {one.id for one in decided if one.state is State.RECORDING}
    found: dict[str, TalkUnderWay] = {}
    for one in decided:
        everybody = participants.everybody(one.inputs, one.caller, one.answerer)
        is_recorded, is_paused = one.id in recorded, one.conversation in paused
        talk = TalkUnderWay(one.call, (everybody[0], everybody[1]), is_recorded, is_recorded and is_paused)
        found |= dict.fromkeys(participants.people(everybody, one.user), talk)
    return found


def _paused(store: Store, domain: str, wanted: Iterable[str]) -> frozenset[str]:
    """Those of these conversations whose recording is paused."""
    calls = {call.id: one for one, its in conversations.calls_of(store, domain, wanted).items() for call in its}
    return frozenset(calls[one.call] for one in pauses.open_of(store, calls))
