"""The life of a leg that runs a dialplan, in a greenlet of its own."""

import structlog

from fsplug.fakeswitch.bridging import take_up
from fsplug.fakeswitch.channel import Channel, Park, Rebridge, Transfer
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.dialplan import Action
from fsplug.fakeswitch.lifecycle import call_state, execute, hang_up, pause, retire, state

log = structlog.get_logger()


def live(core: Core, channel: Channel) -> None:
    """Run the dialplan, following transfers, until the leg is hung up or handed over to another leg."""
    try:
        _run(core, channel)
    except Exception:
        log.exception("fakeswitch-call-failed", uuid=channel.uuid, destination=channel.profile.destination)
        hang_up(core, channel, "NORMAL_TEMPORARY_FAILURE")
    if not channel.loose:
        retire(core, channel)


def actions_of(core: Core, channel: Channel, destination: str = "", context: str = "") -> list[Action]:
    """The dialplan's actions for this leg at this extension."""
    return core.dialplan.route(
        channel, core.expand, lambda leg, name, data: execute(core, leg, name, data), destination, context
    )


def _run(core: Core, channel: Channel) -> None:
    while channel.up and not channel.loose:
        order, channel.order = channel.order, None
        if isinstance(order, Rebridge):
            _rebridge(core, channel, order)
        elif isinstance(order, Park):
            state(core, channel, "CS_PARK")
            core.bus.emit("CHANNEL_PARK", channel)
            pause(core, channel)
        else:
            _run_dialplan(core, channel, order)
        if not channel.order and not channel.loose:
            hang_up(core, channel, "NORMAL_CLEARING")
    order = channel.order
    if isinstance(order, Rebridge) and order.partner is not None and order.partner.loose:
        # Whoever was to get this leg has hung up before.
        take_up(core, channel, order.partner)


def _rebridge(core: Core, channel: Channel, order: Rebridge) -> None:
    if order.partner is None:
        channel.loose = True
    else:
        take_up(core, channel, order.partner)


def _run_dialplan(core: Core, channel: Channel, order: Transfer | None) -> None:
    if order:
        _redirect(core, channel, order)
    state(core, channel, "CS_ROUTING")
    if channel.call_state == "DOWN":
        call_state(core, channel, "RINGING")
    actions = _inline(order) if order and order.is_inline else actions_of(core, channel)
    channel.hit_dialplan = True
    channel.tells(actions=actions)
    if not actions:
        hang_up(core, channel, "NO_ROUTE_DESTINATION")
    state(core, channel, "CS_EXECUTE")
    for application, data in actions:
        if not channel.free:
            return
        execute(core, channel, application, data)


def _inline(order: Transfer) -> list[Action]:
    steps = (step.partition(":") for step in order.destination.split(","))
    return [(application, data) for application, _, data in steps]


def _redirect(core: Core, channel: Channel, order: Transfer) -> None:
    channel.next_part(core.clock.micros())
    profile = channel.profile
    profile.rdnis, profile.destination, profile.context = profile.destination, order.destination, order.context
    profile.transfer_source = channel.variables.get("transfer_source") or ""
    profile.index += 1
    channel.other = None
