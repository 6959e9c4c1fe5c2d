"""What a user is told of a call of their own that goes on: what the gate looked at, and what it says of each act."""

from collections.abc import Mapping
from dataclasses import dataclass

from fsplug.policy.recording.control import Act, ControlRequest, Reason
from fsplug.policy.recording.withdrawal import Withdrawal


@dataclass(frozen=True, slots=True)
class OwnCall:
    """A call in which a user talks now, and what the gate says of each act; `facts` are what it looked at.

    `conversation` is the id of what the call is part of. `paused_until` is when the latest pause of the call ends by
    itself, whoever made it (epoch seconds); None if it is not paused. `withdrawal` is of the consent of those whom the
    user talks to.
    """

    call: str
    conversation: str
    facts: ControlRequest
    refused: Mapping[Act, Reason | None]
    paused_until: float | None
    withdrawal: Withdrawal = Withdrawal.IMPOSSIBLE
