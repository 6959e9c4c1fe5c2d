"""The dialplan applications of the fake switch."""

import re
import wave
from contextlib import suppress

from fsplug.fakeswitch.bridging import bridge, intercept
from fsplug.fakeswitch.channel import Channel, Transfer
from fsplug.fakeswitch.core import Application, Core
from fsplug.fakeswitch.dialstring import split_outside, unquoted
from fsplug.fakeswitch.lifecycle import (
    answer,
    call_state,
    early_media,
    execute,
    hang_up,
    pause,
    progress,
    state,
    transfer,
)
from fsplug.fakeswitch.outbound import socket_application
from fsplug.fakeswitch.routing import actions_of
from fsplug.fakeswitch.words import decoded_variables

_TONE = re.compile(r"%\((\d+),(\d+)")
_LOOPS = re.compile(r"loops=(-?\d+)")
_STATUS_CAUSES = {
    "403": "CALL_REJECTED",
    "404": "UNALLOCATED_NUMBER",
    "480": "NO_USER_RESPONSE",
    "486": "USER_BUSY",
    "503": "NORMAL_TEMPORARY_FAILURE",
}


def set_variable(core: Core, channel: Channel, data: str) -> None:
    name, _, value = data.partition("=")
    channel.set(name.strip(), value)


def multiset(core: Core, channel: Channel, data: str) -> None:
    separator = " "
    if data.startswith("^^"):
        separator, data = data[2], data[3:]
    for part in split_outside(data, separator):
        name, _, value = part.partition("=")
        if name.strip():
            channel.set(name.strip(), unquoted(value))


def export(core: Core, channel: Channel, data: str) -> None:
    """Set a variable and export it to the B-legs; `nolocal:` exports it without setting it here."""
    data = data.removeprefix("nolocal:").removeprefix("_nolocal_")
    set_variable(core, channel, data)
    name = data.partition("=")[0].strip()
    names = [each for each in (channel.variables.get("export_vars") or "").split(",") if each]
    channel.set("export_vars", ",".join(dict.fromkeys([*names, name])))


def unset(core: Core, channel: Channel, data: str) -> None:
    channel.set(data.strip(), None)


def sleep(core: Core, channel: Channel, data: str) -> None:
    pause(core, channel, int(data or 0) / 1000)


def park(core: Core, channel: Channel, data: str) -> None:
    state(core, channel, "CS_PARK")
    core.bus.emit("CHANNEL_PARK", channel)
    timeout = (channel.variables.get("park_timeout") or "").partition(":")[0]
    pause(core, channel, float(timeout) if timeout.isdigit() else None)
    core.bus.emit("CHANNEL_UNPARK", channel)


def hangup(core: Core, channel: Channel, data: str) -> None:
    hang_up(core, channel, data.strip() or "NORMAL_CLEARING")


def respond(core: Core, channel: Channel, data: str) -> None:
    hang_up(core, channel, _STATUS_CAUSES.get(data.split(" ")[0], "NORMAL_CLEARING"))


def transfer_to(core: Core, channel: Channel, data: str) -> None:
    destination, context = _place(channel, data)
    transfer(core, channel, Transfer(destination, context))


def execute_extension(core: Core, channel: Channel, data: str) -> None:
    """Run another extension's actions and come back."""
    destination, context = _place(channel, data)
    for application, argument in actions_of(core, channel, destination, context):
        if not channel.free:
            return
        execute(core, channel, application, argument)


def playback(core: Core, channel: Channel, data: str) -> None:
    early_media(core, channel)
    core.bus.emit("PLAYBACK_START", channel, [("Playback-File-Path", data)])
    pause(core, channel, play_seconds(data))
    core.bus.emit("PLAYBACK_STOP", channel, [("Playback-File-Path", data)])


def play_and_get_digits(core: Core, channel: Channel, data: str) -> None:
    """`MIN MAX TRIES TIMEOUT TERMINATORS FILE INVALID VARIABLE REGEXP`; one try is all that anybody makes here."""
    _, _, _, timeout, _, file, _, name, wanted = data.split(" ")
    answer(core, channel)
    pause(core, channel, play_seconds(file))
    pressed = core.keys.get(channel.name.rpartition("/")[2], "")
    pause(core, channel, 0.1 if pressed else int(timeout) / 1000)
    channel.set(name, pressed if re.search(wanted, pressed) else None)


def record_session(core: Core, channel: Channel, data: str) -> None:
    """`PATH [+LIMIT] [{variables}]`, the variables URL-encoded or not."""
    path, *rest = data.split(" ", 2)
    limit = int(rest.pop(0)[1:] or 0) if rest and rest[0].startswith("+") else 0
    variables = decoded_variables(" ".join(rest))
    if path:
        core.recorder.start(channel, path, limit, variables)


def stop_record_session(core: Core, channel: Channel, data: str) -> None:
    core.recorder.stop(channel, data.strip())


def event(core: Core, channel: Channel, data: str) -> None:
    """`name=value,...`: an event with these headers, which says no more of the leg."""
    pairs = (one.partition("=") for one in data.split(","))
    core.bus.emit("CHANNEL_APPLICATION", channel, [(name, value) for name, equals, value in pairs if equals])


def ring_ready(core: Core, channel: Channel, data: str) -> None:
    progress(core, channel)
    call_state(core, channel, "RINGING")


def hash_application(core: Core, channel: Channel, data: str) -> None:
    core.run_api("hash", data)


def sched_hangup(core: Core, channel: Channel, data: str) -> None:
    """`+SECONDS [cause]`."""
    seconds, _, cause = data.partition(" ")
    core.clock.later(float(seconds.lstrip("+") or 0), hang_up, core, channel, cause or "ALLOTTED_TIMEOUT")


def nothing(core: Core, channel: Channel, data: str) -> None:
    """An application whose effect can't be seen from outside."""


def play_seconds(what: str) -> float | None:
    """A prompt's length in seconds; None if it is endless."""
    if what.startswith("silence_stream://"):
        milliseconds = int(what.removeprefix("silence_stream://").split(",")[0])
        return None if milliseconds < 0 else milliseconds / 1000
    if what.startswith("tone_stream://"):
        tone, loops = _TONE.search(what), _LOOPS.search(what)
        times = int(loops[1]) if loops else 1
        return None if times < 0 or not tone else (int(tone[1]) + int(tone[2])) / 1000 * times
    with suppress(OSError, wave.Error, EOFError), wave.open(what) as prompt:
        return float(prompt.getnframes() / prompt.getframerate())
    return 0.0


def _place(channel: Channel, data: str) -> tuple[str, str]:
    """`destination [XML [context]]`."""
    words = data.split(" ")
    return words[0], words[2] if len(words) > 2 else channel.profile.context


def _answer(core: Core, channel: Channel, data: str) -> None:
    answer(core, channel)


def _early_media(core: Core, channel: Channel, data: str) -> None:
    early_media(core, channel)


def _echo(core: Core, channel: Channel, data: str) -> None:
    answer(core, channel)
    pause(core, channel)


APPLICATIONS: dict[str, Application] = {
    "answer": _answer,
    "bridge": bridge,
    "echo": _echo,
    "event": event,
    "execute_extension": execute_extension,
    "export": export,
    "hangup": hangup,
    "hash": hash_application,
    "intercept": intercept,
    "multiset": multiset,
    "park": park,
    "play_and_get_digits": play_and_get_digits,
    "playback": playback,
    "pre_answer": _early_media,
    "record_session": record_session,
    "respond": respond,
    "ring_ready": ring_ready,
    "sched_hangup": sched_hangup,
    "set": set_variable,
    "sleep": sleep,
    "socket": socket_application,
    "stop_record_session": stop_record_session,
    "transfer": transfer_to,
    "unset": unset,
    **dict.fromkeys(
        ("bind_digit_action", "bind_meta_app", "eval", "info", "log", "set_profile_var", "verbose_events"), nothing
    ),
}
