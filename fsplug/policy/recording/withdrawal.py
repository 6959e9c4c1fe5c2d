"""Whether somebody's consent to the recording of a call can be withdrawn for them now. No policy can forbid it."""

from fsplug.policy.recording.control import Reason

# What it is called among the acts on a call; it is no right of the recorded user, so no `Act`.
WITHDRAW = "withdraw"


def refusal(*, in_call: bool, has_heard: bool) -> Reason | None:
    """The reason against it: whoever asks talks to nobody in this call, or nobody there was told of a recording."""
    if not in_call:
        return Reason.NOT_IN_CALL
    return None if has_heard else Reason.NO_CONSENT
