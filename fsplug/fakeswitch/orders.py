"""A call to be placed on the fake switch, and what its parties will do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

CALLER, CALLEE = "caller", "callee"


@dataclass(frozen=True, slots=True)
class Step:
    """A party's act this many seconds into the first conversation: `hold`, `unhold`, `transfer` or `hang_up`."""

    after: float
    act: str
    by: str = CALLEE
    to: str = ""
    context: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A call to be placed. Seconds are the switch's.

    `caller` dials `destination` in `context`: "public" from the trunk, or a company's context as its signed-in `user`.
    `answers` gives who answers when, and for how long (fakeswitch.phones). The caller hangs up after `talk` seconds of
    the first conversation (None: only when `hang_up` is called), and gives up unanswered after `cancel`, or when the
    first phone has rung for `cancel_ringing`. `headers` are further lines of the INVITE, each `Name: value`. An INVITE
    with `late_offer` has no SDP: the switch answers it before its dialplan (`enable-3pcc`). `rates` gives the samples a
    second of the codecs of `caller` and of those who answer, named as in `answers`, where they are not 8,000. With
    `refused` the switch has none of the INVITE's codecs. A caller who does not acknowledge sends no ACK.
    """

    caller: str
    destination: str
    context: str = "public"
    caller_name: str = ""
    user: str = ""
    domain: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, float | str] = field(default_factory=dict)
    talk: float | None = 1.0
    cancel: float | None = None
    cancel_ringing: float | None = None
    steps: Sequence[Step] = ()
    tone_hz: int = 0
    headers: Sequence[str] = ()
    late_offer: bool = False
    refused: bool = False
    acknowledges: bool = True
    rates: Mapping[str, int] = field(default_factory=dict)
