"""What a player shows of a recording: whose voice is in which channel, and what happened meanwhile."""

from dataclasses import dataclass

from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.terms import Channels
from fsplug.store.recordings.recordings import Recording
from fsplug.web.kernel.parties import NamedParty


@dataclass(frozen=True, slots=True)
class Mark:
    """What somebody (`who`) did, and to whom; None for whom nobody knows. Times are seconds from the beginning of the
    recording.

    `number` is the same in the drawing and in the table. `end` is None for what has one moment.
    """

    number: int
    kind: TurnKind
    who: NamedParty | None
    whom: NamedParty | None
    begin: float
    end: float | None


def is_in_stereo(recording: Recording) -> bool:
    """Whether each of the two has a channel of their own."""
    return recording.terms is None or recording.terms.channels is not Channels.MONO


def lanes(
    recording: Recording, caller: NamedParty, answerer: NamedParty, username: str | None
) -> tuple[NamedParty, NamedParty]:
    """The recorded person and the other one, which is the order of the channels; `username` is the caller's.

    FreeSWITCH records what a leg says on the left and what it hears on the right (switch_core_media_bug.c).
    """
    is_callers = username is not None and username == recording.user
    return (caller, answerer) if is_callers else (answerer, caller)
