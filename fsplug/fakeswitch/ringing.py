"""The B-legs of a bridge: made, rung together or in turn, until one answers, all refuse, or the caller gives up."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fsplug.fakeswitch.audio import RATE
from fsplug.fakeswitch.channel import PICKED_OFF, Channel, Profile, Rebridge
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.dialstring import DialString, LegSpec
from fsplug.fakeswitch.lifecycle import answer, call_state, enter, hang_up, progress, retire, state
from fsplug.fakeswitch.phones import REDIRECTED, Phone, phone_of
from fsplug.fakeswitch.realistic import describe_outbound

RING_SECONDS = 60.0
# When several legs refuse, the caller gets the most informative cause (as mod_dptools ranks them).
_LEAST_TELLING = ("NO_ANSWER", "NONE")
# The status with which a phone gives the causes, as a leg and its caller keep it (1.11.1).
_STATUS = {"USER_BUSY": "sip:486", "CALL_REJECTED": "sip:603", REDIRECTED: "sip:302"}


@dataclass(slots=True)
class Ringing:
    """A ringing leg, and when its phone acts (the switch's seconds; None: never)."""

    channel: Channel
    phone: Phone
    due: float | None
    gives_up: float


@dataclass(slots=True)
class Dialled:
    """The outcome of a dial string: the leg that answered, or why none did."""

    answered: Channel | None = None
    cause: str = "NO_ROUTE_DESTINATION"
    causes: list[tuple[str, str]] = field(default_factory=list)


def dial(core: Core, caller: Channel, dial_string: DialString) -> Dialled:
    """Ring the groups of a dial string in turn, in the caller's greenlet."""
    result = Dialled()
    for group in dial_string.groups:
        if not caller.rings_on:
            break
        _ring_group(core, caller, group, dial_string, result)
        if result.answered:
            break
    if not caller.up and caller.heir is None:
        result.cause = "ORIGINATOR_CANCEL"
    return result


def set_user(core: Core, leg: Channel, spec: LegSpec) -> None:
    """What the endpoint `user/` sets on the leg that it makes (1.11.1)."""
    if spec.kind == "user":
        user, _, domain = spec.destination.partition("@")
        marks = {"dialed_user": user, "dialed_domain": domain, "presence_id": spec.destination}
        for name, value in {**marks, **core.directory.get((user, domain), {})}.items():
            leg.set(name, value)


def make_leg(core: Core, caller: Channel, spec: LegSpec, shared: Iterable[tuple[str, str]]) -> Channel:
    """Make a B-leg of this caller, with FreeSWITCH's events and the given variables."""
    leg = _channel(caller, spec)
    leg.rate = _rate(caller, spec)
    enter(core, leg)
    leg.met("originator", caller)
    describe_outbound(leg, core.realistic)
    for name in ("originator", "signal_bond", "originating_leg_uuid"):
        leg.set(name, caller.uuid)
    leg.set("originate_endpoint", spec.kind)
    if spec.registered:
        leg.set("sip_local_url", spec.registered)
    set_user(core, leg, spec)
    for name, value in (*_exported(caller), *shared, *spec.variables.items()):
        leg.set(name, value)
    for name in ("CHANNEL_OUTGOING", "CHANNEL_CREATE", "CHANNEL_ORIGINATE"):
        leg.state = "CS_INIT"
        core.bus.emit(name, leg)
    state(core, leg, "CS_CONSUME_MEDIA")
    return leg


def _channel(caller: Channel, spec: LegSpec) -> Channel:
    profile = "internal" if spec.kind == "user" else spec.profile
    return Channel(
        direction="outbound",
        name=f"sofia/{profile}/{spec.destination}",
        profile=Profile(
            caller_name=caller.variables.get("effective_caller_id_name") or caller.profile.caller_name,
            caller_number=caller.variables.get("effective_caller_id_number") or caller.profile.caller_number,
            username=caller.profile.username,
            destination=spec.number,
            context=caller.profile.context,
            callee_name="Outbound Call",
            callee_number=spec.number,
        ),
        call_uuid=caller.uuid,
        other=caller,
        other_type="originator",
        driver=caller,
        call=caller.call,
    )


def _rate(caller: Channel, spec: LegSpec) -> int:
    rates = caller.call.rates if caller.call else {}
    names = (spec.variables.get("fsplug_leg", ""), spec.number, spec.gateway)
    return next((rates[name] for name in names if name in rates), RATE)


def _exported(caller: Channel) -> Iterator[tuple[str, str]]:
    for name in (caller.get("export_vars") or "").split(","):
        value = caller.variables.get(name.strip())
        if value:
            yield name.strip(), value


def _ring_group(
    core: Core, caller: Channel, group: tuple[LegSpec, ...], dial_string: DialString, result: Dialled
) -> None:
    ringing = [_ring(core, caller, spec, dial_string) for spec in group]
    try:
        while ringing and caller.rings_on and not result.answered:
            _wait(core, caller, ringing)
            if caller.rings_on:
                _act(core, caller, ringing, result)
    finally:
        _stop(core, caller, ringing, result)


def _ring(core: Core, caller: Channel, spec: LegSpec, dial_string: DialString) -> Ringing:
    leg = make_leg(core, caller, spec, dial_string.variables.items())
    phone = phone_of(spec, leg.variables.get("fsplug_leg"), _answers(core, caller))
    now = core.clock.now()
    if phone.rings:
        progress(core, leg)
        call_state(core, leg, "RINGING")
        progress(core, caller)
        if caller.call:
            caller.call.rings()
    due = None if phone.seconds is None else now + phone.seconds
    return Ringing(leg, phone, due, now + _ring_seconds(caller, leg))


def _answers(core: Core, caller: Channel) -> dict[str, float | str]:
    return {**core.answers, **caller.call.answers} if caller.call else dict(core.answers)


def _ring_seconds(caller: Channel, leg: Channel) -> float:
    given = leg.variables.get("leg_timeout") or caller.variables.get("call_timeout")
    return float(given) if given and given.isdigit() else RING_SECONDS


def _wait(core: Core, caller: Channel, ringing: list[Ringing]) -> None:
    next_at = min(min(leg.due, leg.gives_up) if leg.due is not None else leg.gives_up for leg in ringing)
    remaining = next_at - core.clock.now()
    if remaining > 0:
        caller.signal.wait(core.clock.real(remaining))
        caller.signal.clear()


def _act(core: Core, caller: Channel, ringing: list[Ringing], result: Dialled) -> None:
    """Let every phone whose time has come act, the earliest first."""
    now = core.clock.now()
    for leg in sorted(ringing, key=lambda each: each.due if each.due is not None else each.gives_up):
        channel = leg.channel
        if not channel.up:
            _gone(core, leg, ringing, result)
        elif channel.answered:
            ringing.remove(leg)
            result.answered = channel
            return
        elif leg.due is not None and leg.due <= now:
            if leg.phone.cause:
                _refuse(core, caller, leg, leg.phone.cause)
                _gone(core, leg, ringing, result)
            else:
                ringing.remove(leg)
                result.answered = channel
                answer(core, channel)
                if leg.phone.talk_seconds is not None:
                    core.clock.later(leg.phone.talk_seconds, hang_up, core, channel, "NORMAL_CLEARING")
                return
        elif leg.gives_up <= now:
            hang_up(core, channel, "NO_ANSWER")
            _gone(core, leg, ringing, result)


def _refuse(core: Core, caller: Channel, leg: Ringing, cause: str) -> None:
    """The phone refuses the call, or sends it elsewhere; the caller's channel is told what it answered."""
    status = _STATUS.get(cause)
    if cause == REDIRECTED:
        leg.channel.set("sip_from_host", "127.0.0.1")
        for number, contact in enumerate(leg.phone.contacts):
            leg.channel.set(f"sip_redirect_contact_{number}", contact)
    if status:
        leg.channel.set("proto_specific_hangup_cause", status)
        caller.set("last_bridge_proto_specific_hangup_cause", status)
    caller.set("last_bridge_hangup_cause", cause)
    hang_up(core, leg.channel, cause)


def _gone(core: Core, leg: Ringing, ringing: list[Ringing], result: Dialled) -> None:
    ringing.remove(leg)
    cause = leg.channel.cause or "NONE"
    result.causes.append((leg.channel.uuid, cause))
    if cause not in _LEAST_TELLING or result.cause == "NO_ROUTE_DESTINATION":
        result.cause = cause
    retire(core, leg.channel)


def _stop(core: Core, caller: Channel, ringing: list[Ringing], result: Dialled) -> None:
    """End the legs that still ring, because another leg answered, or the caller left or was picked up."""
    cause = "LOSE_RACE" if result.answered else "ORIGINATOR_CANCEL"
    is_picked_up = isinstance(caller.order, Rebridge)
    for leg in reversed(ringing):
        # Only the leg that was made last is told so (1.11.1).
        hang_up(core, leg.channel, PICKED_OFF if is_picked_up and leg is ringing[-1] else cause)
    for leg in list(ringing):
        _gone(core, leg, ringing, result)
