"""Who may listen in to whose call: one gate for every door."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.entities import DeviceKind, Licence, Right


class Reason(StrEnum):
    """Why somebody may not listen, in the order in which the gate looks: the first reason that holds is reported.

    Reasons about the listener come first, so that nobody without the right learns what a colleague is doing.
    """

    NOT_IDENTIFIED = "not-identified"
    DEVICE = "device-not-allowed"
    LISTENER_LICENCE = "listener-without-licence"
    LISTENER_RIGHT = "listener-without-right"
    UNKNOWN_PERSON = "unknown-person"
    OTHER_COMPANY = "other-company"
    ONESELF = "oneself"
    LINE_BUSY = "line-busy"
    TARGET_LICENCE = "target-without-licence"
    OTHER_NODE = "on-another-node"
    NOT_IN_CALL = "not-in-call"
    PROFILE = "profile-does-not-allow"
    COLLEAGUE = "colleague-does-not-allow"
    # Reasons that the gate can't see: nobody confirmed the call on the listener's phone, the target could not be
    # notified, or the store or the switch did not answer.
    NOT_CONFIRMED = "not-confirmed"
    NOT_NOTIFIED = "person-not-told"
    UNAVAILABLE = "unavailable"


# About the listener alone. Nobody is called back for these.
ABOUT_LISTENER = frozenset({Reason.NOT_IDENTIFIED, Reason.DEVICE, Reason.LISTENER_LICENCE, Reason.LISTENER_RIGHT})


class Door(StrEnum):
    """The way by which somebody asked to listen. Nobody is let in by a transfer: who sent the call is not on it."""

    DESK = "desk"
    APP = "app"
    MOBILE = "mobile"
    COMMAND = "command"
    TRANSFER = "transfer"


class Ending(StrEnum):
    """Why a listen-in ended."""

    LISTENER_HUNG_UP = "listener-hung-up"
    LISTENER_VANISHED = "listener-vanished"
    TARGET_HUNG_UP = "target-hung-up"
    TARGET_MOVED = "target-moved"
    REVOKED = "revoked"
    NEVER_HEARD = "never-heard"
    FSPLUG_AWAY = "fsplug-away"
    FSPLUG_STOPPED = "fsplug-stopped"
    FSPLUG_RESTARTED = "fsplug-restarted"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class CompanyRules:
    """A company's rules for listening in: whether apps may listen, and whether a colleague at the other end must allow
    it.
    """

    apps_may_listen: bool = False
    colleagues_must_allow: bool = False


@dataclass(frozen=True, slots=True)
class Entitlements:
    """The licences and rights a user holds at one policy version, and whether one of their profiles allows others to
    listen.
    """

    licences: frozenset[Licence] = frozenset()
    rights: frozenset[Right] = frozenset()
    allows: bool = False


NO_ENTITLEMENTS = Entitlements()


@dataclass(frozen=True, slots=True)
class Listener:
    """The user who asks to listen, on which kind of device, as of now.

    `line_free`: this user is in no other call. `phone_is_theirs`: the phone by which the user is known is still theirs.
    """

    username: str
    company: str
    device: DeviceKind = DeviceKind.DESK
    line_free: bool = True
    now: Entitlements = NO_ENTITLEMENTS
    phone_is_theirs: bool = True


@dataclass(frozen=True, slots=True)
class Colleague:
    """A user in the call: as of when the call began, and as of now.

    The profile is the one that was active when the call began; `now.allows` is what that same profile says today. So a
    user's change of profile counts from the next call on, and what an administrator takes away counts at once.
    """

    username: str
    company: str
    at_start: Entitlements = NO_ENTITLEMENTS
    now: Entitlements = NO_ENTITLEMENTS

    @property
    def licensed(self) -> bool:
        return all(Licence.CONTACT_PRO in entitled.licences for entitled in (self.at_start, self.now))

    @property
    def allows(self) -> bool:
        return self.at_start.allows and self.now.allows


@dataclass(frozen=True, slots=True)
class ListenRequest:
    """Everything the gate looks at; None for an unknown person.

    `in_call`: the target talks to somebody here. `other` is the other end of that call when it is a colleague. `node`
    is the name of another node that has the target's call, if there is none here.
    """

    listener: Listener | None
    target: Colleague | None
    in_call: bool = False
    other: Colleague | None = None
    rules: CompanyRules = CompanyRules()
    node: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """The gate's answer: admitted, unless it has a reason. `node` names the node of the call if that is the reason."""

    reason: Reason | None = None
    node: str = ""

    @property
    def admitted(self) -> bool:
        return self.reason is None


def admission(request: ListenRequest) -> Admission:
    """Whether this listener may hear the target's call, or the one reason against it."""
    reason = next((reason for reason, holds in _objections(request).items() if holds), None)
    return Admission(reason, request.node if reason is Reason.OTHER_NODE else "")


def _objections(request: ListenRequest) -> Mapping[Reason, bool]:
    return {
        **_to_listener(request.listener, request.rules),
        **_to_target(request.listener, request.target),
        **_to_call(request),
    }


def _to_listener(listener: Listener | None, rules: CompanyRules) -> Mapping[Reason, bool]:
    if listener is None:
        return {Reason.NOT_IDENTIFIED: True}
    return {
        Reason.NOT_IDENTIFIED: not listener.phone_is_theirs,
        Reason.DEVICE: listener.device is DeviceKind.APP and not rules.apps_may_listen,
        Reason.LISTENER_LICENCE: Licence.CONTACT_PRO not in listener.now.licences,
        Reason.LISTENER_RIGHT: Right.LISTEN_IN not in listener.now.rights,
    }


def _to_target(listener: Listener | None, target: Colleague | None) -> Mapping[Reason, bool]:
    if listener is None or target is None:
        return {Reason.UNKNOWN_PERSON: True}
    return {
        Reason.OTHER_COMPANY: target.company != listener.company,
        Reason.ONESELF: target.username == listener.username,
        Reason.LINE_BUSY: not listener.line_free,
        Reason.TARGET_LICENCE: not target.licensed,
    }


def _to_call(request: ListenRequest) -> Mapping[Reason, bool]:
    other = request.other
    return {
        Reason.OTHER_NODE: not request.in_call and bool(request.node),
        Reason.NOT_IN_CALL: not request.in_call,
        Reason.PROFILE: request.target is None or not request.target.allows,
        Reason.COLLEAGUE: request.rules.colleagues_must_allow and other is not None and not other.allows,
    }
