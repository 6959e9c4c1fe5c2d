"""The extensions of a dialplan, as values: the templates of the same names render them.

A `pattern` is a regular expression of what is dialled, without its anchors.
"""

from dataclasses import dataclass
from typing import ClassVar

Gateways = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg that may answer: its name in `fsplug_legs`, its user, and where the switch dials it.

    With `srtp` its audio is encrypted, or there is no call.
    """

    name: str
    username: str
    dial: str
    srtp: bool = False


@dataclass(frozen=True, slots=True)
class Emergency:
    """Emergency numbers: no other extension may come before them, and they go out through the first gateway that
    accepts them.
    """

    template: ClassVar[str] = "emergency"
    pattern: str
    gateways: Gateways


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller: a user, or somebody outside."""

    template: ClassVar[str] = "caller"


@dataclass(frozen=True, slots=True)
class Star:
    """The star codes of listen-in."""

    template: ClassVar[str] = "listen"


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A number outside with a service prefix: the call goes on without it. `prefixes` is a regular expression too.

    `withholds` is whether the caller's number is not to be shown.
    """

    template: ClassVar[str] = "prefixed"
    name: str
    prefixes: str
    pattern: str
    withholds: bool


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Days as FreeSWITCH counts them (1 is Sunday), and the times of those days."""

    days: str
    times: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A number outside its opening hours: the call goes on to `destination`."""

    template: ClassVar[str] = "closed"
    name: str
    pattern: str
    timezone: str
    hours: tuple[OpenHours, ...]
    destination: str


@dataclass(frozen=True, slots=True)
class Ring:
    """People to ring: one step after the other, the legs of a step at once.

    `group` is a ring group's number, empty for a person. An unanswered caller goes on to `overflow`. With `shuffled`
    the switch begins at a random step. `fail_closed`: these people's calls must not go unrecorded.
    """

    template: ClassVar[str] = "ring"
    name: str
    pattern: str
    group: str
    steps: tuple[tuple[Leg, ...], ...]
    ring_seconds: int
    shuffled: bool = False
    overflow: str | None = None
    fail_closed: bool = False

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Every leg that may answer."""
        return tuple(leg for step in self.steps for leg in step)


@dataclass(frozen=True, slots=True)
class Menu:
    """A question answered with a key.

    `choices` are destinations by key; without an answer the call goes to `default`. `asked` notes the question on the
    leg, if it asks for consent to a recording (`policy.consent`); empty for any other question.
    """

    template: ClassVar[str] = "menu"
    name: str
    pattern: str
    number: str
    prompt: str
    language: str
    timeout_seconds: int
    tries: int
    choices: tuple[tuple[str, str], ...]
    default: str
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Outside numbers: `begins` followed by what `pattern` captures is dialled through the first gateway that works."""

    template: ClassVar[str] = "outgoing"
    name: str
    pattern: str
    begins: str
    gateways: Gateways


@dataclass(frozen=True, slots=True)
class Incoming:
    """A number dialled from outside, as trunks write it, and its company."""

    template: ClassVar[str] = "incoming"
    number: str
    pattern: str
    company: str


Extension = Emergency | Caller | Star | Prefixed | Closed | Ring | Menu | Outgoing | Incoming
