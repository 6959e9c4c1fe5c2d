"""The text of the commands that begin, end and silence recordings, each built from checked parts like all commands."""

from functools import cache
from urllib.parse import quote

from fsplug.esl.commands import recording_path, uuid
from fsplug.policy.terms import Channels, OnFailure, Terms

# Bytes that may wait in FreeSWITCH's memory. Its default of 65,536 loses 2 s of stereo when the switch is killed.
WRITE_BUFFER_BYTES = 4_096
# Frames of 20 ms the media bug collects first; FreeSWITCH's default of 25 is another half second.
PRE_BUFFER_FRAMES = 5


def record_session(path: str, recording: str, terms: Terms, of_partner: bool = False) -> str:
    """The application and argument that start this recording; for `execute_on_answer`.

    Of two channels the left one is what the recorded user says: the leg's own person, or with `of_partner` the other.

    record_session URL-decodes its braces (mod_dptools.c 1.11.1), so the commas survive the brackets of a dial string.
    """
    limit = _limit(terms)
    return f"record_session {recording_path(path)} {f'+{limit} ' if limit else ''}{_how(recording, terms, of_partner)}"


def record_at_once(leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> str:
    """Begin this recording on a leg now, in the thread of the connection, whatever the leg itself is busy with.

    The recording gets no thread of its own, which would hold the leg: where a start raced the leg's hangup, 72 of 250
    legs never ended with it, and 0 of 850 without (1.11.1).
    """
    how = _how(recording, terms, of_partner, "RECORD_USE_THREAD%3Dfalse%2C")
    return f"uuid_record {uuid(leg)} start {recording_path(path)} {_limit(terms)} {how}"


def record_silently(leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> str:
    """The application and argument that start this recording and silence it.

    A leg reads a frame after each application, and its recording writes the first one at once: so this is one.
    """
    how = _escaped(_how(recording, terms, of_partner))
    started = f"uuid_record({uuid(leg)} start {recording_path(path)} {_limit(terms)} {how})"
    return f"eval ${{{started}}}${{uuid_record({uuid(leg)} mask {recording_path(path)})}}"


def arm_for_partner(leg: str, partner: str, path: str, recording: str, terms: Terms) -> str:
    """Begin this recording when the leg's bridge ends, if it is about to get this partner; else do nothing."""
    _, _, argument = record_session(path, recording, terms).partition(" ")
    condition = f"x${{signal_bond}} == x{uuid(partner)} ?{_escaped(argument)}"
    return f"uuid_setvar {uuid(leg)} {_hook(partner)} record_session ${{cond({condition})}}"


def disarm_for_partner(leg: str, partner: str) -> str:
    """Take back what `arm_for_partner` told the leg."""
    return f"uuid_setvar {uuid(leg)} {_hook(partner)}"


def stop_record(leg: str, path: str) -> str:
    """Stop one recording on a leg."""
    return f"uuid_record {uuid(leg)} stop {recording_path(path)}"


def silence(leg: str, path: str, is_silent: bool) -> str:
    """Silence from now on, in real time, or sound again: in this recording on a leg, or for the person on the leg."""
    if path:
        return f"uuid_record {uuid(leg)} {'mask' if is_silent else 'unmask'} {recording_path(path)}"
    return f"uuid_audio {uuid(leg)} start write mute {int(is_silent)}"


def media_bugs(leg: str) -> str:
    """List the media bugs on a leg; recordings are among them."""
    return f"uuid_buglist {uuid(leg)}"


def record_nothing(leg: str, path: str, seconds: int) -> str:
    """Record a channel of the switch's own, which is no call, with this uuid for `seconds` seconds."""
    marks = f"origination_uuid={uuid(leg)},sip_disable_recording=true"
    return f"originate {{{marks}}}null/doctor &record({recording_path(path)} {seconds})"


def _escaped(argument: str) -> str:
    """The argument within `${...}`, which an own brace would end."""
    return argument.replace("{", "%7B").replace("}", "%7D")


def _how(recording: str, terms: Terms, of_partner: bool, more: str = "") -> str:
    quoted = _quoted(terms.channels is Channels.STEREO, of_partner, terms.on_failure is OnFailure.CLOSED)
    return f"{{fsplug_recording%3D{uuid(recording)}%2C{more}{quoted}}}"


@cache
def _quoted(is_stereo: bool, of_partner: bool, hangs_up: bool) -> str:
    """The variables that are the same for all recordings of these terms: quoting takes longer than all the rest."""
    pairs = {
        "RECORD_STEREO": "true" if is_stereo else "false",
        **({"RECORD_STEREO_SWAP": "true"} if is_stereo and of_partner else {}),
        "RECORD_MIN_SEC": "0",
        "RECORD_HANGUP_ON_ERROR": "true" if hangs_up else "false",
        "RECORD_PRE_BUFFER_FRAMES": str(PRE_BUFFER_FRAMES),
        "enable_file_write_buffering": str(WRITE_BUFFER_BYTES),
    }
    return quote(",".join(f"{name}={value}" for name, value in pairs.items()), safe="")


def _limit(terms: Terms) -> int:
    """The seconds that the switch is told; 0 for no limit.

    The switch ends a limited recording when its clock's whole seconds have grown by the limit (measured on 1.11.1).
    That is up to a second too early. With one second more, no second that policy wants is lost.
    """
    return 0 if terms.max_seconds is None else terms.max_seconds + 1


def _hook(partner: str) -> str:
    # The switch runs every variable whose name begins so (switch_channel.c 1.11.1): each partner has its own.
    return f"execute_on_post_bridge_{uuid(partner).replace('-', '_')}"
