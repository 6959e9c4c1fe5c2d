"""One channel (a leg) of the fake switch: its identity, state and variables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import uuid4

from gevent.event import Event as Signal

from fsplug.fakeswitch.connection import Command
from fsplug.fakeswitch.recording import Recording
from fsplug.fakeswitch.variables import Variables

# The hangup cause of a leg whose partner somebody else took over.
PICKED_OFF = "PICKED_OFF"

# switch_types.h, switch_channel_state_t
STATE_NUMBERS = {
    "CS_NEW": 0,
    "CS_INIT": 1,
    "CS_ROUTING": 2,
    "CS_SOFT_EXECUTE": 3,
    "CS_EXECUTE": 4,
    "CS_EXCHANGE_MEDIA": 5,
    "CS_PARK": 6,
    "CS_CONSUME_MEDIA": 7,
    "CS_HANGUP": 10,
    "CS_REPORTING": 11,
    "CS_DESTROY": 12,
}


@dataclass(slots=True)
class Profile:
    """Who calls whom, as FreeSWITCH's caller profile has it."""

    caller_name: str
    caller_number: str
    destination: str
    context: str
    username: str = ""
    callee_name: str = ""
    callee_number: str = ""
    rdnis: str = ""
    network_addr: str = "127.0.0.1"
    transfer_source: str = ""
    index: int = 1
    ani: str = ""


@dataclass(slots=True)
class Times:
    """The times of a channel's steps: epoch microseconds, 0 for a step that has not happened.

    `last_hold` is when its phone last held the call, and `hold_accum` how many microseconds the ended holds took.
    """

    created: int = 0
    profile: int = 0
    answered: int = 0
    progress: int = 0
    media: int = 0
    bridged: int = 0
    hungup: int = 0
    last_hold: int = 0
    hold_accum: int = 0


@dataclass(frozen=True, slots=True)
class OtherLeg:
    """A leg as another leg's record names it; `kind` is originator or originatee."""

    kind: str
    uuid: str
    caller_number: str
    destination: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a leg's life, between two transfers: what the leg's record tells of it. Times as in `Times`."""

    begun: int = 0
    actions: Sequence[tuple[str, str]] = ()
    other: OtherLeg | None = None
    bridged: int = 0
    answered: int = 0
    transferred: int = 0
    profile: Profile | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """An order to a channel in a call: leave the call and run the dialplan from here. The other leg gets `cause`.

    `is_inline`: the destination is itself the actions, as `sleep:500,park`, and no dialplan is asked.
    """

    destination: str
    context: str
    cause: str = "NORMAL_CLEARING"
    is_inline: bool = False


@dataclass(frozen=True, slots=True)
class Rebridge:
    """An order to a channel in a call: leave the call and talk to `partner`, or wait for a leading leg (None)."""

    partner: "Channel | None"
    cause: str = "NORMAL_CLEARING"


@dataclass(frozen=True, slots=True)
class Park:
    """An order to a channel in a call: leave the call and wait for the next order. The other leg gets `cause`."""

    cause: str = "NORMAL_CLEARING"


class Script(Protocol):
    """The behaviour of a call's parties; the switch reports to it what happens."""

    answers: Mapping[str, float | str]
    rates: Mapping[str, int]
    acknowledges: bool

    def rings(self) -> None: ...

    def bridged(self, first: "Channel", second: "Channel") -> None: ...

    def gone(self, channel: "Channel") -> None: ...


@dataclass(slots=True, eq=False)
class Channel:
    """A leg.

    A leg whose phone sends nothing for `media_timeout` milliseconds is hung up, also while it holds (1.11.1); with 0
    it never is. `silent_since` is when its phone sent its last packet, in epoch microseconds, 0 while it sends.
    `rate` is the samples a second of its codec.
    `heir` gets whoever answers this channel's call, if this channel hangs up first (REFER with Replaces).
    `company` are the other legs in its conference; `app_log` are the conferences it ran, with when (microseconds).
    `driver` is the channel whose greenlet runs this one (None: its own); a `loose` channel waits for a driver. A
    `serving` channel is parked and carries out the `messages` of an event socket.
    """

    direction: str
    name: str
    profile: Profile
    uuid: str = field(default_factory=lambda: str(uuid4()))
    times: Times = field(default_factory=Times)
    variables: Variables = field(default_factory=Variables)
    state: str = "CS_NEW"
    call_state: str = "DOWN"
    cause: str | None = None
    call_uuid: str = ""
    hit_dialplan: bool = False
    application: str = ""
    application_data: str = ""
    other: "Channel | None" = None
    other_type: str = ""
    partner: "Channel | None" = None
    company: "tuple[Channel, ...]" = ()
    driver: "Channel | None" = None
    order: Transfer | Rebridge | Park | None = None
    heir: "Channel | None" = None
    signal: Signal = field(default_factory=Signal)
    recordings: "dict[str, Recording[Channel]]" = field(default_factory=dict)
    displaced: set[str] = field(default_factory=set)
    tone_hz: int = 0
    held: bool = False
    deaf: bool = False
    media_timeout: int = 0
    rate: int = 8_000
    silent_since: int = 0
    destroyed: bool = False
    loose: bool = False
    serving: bool = False
    messages: list[Command] = field(default_factory=list)
    call: Script | None = None
    app_log: list[tuple[str, str, int]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    now: Part = field(default_factory=Part)

    @property
    def answered(self) -> bool:
        return bool(self.times.answered)

    @property
    def up(self) -> bool:
        """Whether the channel is not hung up yet."""
        return self.cause is None

    @property
    def answer_state(self) -> str:
        if self.cause:
            return "hangup"
        return "answered" if self.answered else "early" if self.times.media else "ringing"

    @property
    def rings_on(self) -> bool:
        """Whether the legs that ring for this channel go on ringing: for itself, or for its heir."""
        return self.free or (self.heir is not None and self.heir.up)

    @property
    def free(self) -> bool:
        """Whether the channel is up and has no order to leave its call."""
        return self.cause is None and self.order is None

    def get(self, name: str) -> str | None:
        """A variable, or the caller profile's field of that name."""
        value = self.variables.get(name)
        return self.profile_field(name) if value is None else value

    def set(self, name: str, value: str | None) -> None:
        self.variables.set(name, value)

    def true(self, name: str) -> bool:
        """Whether a variable is true by FreeSWITCH's rules."""
        return is_true(self.variables.get(name))

    def wake(self) -> None:
        """Wake the greenlet that runs this leg, since something happened to the leg."""
        (self.driver or self).signal.set()

    def tells(self, **facts: Any) -> None:
        """Note facts of the present part of the leg's life."""
        self.now = replace(self.now, **facts)

    def next_part(self, at: int) -> None:
        """A transfer ends a part of the leg's life."""
        self.parts.append(replace(self.part(), transferred=at))
        self.now = Part(at)
        self.times.profile = at

    def part(self) -> Part:
        """The present part of the leg's life."""
        return replace(self.now, answered=self.times.answered, profile=replace(self.profile))

    def met(self, kind: str, other: "Channel", at: int = 0) -> None:
        """This leg rings the other one, or is rung for it, or (with `at`) is bridged to it."""
        profile = other.profile
        its = OtherLeg(kind, other.uuid, profile.caller_number, profile.destination)
        self.tells(other=its, bridged=at)

    def let_go(self) -> None:
        """Drop all references, so that ended calls are freed at once, without a garbage collection that stalls all."""
        self.other = self.partner = self.driver = self.order = self.call = self.heir = None
        self.company = ()

    def profile_field(self, name: str) -> str | None:
        """The value of the caller profile for a dialplan's field name."""
        reader = _FIELDS.get(name)
        return reader(self) or None if reader else None


def is_true(value: str | None) -> bool:
    """switch_true: yes, on, true, t, enabled, active, allow, or a number other than 0."""
    word = (value or "").lower()
    if word.lstrip("-").isdigit():
        return int(word) != 0
    return word in {"yes", "on", "true", "t", "enabled", "active", "allow"}


_FIELDS: dict[str, Callable[[Channel], str]] = {
    "uuid": lambda channel: channel.uuid,
    "direction": lambda channel: channel.direction,
    "chan_name": lambda channel: channel.name,
    "channel_name": lambda channel: channel.name,
    "caller_id_name": lambda channel: channel.profile.caller_name,
    "caller_id_number": lambda channel: channel.profile.caller_number,
    "ani": lambda channel: channel.profile.ani or channel.profile.caller_number,
    "destination_number": lambda channel: channel.profile.destination,
    "context": lambda channel: channel.profile.context,
    "rdnis": lambda channel: channel.profile.rdnis,
    "username": lambda channel: channel.profile.username,
    "network_addr": lambda channel: channel.profile.network_addr,
    "callee_id_name": lambda channel: channel.profile.callee_name,
    "callee_id_number": lambda channel: channel.profile.callee_number,
    "dialplan": lambda channel: "XML",
    "source": lambda channel: "mod_sofia",
    "state": lambda channel: channel.state,
}
