"""What the recorded user may do to the recording of a call that goes on: one gate for every door."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from fsplug.policy.recording.phone_keys import Key
from fsplug.policy.terms import Start, Terms


class Act(StrEnum):
    """What somebody wants done to the recording of a call."""

    START = "start"
    KEEP = "keep"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class By(StrEnum):
    """The door by which the recorded user asked."""

    KEY = "key"
    CONSOLE = "console"
    COMMAND = "command"


class Reason(StrEnum):
    """Why an act is refused, in the order in which the gate looks: the first reason that holds is reported.

    Reasons about who asks come first, so that nobody learns anything about the recording of somebody else.
    """

    NOT_IN_CALL = "not-in-call"
    NOT_YOURS = "not-your-recording"
    NOT_WANTED = "not-to-be-recorded"
    NOT_ALLOWED = "not-allowed"
    STARTS_BY_ITSELF = "starts-by-itself"
    KEPT_BY_ITSELF = "kept-by-itself"
    STARTED = "already-started"
    STOPPED = "already-stopped"
    NOT_STARTED = "not-started"
    KEPT = "already-kept"
    PAUSED = "already-paused"
    NOT_PAUSED = "not-paused"
    # Of a withdrawal alone (`policy.recording.withdrawal`).
    NO_CONSENT = "no-consent"
    # The gate can't see this: the store or the switch did not answer.
    UNAVAILABLE = "unavailable"


class Stage(StrEnum):
    """How far the recording of the talk has come."""

    NOT_STARTED = "not-started"
    RUNNING = "running"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ControlTerms:
    """What policy says of the agent's hand: how recording begins, and what the agent may do.

    Whoever may pause may go on, so RESUME is never named.
    """

    start: Start = Start.AUTOMATIC
    rights: frozenset[Act] = frozenset()

    @classmethod
    def of(cls, terms: Terms) -> Self:
        """What these terms of a recording say of it."""
        return cls(terms.start, frozenset(Act(one) for one in terms.agent_may))


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """Everything the gate looks at.

    `in_call`: the one who asks talks to somebody in this call. `is_recorded_user`: it is the user whose part of the
    call the decision is about, on that user's own leg. `is_wanted`: the decision says record. `is_kept`: the agent has
    kept the recording. `is_paused`: this user has paused the call; what others have paused does not count.
    """

    act: Act
    in_call: bool = True
    is_recorded_user: bool = True
    is_wanted: bool = True
    terms: ControlTerms = ControlTerms()
    stage: Stage = Stage.RUNNING
    is_kept: bool = False
    is_paused: bool = False


def refusal(request: ControlRequest) -> Reason | None:
    """The one reason against this act; None if it may be done."""
    objections = {**_to_asker(request), **_to_act(request)}
    return next((reason for reason, holds in objections.items() if holds), None)


def refusals(request: ControlRequest) -> dict[Act, Reason | None]:
    """The reason against each act, whichever is asked for; None for what may be done now."""
    return {act: refusal(replace(request, act=act)) for act in Act}


_KEYS: Mapping[Key, frozenset[Act]] = {
    Key.START: frozenset({Act.START, Act.KEEP}),
    Key.PAUSE: frozenset({Act.PAUSE}),
    Key.STOP: frozenset({Act.STOP}),
}


def keys_of(terms: ControlTerms) -> tuple[Key, ...]:
    """The keys by which the recorded user may do something on these terms."""
    useless = frozenset(act for act, start in _FOR_ONE_START.items() if terms.start is not start)
    return tuple(key for key, acts in _KEYS.items() if acts & terms.rights - useless)


def act_of(key: Key, facts: ControlRequest) -> Act:
    """What this key asks for now: one starts or keeps, by the terms, and one pauses and goes on."""
    match key:
        case Key.START:
            return Act.KEEP if facts.terms.start is Start.KEEP_ON_DEMAND else Act.START
        case Key.PAUSE:
            return Act.RESUME if facts.is_paused else Act.PAUSE
        case Key.STOP:
            return Act.STOP


_FOR_ONE_START = {Act.START: Start.ON_DEMAND, Act.KEEP: Start.KEEP_ON_DEMAND}


def _to_asker(request: ControlRequest) -> Mapping[Reason, bool]:
    needed = Act.PAUSE if request.act is Act.RESUME else request.act
    return {
        Reason.NOT_IN_CALL: not request.in_call,
        Reason.NOT_YOURS: not request.is_recorded_user,
        Reason.NOT_WANTED: not request.is_wanted,
        Reason.NOT_ALLOWED: needed not in request.terms.rights,
    }


def _to_act(request: ControlRequest) -> Mapping[Reason, bool]:
    match request.act:
        case Act.START:
            return {
                Reason.STARTS_BY_ITSELF: request.terms.start is not Start.ON_DEMAND,
                Reason.STARTED: request.stage is Stage.RUNNING,
                Reason.STOPPED: request.stage is Stage.STOPPED,
            }
        case Act.KEEP:
            return {
                Reason.KEPT_BY_ITSELF: request.terms.start is not Start.KEEP_ON_DEMAND,
                **_to_running(request),
                Reason.KEPT: request.is_kept,
            }
        case Act.PAUSE:
            return {**_to_running(request), Reason.PAUSED: request.is_paused}
        case Act.RESUME:
            return {Reason.NOT_PAUSED: not request.is_paused}
        case Act.STOP:
            return _to_running(request)


def _to_running(request: ControlRequest) -> Mapping[Reason, bool]:
    return {
        Reason.STOPPED: request.stage is Stage.STOPPED,
        Reason.NOT_STARTED: request.stage is Stage.NOT_STARTED,
    }
