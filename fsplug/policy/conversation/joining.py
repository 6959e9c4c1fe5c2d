"""Which calls are one conversation.

Calls belong together once somebody of the one talks to somebody of the other: a transfer, a call that is picked up or
fetched, a consultation that is connected. A leg that was called and now calls somebody itself goes on with the
conversation it was in.
"""

from collections.abc import Mapping

from fsplug.policy.recording.legs import Leg


def are_joined(one: Leg, other: Leg) -> bool:
    """Whether a talk of these legs makes one conversation of the calls that they belong to.

    The leg of a queue's agent serves one customer after the other: what these say is not one conversation.
    """
    return not (one.serves or other.serves)


def goes_on(leg: Leg) -> bool:
    """Whether a call that this leg places goes on with the conversation that the leg was in."""
    return not leg.serves


def first_call(began_at: Mapping[str, float]) -> str:
    """The call that gives a conversation its id: the one that began first. `began_at` is by the calls' ids."""
    return min(began_at, key=lambda call: (began_at[call], call))
