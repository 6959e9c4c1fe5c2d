"""The values that recording decisions are made of, as of one policy version."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from fsplug.policy.consent import Consent
from fsplug.policy.terms import DEFAULT_TERMS, Terms


class Direction(StrEnum):
    """A call as its user sees it (spec: "Words")."""

    OUTGOING = "outgoing"
    INTERNAL = "internal"
    INCOMING = "incoming"


class GroupMode(StrEnum):
    """What a ring group demands for the calls that come through it."""

    DEPARTMENT = "department"
    ALWAYS = "always"
    NEVER = "never"


class WhenAway(StrEnum):
    """What happens to the calls of a company while fsplug is away.

    They go on unrecorded, but those of a fail-closed policy; those that policy wants recorded are refused; or the
    switch records by itself what policy wants, and fsplug decides afterwards what is kept.
    """

    UNRECORDED = "unrecorded"
    REFUSED = "refused"
    RECORD_THEN_JUDGE = "record-then-judge"


class Strategy(StrEnum):
    """How a ring group rings its members."""

    SIMULTANEOUS = "simultaneous"
    SEQUENTIAL = "sequential"
    RANDOM = "random"


class Role(StrEnum):
    """What a user may do in the console (spec: "Words")."""

    NONE = "none"
    MY_CONSOLE = "my-console"
    SUPERUSER = "superuser"


class AdminScope(StrEnum):
    """What a user administers: nothing, named departments, or the whole company."""

    NONE = "none"
    SUB_ADMIN = "sub-admin"
    COMPANY_ADMIN = "company-admin"


class Licence(StrEnum):
    """An add-on held per user."""

    CONTACT_PRO = "contact-pro"


class Right(StrEnum):
    """What a supervisor may do, held per user."""

    LISTEN_IN = "listen-in"


class Transport(StrEnum):
    """How SIP travels to a trunk."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class DeviceKind(StrEnum):
    """The kind of a device.

    A desk phone and an app register with their own SIP credentials; a mobile is reached by its number.
    """

    DESK = "desk"
    APP = "app"
    MOBILE = "mobile"


EVERY_DEPARTMENT = "*"
# The realm of trunks that prove a password. No company can have it: RFC 2606 reserves the name.
TRUNK_REALM = "trunks.fsplug.invalid"


@dataclass(frozen=True, slots=True)
class DepartmentPolicy:
    """The three boxes of a department. The boxes of `EVERY_DEPARTMENT` count for departments without their own."""

    department: str
    outgoing: bool = False
    internal: bool = False
    incoming: bool = False
    terms: Terms = DEFAULT_TERMS

    def covers(self, direction: Direction) -> bool:
        """Whether the box of this direction is ticked."""
        boxes = {
            Direction.OUTGOING: self.outgoing,
            Direction.INTERNAL: self.internal,
            Direction.INCOMING: self.incoming,
        }
        return boxes[direction]


@dataclass(frozen=True, slots=True)
class GroupPolicy:
    """The mode of one ring group, named by its number."""

    group: str
    mode: GroupMode = GroupMode.DEPARTMENT
    terms: Terms = DEFAULT_TERMS


@dataclass(frozen=True, slots=True)
class User:
    """A person of the company. `numbers` are E.164: the fixed number, then the mobiles."""

    username: str
    extension: str
    name: str = ""
    department: str | None = None
    records: bool = False
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicySnapshot:
    """A company's recording policy at one version. `excluded` holds E.164 numbers, `country` an ISO 3166 code."""

    company: str
    version: int
    country: str
    departments: Mapping[str, DepartmentPolicy] = field(default_factory=dict)
    groups: Mapping[str, GroupPolicy] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Party:
    """One end of a talk: its user, if it is a user's, and every number the switch knows it by, unchanged."""

    user: User | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Talk:
    """Two bridged legs, or one user's part in a conference.

    `caller` is the leg that placed the call and `answerer` the one that took it. `groups` are the ring groups the call
    came through, oldest first; `forwarders` the numbers that forwarded or transferred it. `picked_up_by` is the
    username or number of an answerer who picked up a call that rang elsewhere.

    In a conference, `part_of` is the user whose part this is, and `others` are all who are there beside the two.
    `consent` is what they have said together of being recorded, `agreed` which ends have said yes (`CALLER`,
    `ANSWERER`), and `told` which have heard that they may be. `stopped` are the users who have stopped their recording
    in the conversation.
    """

    company: str
    caller: Party
    answerer: Party
    direction: Direction
    groups: tuple[str, ...] = ()
    forwarders: tuple[str, ...] = ()
    picked_up_by: str = ""
    others: tuple[Party, ...] = ()
    part_of: str = ""
    consent: Consent = Consent.NOT_ASKED
    agreed: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
