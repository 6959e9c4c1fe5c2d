"""A live call: what is armed for it, which phones send it elsewhere, and who has it. Memory only, no I/O."""

from dataclasses import dataclass, field

from fsplug.esl.calls.live_conversation import LiveConversation
from fsplug.policy.recording.legs import Arm, Ringing


@dataclass(frozen=True, slots=True)
class ArmedLeg:
    """What was prepared for one leg that may answer: its arm, the decision's id, and the recording's, if any."""

    arm: Arm
    decision: str
    recording: str | None


@dataclass(frozen=True, slots=True)
class Redirect:
    """What a user's phone answered instead of taking the call: other addresses, as Contact values.

    `hosts` are the names by which that phone knows the switch.
    """

    user: str
    contacts: tuple[str, ...]
    hosts: tuple[str, ...]


@dataclass(slots=True)
class Call:
    """A call fsplug knows of, named by the uuid of the leg that placed it; `legs` are the uuids of its live legs. It is
    of the `company` in whose context that leg asked last, and has a row in each of `companies`: those in whose contexts
    it asked, or that decided a talk of the call.

    `began_at` is when fsplug first saw it. `caller_answered` is whether that leg was answered, `caller_left` whether it
    has hung up, `heir` the leg for which it had called, if the switch said so then, and `taken_back` what was armed
    then, by leg name; `answered_in` are the companies in which the call led to a talk.
    `rings` are the uuids of the legs that ring, with their names; `has_rung` is whether a ringing leg was ever
    reported, and `leg_answered` whether one answered. `withdrawn` are the recordings that were armed in vain, each with
    the name of its leg and what was armed. `redirects` are the legs whose phones sent the call elsewhere, by uuid, and
    `redirected_by` the users whose redirections were followed since the caller's talk `redirected_after`. `left_at` and
    `left_by` are when and by which cause the last of its legs so far ended, and `over_at` is when it was over, if it
    has left a file that no event explained; `witnessed` are its recordings that a record explained. `conversation` is
    that of which other calls are parts, too, if there are any.
    """

    id: str
    company: str
    version: int
    began_at: float = 0.0
    ringing: Ringing | None = None
    armed: dict[str, ArmedLeg] = field(default_factory=dict)
    redirects: dict[str, Redirect] = field(default_factory=dict)
    redirected_by: list[str] = field(default_factory=list)
    redirected_after: int = 0
    legs: set[str] = field(default_factory=set)
    rings: dict[str, str] = field(default_factory=dict)
    withdrawn: dict[str, tuple[str, ArmedLeg]] = field(default_factory=dict)
    caller_answered: bool = False
    caller_left: bool = False
    heir: str = ""
    taken_back: dict[str, ArmedLeg] = field(default_factory=dict)
    has_rung: bool = False
    leg_answered: bool = False
    answered_in: set[str] = field(default_factory=set)
    left_at: float = 0.0
    left_by: str = ""
    over_at: float = 0.0
    witnessed: set[str | None] = field(default_factory=set)
    conversation: LiveConversation | None = None
    companies: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.companies = self.companies or {self.company}

    def conversation_in(self, company: str) -> str:
        """The id, in one of `companies`, of the conversation of which this call is a part."""
        return self.conversation.id_in(company) if self.conversation is not None else self.id

    def forget_redirects(self) -> None:
        """What phones answered so far leads nowhere any more. Their legs stay known: the switch names them again."""
        self.redirects = dict.fromkeys(self.redirects, _NOWHERE)


_NOWHERE = Redirect("", (), ())
