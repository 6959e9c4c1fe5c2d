"""Whether somebody's consent to the recording of a call can be withdrawn for them now. No policy can forbid it."""

from enum import StrEnum

from fsplug.policy.recording.control import Reason

# What it is called among the acts on a call; it is no right of the recorded user, so no `Act`.
WITHDRAW = "withdraw"


def refusal(*, in_call: bool, has_heard: bool) -> Reason | None:
    """The reason against it: whoever asks talks to nobody in this call, or nobody there was told of a recording."""
    if not in_call:
        return Reason.NOT_IN_CALL
    return None if has_heard else Reason.NO_CONSENT


class Withdrawal(StrEnum):
    """How it stands with the withdrawal of a consent in a call: for everybody else in it, or for none of them yet."""

    IMPOSSIBLE = "impossible"
    POSSIBLE = "possible"
    DONE = "done"


def standing(*, in_call: bool, has_heard: bool, is_withdrawn: bool) -> Withdrawal:
    """How it stands; `is_withdrawn`: of all whom the user talks to."""
    if is_withdrawn:
        return Withdrawal.DONE
    return Withdrawal.IMPOSSIBLE if refusal(in_call=in_call, has_heard=has_heard) else Withdrawal.POSSIBLE
