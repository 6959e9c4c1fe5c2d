"""Two talking legs: the bridge application, and the end of a conversation."""

import gevent

from fsplug.fakeswitch.causes import DIAL_STATUS
from fsplug.fakeswitch.channel import PICKED_OFF, Channel, Rebridge
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.dialstring import parse
from fsplug.fakeswitch.eavesdropping import after_bridge
from fsplug.fakeswitch.lifecycle import answer, execute, execute_on, hang_up, retire, state
from fsplug.fakeswitch.listing import keep_calls
from fsplug.fakeswitch.ringing import Dialled, dial
from fsplug.fakeswitch.variables import joined

_POLL_SECONDS = 0.02


def bridge(core: Core, caller: Channel, data: str) -> None:
    """The bridge application: ring, connect, and stay until the conversation ends."""
    dialled = dial(core, caller, parse(data))
    _tell_disposition(caller, dialled)
    callee = dialled.answered
    if callee is not None and callee.up and caller.free:
        _confirm(core, caller, callee)
    if caller.heir is not None and not caller.up:
        _hand_over(core, caller.heir, callee, dialled.cause)
    elif callee is None:
        _no_answer(core, caller, dialled.cause)
    elif not caller.free:
        _leave_alone(core, callee, "ORIGINATOR_CANCEL" if caller.cause else "NORMAL_CLEARING")
    elif not callee.up:
        retire(core, callee)
    else:
        caller.profile.callee_name = callee.profile.callee_name
        caller.profile.callee_number = callee.profile.callee_number
        answer(core, caller)
        if caller.free:
            converse(core, caller, callee)
        else:
            _leave_alone(core, callee, "ORIGINATOR_CANCEL" if caller.cause else "NORMAL_CLEARING")


def _confirm(core: Core, caller: Channel, callee: Channel) -> None:
    """A leg that answered runs `group_confirm_file` before it is connected, if `group_confirm_key` is exec (1.11.1)."""
    if callee.variables.get("group_confirm_key") != "exec":
        return
    application, _, data = (callee.variables.get("group_confirm_file") or "").partition(" ")
    told = gevent.spawn(execute, core, callee, application, data)
    told.link(lambda _: caller.wake())
    while not told.ready() and caller.free:
        caller.signal.wait()
        caller.signal.clear()


def converse(core: Core, first: Channel, second: Channel) -> None:
    """Let two answered legs talk until one hangs up or is ordered elsewhere; in the first one's greenlet.

    The second leg is cleaned up here. The first leg continues its dialplan, or is hung up by `hangup_after_bridge`.
    """
    second.driver = first
    _connect(core, first, second)
    while first.free and second.free:
        first.signal.wait()
        first.signal.clear()
    _part(core, first, second)


def take_up(core: Core, channel: Channel, partner: Channel) -> None:
    """Carry out a uuid_bridge, in the greenlet of the leading leg."""
    while partner.up and not partner.loose:
        core.clock.sleep(_POLL_SECONDS)
    partner.loose = False
    if channel.up and partner.up:
        state(core, channel, "CS_SOFT_EXECUTE")
        converse(core, channel, partner)
    else:
        _leave_alone(core, partner, "NORMAL_CLEARING")
    if not channel.order:
        hang_up(core, channel, "NORMAL_CLEARING")


def intercept(core: Core, channel: Channel, data: str) -> None:
    """The intercept application: take over a leg that rings or talks elsewhere, in this leg's greenlet."""
    target = core.channels.get(data.strip())
    if target is None or target is channel or not target.up:
        return
    answer(core, channel)
    answer(core, target)
    target.order = Rebridge(None, PICKED_OFF)
    target.wake()
    take_up(core, channel, target)


def _hand_over(core: Core, heir: Channel, callee: Channel | None, cause: str) -> None:
    """The caller left while it rang and was connected with `heir`, which gets the leg that has answered now."""
    if callee is None or not heir.up:
        hang_up(core, heir, cause)
        if callee is not None:
            _leave_alone(core, callee, "ORIGINATOR_CANCEL")
        return
    callee.driver = None
    callee.loose = True
    heir.order = Rebridge(callee)
    heir.wake()


def _connect(core: Core, first: Channel, second: Channel) -> None:
    keep_calls(core)
    core.recorder.catch_up(first, second)
    now = core.clock.micros()
    for leg, partner, kind in ((first, second, "originatee"), (second, first, "originator")):
        leg.partner, leg.other, leg.other_type = partner, partner, kind
        leg.times.bridged = now
        leg.met(kind, partner, now)
        leg.set("last_bridge_to", partner.uuid)
        leg.set("bridge_channel", partner.name)
        leg.set("bridge_uuid", partner.uuid)
        leg.set("signal_bond", partner.uuid)
    core.counters.bridged += 1
    core.bus.emit("CHANNEL_BRIDGE", first, first=_ids(first, second))
    state(core, second, "CS_EXCHANGE_MEDIA")
    core.bus.emit("CALL_UPDATE", first, [("Direction", "SEND"), ("Bridged-To", second.uuid)])
    core.bus.emit("CALL_UPDATE", second, [("Direction", "SEND"), ("Bridged-To", first.uuid)])
    if first.call:
        first.call.bridged(first, second)


def _part(core: Core, first: Channel, second: Channel) -> None:
    """End a conversation, with the events in 1.11.1's order (captured)."""
    keep_calls(core)
    core.recorder.catch_up(first, second)
    after_bridge(core, first, second)
    for leg in (first, second):
        if leg.up:
            execute_on(core, leg, "execute_on_post_bridge")
    if not first.up:
        hang_up(core, second, first.cause or "NORMAL_CLEARING")
    elif first.order and not second.order:
        hang_up(core, second, first.order.cause)
    first.partner = second.partner = None
    if first.up and not second.up:
        # A callee's own thread closes its recording before the caller's thread sees the end of the bridge.
        retire(core, second)
    core.bus.emit("CHANNEL_UNBRIDGE", first, first=_ids(first, second))
    if not second.up:
        first.set("last_bridge_hangup_cause", second.cause)
        first.set("bridge_hangup_cause", second.cause)
        retire(core, second)
    if first.up and not first.order:
        _after_bridge(core, first, second)
    if second.up:
        _send_on(core, second)


def _after_bridge(core: Core, first: Channel, second: Channel) -> None:
    if second.order:
        hang_up(core, first, second.order.cause)
    elif first.true("hangup_after_bridge") or first.state == "CS_SOFT_EXECUTE":
        hang_up(core, first, second.cause or "NORMAL_CLEARING")


def _send_on(core: Core, leg: Channel) -> None:
    """The second leg of a bridge was transferred: it gets a greenlet of its own, or waits for its leading leg."""
    leg.driver = None
    if isinstance(leg.order, Rebridge) and leg.order.partner is None:
        leg.order = None
        leg.loose = True
    elif leg.order:
        leg.signal.clear()
        core.spawn(core.live, core, leg)
    else:
        _leave_alone(core, leg, "NORMAL_CLEARING")


def _leave_alone(core: Core, leg: Channel, cause: str) -> None:
    hang_up(core, leg, cause)
    retire(core, leg)


def _no_answer(core: Core, caller: Channel, cause: str) -> None:
    if caller.up and not caller.order and not _goes_on(caller, cause):
        hang_up(core, caller, cause)


def _goes_on(caller: Channel, cause: str) -> bool:
    """continue_on_fail: yes, no, or the causes after which the dialplan goes on; failure_causes: those after which it
    does not (switch_channel_handle_cause, 1.11.1).
    """
    wanted = caller.variables.get("continue_on_fail") or ""
    failures = caller.variables.get("failure_causes") or ""
    if failures and cause not in failures.split(","):
        return True
    return caller.true("continue_on_fail") or cause in {each.strip() for each in wanted.split(",")}


def _tell_disposition(caller: Channel, dialled: Dialled) -> None:
    cause = "SUCCESS" if dialled.answered else dialled.cause
    caller.set("originate_disposition", cause)
    caller.set("DIALSTATUS", DIAL_STATUS.get(cause, cause))
    # The causes of earlier bridges stay (1.11.1).
    earlier = (caller.get("originate_causes") or "").removeprefix("ARRAY::").split("|:")
    caller.set("originate_causes", joined([*filter(None, earlier), *(f"{leg};{its}" for leg, its in dialled.causes)]))
    if not dialled.answered:
        caller.set("originate_failed_cause", cause)
        caller.set("last_bridge_hangup_cause", cause)


def _ids(first: Channel, second: Channel) -> list[tuple[str, str]]:
    return [("Bridge-A-Unique-ID", first.uuid), ("Bridge-B-Unique-ID", second.uuid)]
