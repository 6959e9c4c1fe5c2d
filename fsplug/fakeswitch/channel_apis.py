"""The API commands about channels, and their answers to the byte (mod_commands.c 1.11.1)."""

import json
import re
from urllib.parse import unquote
from xml.sax.saxutils import escape

from fsplug.fakeswitch.channel import Channel, Profile, Transfer
from fsplug.fakeswitch.core import Api, Core
from fsplug.fakeswitch.dialstring import LegSpec, leading_variables
from fsplug.fakeswitch.lifecycle import answer, enter, execute, hang_up, hold, pause, rebridge, retire, state, transfer
from fsplug.fakeswitch.phones import phone_of
from fsplug.fakeswitch.ringing import set_user
from fsplug.fakeswitch.words import decoded_variables

NO_CHANNEL = "-ERR No such channel!\n"
_OK = "+OK\n"
FRAME_MICROS = 20_000
# switch_string_var_check_const: uuid_setvar_multi silently drops such a value, and uuid_setvar keeps it.
_HAS_VARIABLE = re.compile(r"\$\\*\{")
_RECORD_USAGE = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"


def uuid_exists(core: Core, argument: str) -> str:
    return "true" if argument.strip() in core.channels else "false"


def uuid_kill(core: Core, argument: str) -> str:
    uuid, _, cause = argument.partition(" ")
    channel = core.channels.get(uuid)
    if channel is None:
        return NO_CHANNEL
    hang_up(core, channel, cause or "NORMAL_CLEARING")
    return _OK


def uuid_getvar(core: Core, argument: str) -> str:
    uuid, _, name = argument.partition(" ")
    if not name:
        return "-USAGE: <uuid> <var>\n"
    channel = core.channels.get(uuid)
    return NO_CHANNEL if channel is None else channel.get(name.strip()) or "_undef_"


def uuid_set_media_stats(core: Core, argument: str) -> str:
    channel = core.channels.get(argument.strip())
    if channel is None:
        return NO_CHANNEL
    until = channel.silent_since or core.clock.micros()
    frames = max(0, until - channel.times.answered) // FRAME_MICROS if channel.answered else 0
    channel.set("rtp_audio_in_packet_count", str(frames))
    return "+OK Success\n"


def uuid_setvar(core: Core, argument: str) -> str:
    uuid, _, rest = argument.partition(" ")
    name, _, value = rest.partition(" ")
    if not name:
        return "-USAGE: <uuid> <var> [value]\n"
    channel = core.channels.get(uuid)
    if channel is None:
        return NO_CHANNEL
    channel.set(name, value)
    return _OK


def uuid_setvar_multi(core: Core, argument: str) -> str:
    uuid, space, rest = argument.partition(" ")
    usage = "-USAGE: <uuid> <var>=<value>;<var>=<value>...\n"
    channel = core.channels.get(uuid)
    if not space:
        return usage
    if channel is None:
        return NO_CHANNEL + usage
    for part in rest.split(";"):
        name, _, value = part.strip(" ").partition("=")
        if name and not _HAS_VARIABLE.search(value):
            channel.set(name, value)
    return _OK


def uuid_dump(core: Core, argument: str) -> str:
    """`ID [plain|json]`; `plain` is not encoded and can't be parsed: `Name: [value]`."""
    uuid, _, form = argument.strip().partition(" ")
    channel = core.channels.get(uuid)
    if channel is None:
        return NO_CHANNEL
    text = core.bus.data(channel)
    if form not in ("json", "plain"):
        return text + "\n"
    pairs = [(name, unquote(value)) for name, _, value in (line.partition(": ") for line in text.split("\n") if line)]
    if form == "json":
        return json.dumps(dict(pairs), ensure_ascii=False)
    return "".join(f"{name}: [{value}]\n" for name, value in pairs) + "\n"


def uuid_record(core: Core, argument: str) -> str:
    words = argument.split()
    if len(words) < 3:
        return _RECORD_USAGE
    channel = core.channels.get(words[0])
    if channel is None:
        return "-ERR Cannot locate session!\n"
    act, path = words[1].lower(), words[2]
    acts = {
        "stop": lambda: core.recorder.stop(channel, path),
        "mask": lambda: core.recorder.mask(channel, path, True),
        "unmask": lambda: core.recorder.mask(channel, path, False),
        "pause": lambda: core.recorder.pause(channel, path, True),
        "resume": lambda: core.recorder.pause(channel, path, False),
        "start": lambda: _start_recording(core, channel, path, words[3:]),
    }
    if act not in acts:
        return _RECORD_USAGE
    refusals = {"start": "record session", "stop": "stop record session"}
    return "+OK Success\n" if acts[act]() else f"-ERR Cannot {refusals.get(act, f'{act} recording session')}!\n"


def uuid_buglist(core: Core, argument: str) -> str:
    channel = core.channels.get(argument.strip())
    if channel is None or not channel.recordings:
        return ""
    bugs = "".join(
        " <media-bug>\n  <function>session_record</function>\n"
        f"  <target>{escape(path)}</target>\n  <thread-locked>0</thread-locked>\n </media-bug>\n"
        for path in channel.recordings
    )
    return f"<media-bugs>\n{bugs}</media-bugs>\n"


def uuid_transfer(core: Core, argument: str) -> str:
    """`ID [-bleg|-both] DESTINATION [XML|inline [context]]`."""
    words = argument.split()
    if len(words) < 2:
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    channel = core.channels.get(words[0])
    if channel is None:
        return NO_CHANNEL
    flag = words.pop(1) if words[1].startswith("-") else ""
    context = words[3] if len(words) > 3 else ""
    partner = channel.partner or channel
    legs = {"-bleg": (partner,), "-both": (channel, partner)}.get(flag, (channel,))
    for leg in dict.fromkeys(legs):
        is_inline = words[2:3] == ["inline"]
        transfer(core, leg, Transfer(words[1], context or leg.profile.context, is_inline=is_inline))
    return _OK


def uuid_bridge(core: Core, argument: str) -> str:
    first, second = ([core.channels.get(uuid) for uuid in argument.split()] + [None, None])[:2]
    if not first or not second or first is second or not (first.answered and second.answered):
        return "-ERR Invalid uuid\n"
    rebridge(core, first, second)
    return f"+OK {second.uuid}\n"


def uuid_answer(core: Core, argument: str) -> str:
    channel = core.channels.get(argument.strip())
    if channel is None:
        return NO_CHANNEL
    answer(core, channel)
    return _OK


def uuid_hold(core: Core, argument: str) -> str:
    """`[off] ID`."""
    words = argument.split()
    channel = core.channels.get(words[-1]) if words else None
    if channel is None:
        return "-ERR Operation failed\n"
    hold(core, channel, words[0] != "off")
    return "+OK Success\n"


def originate(core: Core, argument: str) -> str:
    """`[{variables}]ENDPOINT &application(argument)` or `... EXTENSION [XML [context]]`; one leg."""
    variables, rest = leading_variables(argument.strip(), "{")
    endpoint, _, then = rest.partition(" ")
    if not then:
        return "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>]\n"
    spec = LegSpec(endpoint, variables)
    phone = phone_of(spec, variables.get("fsplug_leg"), core.answers)
    leg = _originated(core, spec)
    pause(core, leg, phone.seconds if phone.seconds is not None else 60)
    if phone.seconds is None or phone.cause or not leg.up:
        hang_up(core, leg, phone.cause or "NO_ANSWER")
        retire(core, leg)
        return f"-ERR {leg.cause}\n"
    answer(core, leg)
    core.spawn(_begin, core, leg, then)
    return f"+OK {leg.uuid}\n"


def _originated(core: Core, spec: LegSpec) -> Channel:
    variables = spec.variables
    leg = Channel(
        direction="outbound",
        name=f"sofia/{spec.profile}/{spec.destination}",
        profile=Profile(
            caller_name=variables.get("origination_caller_id_name", ""),
            caller_number=variables.get("origination_caller_id_number", "0000000000"),
            destination=spec.number,
            context="default",
        ),
    )
    if uuid := variables.get("origination_uuid"):
        leg.uuid = uuid
    enter(core, leg)
    set_user(core, leg, spec)
    for name, value in variables.items():
        leg.set(name, value)
    for name in ("CHANNEL_OUTGOING", "CHANNEL_CREATE", "CHANNEL_ORIGINATE"):
        core.bus.emit(name, leg)
    return leg


def _begin(core: Core, leg: Channel, then: str) -> None:
    if not then.startswith("&"):
        destination, _, rest = then.partition(" ")
        leg.order = Transfer(destination, rest.removeprefix("XML").strip() or "default")
        core.live(core, leg)
        return
    state(core, leg, "CS_EXECUTE")
    application, _, data = then[1:].rstrip(")").partition("(")
    execute(core, leg, application, data)
    hang_up(core, leg, "NORMAL_CLEARING")
    retire(core, leg)


def _start_recording(core: Core, channel: Channel, path: str, words: list[str]) -> bool:
    """The limit is the fourth word and the variables are the fifth; variables as the fourth word are ignored."""
    limit = int(words[0]) if words and words[0].isdigit() else 0
    variables = decoded_variables(words[1]) if len(words) > 1 else {}
    return core.recorder.start(channel, path, limit, variables)


CHANNEL_APIS: dict[str, Api] = {
    "originate": originate,
    "uuid_answer": uuid_answer,
    "uuid_bridge": uuid_bridge,
    "uuid_buglist": uuid_buglist,
    "uuid_dump": uuid_dump,
    "uuid_exists": uuid_exists,
    "uuid_getvar": uuid_getvar,
    "uuid_hold": uuid_hold,
    "uuid_kill": uuid_kill,
    "uuid_record": uuid_record,
    "uuid_set_media_stats": uuid_set_media_stats,
    "uuid_setvar": uuid_setvar,
    "uuid_setvar_multi": uuid_setvar_multi,
    "uuid_transfer": uuid_transfer,
}
