"""The commands fsplug gives the switch about calls, each built from checked parts.

What reaches a channel variable or an application's argument is expanded again by FreeSWITCH (`${...}`), so every part
is made by fsplug or is refused here; caller text never comes this far.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from fsplug.errors import Invalid
from fsplug.policy.entities import Channels, OnFailure, Terms

# Bytes that may wait in FreeSWITCH's memory. Its default of 65,536 loses 2 s of stereo when the switch is killed.
WRITE_BUFFER_BYTES = 4_096
# Frames of 20 ms the media bug collects first; FreeSWITCH's default of 25 is another half second.
PRE_BUFFER_FRAMES = 5
_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_PATH = re.compile(r"/[0-9A-Za-z_.@/-]+")
_VARIABLE = re.compile(r"[A-Za-z][0-9A-Za-z_.]*")
_UNSAFE_VALUE = re.compile(r"[$;'\\\r\n\0]")


def record_session(path: str, recording: str, terms: Terms) -> str:
    """The application and argument that start this recording; for `execute_on_answer`.

    record_session URL-decodes its braces (mod_dptools.c 1.11.1), so the commas survive the brackets of a dial string.
    """
    return f"record_session {_path(path)} {{{quote(_assignments(recording, terms), safe='')}}}"


def uuid_record(leg: str, path: str, recording: str, terms: Terms) -> str:
    """The API command that starts this recording on a leg in a call.

    The variables must be the fifth word: as the fourth they would be read as the limit (0 is none).
    """
    return f"uuid_record {uuid(leg)} start {_path(path)} 0 {{{_assignments(recording, terms)}}}"


def stop_record(leg: str, path: str) -> str:
    """The API command that stops one recording on a leg."""
    return f"uuid_record {uuid(leg)} stop {_path(path)}"


def set_variables(leg: str, variables: Mapping[str, str]) -> str:
    """The API command that sets these variables on a leg in one go; an empty value unsets."""
    return f"uuid_setvar_multi {uuid(leg)} " + ";".join(f"{name}={one}" for name, one in checked(variables).items())


def checked(variables: Mapping[str, str]) -> dict[str, str]:
    """These variables themselves, when a channel may be given them; Invalid otherwise."""
    return dict(_assignment(*pair) for pair in variables.items())


def kill(leg: str, cause: str) -> str:
    """The API command that hangs a leg up with this Q.850 cause name."""
    return f"uuid_kill {uuid(leg)} {_matching(re.compile('[A-Z_]+'), cause, 'hangup cause')}"


def dump(leg: str) -> str:
    """The API command that tells everything about a leg, as a plain event."""
    return f"uuid_dump {uuid(leg)}"


def media_bugs(leg: str) -> str:
    """The API command that lists what taps a leg's audio, recordings among it."""
    return f"uuid_buglist {uuid(leg)}"


def uuid(text: str) -> str:
    """`text` itself, when it can be a channel's uuid; Invalid otherwise."""
    return _matching(_UUID, text, "channel uuid")


def variable_name(text: str) -> str:
    """`text` itself, when it can be the name of a channel variable; Invalid otherwise."""
    return _matching(_VARIABLE, text, "variable name")


def _assignments(recording: str, terms: Terms) -> str:
    stereo = "true" if terms.channels is Channels.STEREO else "false"
    hang_up = "true" if terms.on_failure is OnFailure.CLOSED else "false"
    pairs = {
        "fsplug_recording": uuid(recording),
        "RECORD_STEREO": stereo,
        "RECORD_MIN_SEC": "0",
        "RECORD_HANGUP_ON_ERROR": hang_up,
        "RECORD_PRE_BUFFER_FRAMES": str(PRE_BUFFER_FRAMES),
        "enable_file_write_buffering": str(WRITE_BUFFER_BYTES),
    }
    return ",".join(f"{name}={value}" for name, value in pairs.items())


def _assignment(name: str, value: str) -> tuple[str, str]:
    if _UNSAFE_VALUE.search(value):
        raise Invalid("unsafe-variable", f"{name} may not be set to {value!r}: the switch would expand or split it")
    return variable_name(name), value


def _path(path: str) -> str:
    return _matching(_PATH, path, "absolute recording path without spaces or brackets")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise Invalid("unsafe-command", f"{text!r} is not a {what}")
    return text
