"""Listening in on the fake switch: eavesdrop, a leg's display and tones, and scheduled commands.

As in switch_ivr_async.c, mod_dptools.c and mod_commands.c 1.11.1, without the sound.
"""

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.core import Api, Core
from fsplug.fakeswitch.lifecycle import answer, hang_up, pause

_POLL_SECONDS = 0.02
_FAILED = "-ERR Operation failed\n"


def eavesdrop(core: Core, channel: Channel, data: str) -> None:
    """Hear a leg until one of the two is gone. Silently does nothing if that is not allowed or the leg is missing."""
    target = core.channels.get(data.strip())
    if target is None or target is channel or not _let_in(channel, target):
        return
    answer(core, channel)
    bug = [("Media-Bug-Function", "eavesdrop"), ("Media-Bug-Target", target.uuid)]
    core.bus.emit("MEDIA_BUG_START", target, bug)
    while channel.free and target.up and not target.destroyed:
        pause(core, channel, _POLL_SECONDS)
    core.bus.emit("MEDIA_BUG_STOP", target, bug)


def uuid_display(core: Core, argument: str) -> str:
    """`ID name|number`."""
    uuid, _, text = argument.partition(" ")
    channel = core.channels.get(uuid)
    if not text:
        return "-USAGE: <uuid> <display>\n"
    if channel is None or not channel.up or core.misbehaviour.no_display:
        return _FAILED
    name, _, number = text.partition("|")
    channel.set("last_sent_callee_id_name", name)
    if number:
        channel.set("last_sent_callee_id_number", number)
    return "+OK Success\n"


def uuid_displace(core: Core, argument: str) -> str:
    """`ID start PATH [limit] [flags]`; each path can play only once at a time."""
    uuid, act, path, *rest = (*argument.split(), "", "")
    channel = core.channels.get(uuid)
    if channel is None or not channel.up:
        return "-ERR Cannot locate session!\n"
    if act != "start" or not channel.answered or path in channel.displaced:
        return "-ERR Cannot displace session!\n"
    channel.displaced.add(path)
    seconds = float(rest[0]) if rest and rest[0].isdigit() and int(rest[0]) else 1.0
    core.clock.later(seconds, channel.displaced.discard, path)
    return "+OK Success\n"


def uuid_audio(core: Core, argument: str) -> str:
    """`ID start write mute 0|1`: what the leg's person hears, or silence; `ID stop`: as it was."""
    uuid, act, direction, what, level, *_ = (*argument.split(), "", "", "", "", "")
    channel = core.channels.get(uuid)
    if channel is None:
        return "-ERR No such channel!\n"
    if act != "stop" and (act, direction, what) != ("start", "write", "mute"):
        return "-USAGE: <uuid> [start [read|write] [mute|level] <level>|stop]\n"
    channel.deaf = act == "start" and level == "1"
    return "+OK\n"


def hupall(core: Core, argument: str) -> str:
    """`[cause] [variable value]...`: every channel, or those with all of these variables."""
    cause, *pairs = argument.split() or ["MANAGER_REQUEST"]
    wanted = dict(zip(pairs[::2], pairs[1::2], strict=False))
    for channel in list(core.channels.values()):
        if all(channel.variables.get(name) == value for name, value in wanted.items()):
            hang_up(core, channel, cause)
    return "+OK\n"


def sched_api(core: Core, argument: str) -> str:
    """`+SECONDS GROUP COMMAND`."""
    when, group, command = (*argument.split(" ", 2), "", "")[:3]
    if not command or not when.startswith("+") or not when[1:].isdigit():
        return "-ERR Invalid syntax. USAGE: [+@]<time> <group_name> <command_string>[&]\n"
    core.scheduled.setdefault(group, []).append(core.clock.later(float(when[1:]), _run, core, command))
    return "+OK Added: 1\n"


def sched_del(core: Core, argument: str) -> str:
    """Every task of a group."""
    timers = core.scheduled.pop(argument.strip(), [])
    for timer in timers:
        timer.close()
    return f"+OK Deleted: {len(timers)}\n"


def after_bridge(core: Core, *legs: Channel) -> None:
    """Run each leg's `api_after_bridge` when its bridge ends."""
    for leg in legs:
        if command := leg.variables.get("api_after_bridge"):
            _run(core, command)


def _run(core: Core, command: str) -> None:
    name, _, argument = command.partition(" ")
    core.run_api(name, argument)


def _let_in(listener: Channel, target: Channel) -> bool:
    wanted = listener.variables.get("eavesdrop_require_group")
    groups = (target.variables.get("eavesdrop_group") or "").split(",")
    return target.answered and (not wanted or wanted in groups)


EAVESDROP_APIS: dict[str, Api] = {
    "hupall": hupall,
    "sched_api": sched_api,
    "sched_del": sched_del,
    "uuid_audio": uuid_audio,
    "uuid_displace": uuid_displace,
    "uuid_display": uuid_display,
}
