"""Queues and parking on the fake switch, as mod_fifo, mod_callcenter and mod_valet_parking 1.11.1 bridge their legs.

fifo          the agent's leg takes the caller's over: it comes first in the bridge
callcenter    uuid_bridge of the caller's leg and the agent's
valet_park    uuid_bridge of the parked leg and the one that fetches it
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from fsplug.fakeswitch.bridging import take_up
from fsplug.fakeswitch.channel import Channel, Park, Profile, Rebridge
from fsplug.fakeswitch.core import Application, Core
from fsplug.fakeswitch.dialstring import LegSpec
from fsplug.fakeswitch.lifecycle import answer, call_state, enter, execute, hang_up, pause, progress, rebridge, retire
from fsplug.fakeswitch.phones import phone_of
from fsplug.fakeswitch.realistic import describe_outbound
from fsplug.fakeswitch.ringing import set_user

# The dial strings of each queue's agents.
Agents = Mapping[str, Sequence[str]]
_POLL_SECONDS = 0.05
_RING_SECONDS = 60.0
# How soon mod_fifo and mod_callcenter look at a queue again.
_LOOK_SECONDS = 0.2


def load(configuration: Path) -> Agents:
    """The agents of the queues in a switch's configuration; none if the file does not exist."""
    if not configuration.exists():
        return {}
    root = ElementTree.fromstring(configuration.read_text())
    contacts = {one.get("name", ""): one.get("contact", "") for one in root.iter("agent")}
    agents: dict[str, list[str]] = {}
    for queue in root.iter("fifo"):
        agents[queue.get("name", "")] = [(member.text or "").strip() for member in queue.iter("member")]
    for tier in root.iter("tier"):
        agents.setdefault(tier.get("queue", ""), []).append(contacts.get(tier.get("agent", ""), ""))
    return agents


def fifo(core: Core, channel: Channel, data: str) -> None:
    """`NAME in` waits for an agent; `NAME out [wait|nowait]` serves who waits longest."""
    name, _, how = data.strip().partition(" ")
    answer(core, channel)
    if how.startswith("in"):
        channel.set("fifo_role", "caller")
        _wait(core, channel, name, "fifo")
    else:
        _serve(core, channel, name, waits="nowait" not in how)


def callcenter(core: Core, channel: Channel, data: str) -> None:
    """Wait until an agent answers."""
    answer(core, channel)
    channel.set("cc_side", "member")
    channel.set("cc_queue", data.strip())
    _wait(core, channel, data.strip(), "callcenter")


def valet_park(core: Core, channel: Channel, data: str) -> None:
    """`LOT EXTENSION`: park there, or fetch who is parked there."""
    answer(core, channel)
    parked = core.parked.get(data)
    if parked is not None and parked.free:
        del core.parked[data]
        rebridge(core, parked, channel)
        return
    core.parked[data] = channel
    channel.set("valet_lot_extension", data.rpartition(" ")[2])
    pause(core, channel)
    if core.parked.get(data) is channel:
        del core.parked[data]


def _wait(core: Core, channel: Channel, name: str, kind: str) -> None:
    waiting = core.queues.setdefault(name, [])
    waiting.append(channel)
    for agent in core.agents.get(name, ()):
        core.spawn(_call_agent, core, channel, name, agent, kind)
    pause(core, channel)
    if channel in waiting:
        waiting.remove(channel)


def _serve(core: Core, agent: Channel, name: str, waits: bool) -> None:
    agent.set("fifo_role", "consumer")
    waiting = core.queues.setdefault(name, [])
    while agent.free:
        caller = next((one for one in waiting if one.free), None)
        if caller is not None:
            waiting.remove(caller)
            caller.order = Rebridge(None)
            caller.wake()
            take_up(core, agent, caller)
        if not waits:
            return
        pause(core, agent, _POLL_SECONDS)


def _call_agent(core: Core, caller: Channel, name: str, contact: str, kind: str) -> None:
    """Ring an agent, again and again, while the caller waits."""
    while caller.free and caller in core.queues[name]:
        core.clock.sleep(_LOOK_SECONDS)
        leg = _ring(core, caller, name, contact, kind)
        if leg is None:
            continue
        if kind == "fifo":
            execute(core, leg, "fifo", f"{name} out nowait")
            hang_up(core, leg, "NORMAL_CLEARING")
            retire(core, leg)
        elif caller.free and leg.free:
            leg.order = Park()
            core.spawn(core.live, core, leg)
            core.queues[name].remove(caller)
            rebridge(core, caller, leg)


def _ring(core: Core, caller: Channel, name: str, contact: str, kind: str) -> Channel | None:
    """The agent's leg once it is answered; None if it is not, or not in time for this caller."""
    spec = LegSpec(contact, {})
    phone = phone_of(spec, spec.number, {**core.answers, **(caller.call.answers if caller.call else {})})
    leg = _made(core, caller, spec)
    if kind == "callcenter":
        for variable, value in (("cc_side", "agent"), ("cc_queue", name), ("cc_member_session_uuid", caller.uuid)):
            leg.set(variable, value)
    for event in ("CHANNEL_OUTGOING", "CHANNEL_CREATE", "CHANNEL_ORIGINATE"):
        core.bus.emit(event, leg)
    progress(core, leg)
    call_state(core, leg, "RINGING")
    until = core.clock.now() + min(phone.seconds if phone.seconds is not None else _RING_SECONDS, _RING_SECONDS)
    while leg.up and not leg.answered and caller.free and core.clock.now() < until:
        core.clock.sleep(_POLL_SECONDS)
    if phone.seconds is not None and not phone.cause and caller.free and leg.up:
        answer(core, leg)
    if not leg.answered or not leg.up:
        hang_up(core, leg, phone.cause or ("NO_ANSWER" if caller.free else "ORIGINATOR_CANCEL"))
        retire(core, leg)
        return None
    return leg


def _made(core: Core, caller: Channel, spec: LegSpec) -> Channel:
    leg = Channel(
        direction="outbound",
        name=f"sofia/internal/{spec.destination}",
        profile=Profile(
            caller_name=caller.profile.caller_name,
            caller_number=caller.profile.caller_number,
            destination=spec.number,
            context=caller.profile.context,
            callee_number=spec.number,
        ),
        call=caller.call,
    )
    enter(core, leg)
    describe_outbound(leg, core.realistic)
    set_user(core, leg, spec)
    return leg


QUEUE_APPLICATIONS: dict[str, Application] = {"callcenter": callcenter, "fifo": fifo, "valet_park": valet_park}
