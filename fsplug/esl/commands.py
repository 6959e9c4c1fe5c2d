"""The text of every command fsplug gives the switch about calls, each built from checked parts.

What reaches a channel variable or an application's argument is expanded again by FreeSWITCH (`${...}`), so every part
is made by fsplug or is refused here; a caller's text never comes this far. Refused parts raise Invalid.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from urllib.parse import quote

from fsplug.errors import Invalid
from fsplug.policy.terms import Channels, OnFailure, Terms

# Bytes that may wait in FreeSWITCH's memory. Its default of 65,536 loses 2 s of stereo when the switch is killed.
WRITE_BUFFER_BYTES = 4_096
# Frames of 20 ms the media bug collects first; FreeSWITCH's default of 25 is another half second.
PRE_BUFFER_FRAMES = 5
# How listeners are hung up: by the switch itself when the bridge they hear ends, and when fsplug has gone silent.
BRIDGE_ENDED_CAUSE = "MANAGER_REQUEST"
GUARD_CAUSE = "NORMAL_TEMPORARY_FAILURE"
# How the switch hangs up a leg from whose phone no packet has come for its `media_timeout`; a listener's is this one.
VANISHED_CAUSE = "MEDIA_TIMEOUT"
VANISHED_MILLISECONDS = 5_000
# How many audio packets came from a leg's phone.
PACKETS = "rtp_audio_in_packet_count"

# How long the switch has been up, in milliseconds.
UPTIME = "uptime ms"
# Who is in which conference.
LIST_CONFERENCES = "conference json_list"

_UUID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}")
_PATH = re.compile(r"/[0-9A-Za-z_.@/-]+")
_VARIABLE = re.compile(r"[A-Za-z][0-9A-Za-z_.]*")
_CAUSE = re.compile(r"[A-Z_]+")
_UNSAFE_VALUE = re.compile(r"[$;'\\\r\n\0]")
_WORD = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_DOMAIN = re.compile(r"[0-9a-z.-]{1,253}")
_STAR_CODE = re.compile(r"\*28\*\+?[0-9]{1,20}")
_DIAL_STRING_VALUE = re.compile(r"[0-9A-Za-z_.+*/@-]{0,253}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# Two short notes, in the leg's own ear only. `mux` mixes them in; without it the other side would go silent.
_TONE = "tone_stream://v=-10;%(120,60,620);%(160,{rest},780)"
_TONE_SECONDS = 2
# Tones differ in the length of their final pause: the switch plays only one sound of the same name on a leg at a time.
_TONES = 400
# The characters outside this set are removed from display texts: quotes and backslashes would split words, $ { } would
# be expanded, % decoded.
_NOT_SHOWN = re.compile(r"[^\w .,+@()\u2019-]")
_SHOWN_CHARACTERS = 80
_SHOWN_NUMBER = re.compile(r"[0-9A-Za-z+*#_.-]{1,40}")


def set_secret(secret: str) -> str:
    """Give the switch the secret with which its dialplan marks calls."""
    return f"global_setvar fsplug_secret={_word(secret)}"


# Legs.


def dump(leg: str) -> str:
    """Print everything about a leg, as a plain event."""
    return f"uuid_dump {uuid(leg)}"


def exists(leg: str) -> str:
    """Print `true` or `false`: whether the leg is there."""
    return f"uuid_exists {uuid(leg)}"


def count_packets(leg: str) -> str:
    """Set a leg's variables about its media, `PACKETS` among them, to what they are now."""
    return f"uuid_set_media_stats {uuid(leg)}"


def get_variable(leg: str, name: str) -> str:
    """Print one variable of a leg."""
    return f"uuid_getvar {uuid(leg)} {variable_name(name)}"


def set_variables(leg: str, variables: Mapping[str, str]) -> str:
    """Set these variables on a leg in one go; an empty value unsets."""
    return f"uuid_setvar_multi {uuid(leg)} " + ";".join(f"{name}={one}" for name, one in checked(variables).items())


def kill(leg: str, cause: str) -> str:
    """Hang a leg up with this Q.850 cause name."""
    return f"uuid_kill {uuid(leg)} {_matching(_CAUSE, cause, 'hangup cause')}"


# Recordings.


def record_session(path: str, recording: str, terms: Terms, of_partner: bool = False) -> str:
    """The application and argument that start this recording; for `execute_on_answer`.

    Of two channels the left one is what the recorded user says: the leg's own person, or with `of_partner` the other.

    record_session URL-decodes its braces (mod_dptools.c 1.11.1), so the commas survive the brackets of a dial string.
    """
    ours = f"fsplug_recording%3D{uuid(recording)}%2C"
    how = _quoted(terms.channels is Channels.STEREO, of_partner, terms.on_failure is OnFailure.CLOSED)
    return f"record_session {_path(path)} {_limit(terms)}{{{ours}{how}}}"


def arm_for_partner(leg: str, partner: str, path: str, recording: str, terms: Terms) -> str:
    """Begin this recording when the leg's bridge ends, if it is about to get this partner; else do nothing."""
    _, _, argument = record_session(path, recording, terms).partition(" ")
    condition = f"x${{signal_bond}} == x{uuid(partner)} ?{argument.replace('{', '%7B').replace('}', '%7D')}"
    return f"uuid_setvar {uuid(leg)} {_hook(partner)} record_session ${{cond({condition})}}"


def disarm_for_partner(leg: str, partner: str) -> str:
    """Take back what `arm_for_partner` told the leg."""
    return f"uuid_setvar {uuid(leg)} {_hook(partner)}"


def stop_record(leg: str, path: str) -> str:
    """Stop one recording on a leg."""
    return f"uuid_record {uuid(leg)} stop {_path(path)}"


def silence(leg: str, path: str, is_silent: bool) -> str:
    """Silence from now on, in real time, or sound again: in this recording on a leg, or for the person on the leg."""
    if path:
        return f"uuid_record {uuid(leg)} {'mask' if is_silent else 'unmask'} {_path(path)}"
    return f"uuid_audio {uuid(leg)} start write mute {int(is_silent)}"


def media_bugs(leg: str) -> str:
    """List the media bugs on a leg; recordings are among them."""
    return f"uuid_buglist {uuid(leg)}"


def record_nothing(leg: str, path: str, seconds: int) -> str:
    """Record a channel of the switch's own, which is no call, with this uuid for `seconds` seconds."""
    marks = f"origination_uuid={uuid(leg)},sip_disable_recording=true"
    return f"originate {{{marks}}}null/doctor &record({_path(path)} {seconds})"


# Listen-in.


def display(leg: str, name: str, number: str) -> str:
    """Show this name and number on the leg's phone."""
    shown_number = number if _SHOWN_NUMBER.fullmatch(number) else "-"
    return f"uuid_display {uuid(leg)} {showable(name) or showable(number) or '-'}|{shown_number}"


def showable(text: str) -> str:
    """The text without characters that the display or the switch could misread."""
    words = _NOT_SHOWN.sub("", " ".join(text.replace("'", "\u2019").split()))
    return " ".join(words.split())[:_SHOWN_CHARACTERS].strip()


def tone(leg: str, count: int) -> str:
    """Play two short notes to the person on this leg only; `count` is the number of this tone on the leg."""
    played = _TONE.format(rest=100 + count % _TONES)
    return f"uuid_displace {uuid(leg)} start {played} {_TONE_SECONDS} mux"


def ends_with_bridge(leg: str) -> str:
    """The API command that the switch runs when this leg's bridge ends, however it ends: it hangs up all listeners of
    the leg.
    """
    return f"hupall {BRIDGE_ENDED_CAUSE} fsplug_listens {uuid(leg)}"


def guard(owner: str, turn: int, seconds: int) -> str:
    """In `seconds` seconds, hang up everybody whom this fsplug lets listen, unless the guard is called off first."""
    return f"sched_api +{seconds} {_turn(owner, turn)} hupall {GUARD_CAUSE} fsplug_listener {_word(owner)}"


def call_off_guard(owner: str, turn: int) -> str:
    """Call this turn of the guard off."""
    return f"sched_del {_turn(owner, turn)}"


def ring_and_dial(profile: str, sip_username: str, company: str, variables: Mapping[str, str], dial: str) -> str:
    """Ring a phone of the company; when it answers, it dials this star code in its company's context.

    The switch doesn't follow a phone that sends the call elsewhere (302): what is listened to stays in the company.
    """
    where = f"sofia/{_word(profile)}/{_word(sip_username)}%{_domain(company)}"
    dials = f"{_matching(_STAR_CODE, dial, 'star code')} XML {_domain(company)}"
    return f"originate {_leg_marks(variables)}{where} {dials}"


def ring_mobile(gateways: Sequence[str], number: str, variables: Mapping[str, str]) -> str:
    """Ring this number (E.164) by the first of these gateways that works. Whoever answers must press a key: the
    dialplan asks for it, and leads on to the star code.
    """
    where = "|".join(f"sofia/gateway/{_word(one)}/{_matching(_E164, number, 'number')}" for one in gateways)
    return f"originate {_leg_marks(variables)}{where} listen-confirm XML fsplug"


def is_star_code(text: str) -> bool:
    """Whether a phone of ours may dial this as a star code."""
    return bool(_STAR_CODE.fullmatch(text))


# Configuration.


def remove_gateway(profile: str, gateway: str) -> str:
    """Make a SIP profile forget a gateway, so that a rescan reads it again."""
    return f"sofia profile {_word(profile)} killgw {_word(gateway)}"


def rescan(profile: str) -> str:
    """Make a SIP profile read its gateways."""
    return f"sofia profile {_word(profile)} rescan"


# Parts.


def checked(variables: Mapping[str, str]) -> dict[str, str]:
    """These variables themselves; Invalid if they must not be set on a channel."""
    return dict(_assignment(*pair) for pair in variables.items())


def uuid(text: str) -> str:
    """`text` itself; Invalid if it can't be a channel's uuid."""
    return _matching(_UUID, text, "channel uuid")


def variable_name(text: str) -> str:
    """`text` itself; Invalid if it can't be the name of a channel variable."""
    return _matching(_VARIABLE, text, "variable name")


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


def _limit(terms: Terms) -> str:
    """The switch ends a limited recording when its clock's whole seconds have grown by the limit (measured on 1.11.1).

    That is up to a second too early. With one second more, no second that policy wants is lost.
    """
    return "" if terms.max_seconds is None else f"+{terms.max_seconds + 1} "


def _hook(partner: str) -> str:
    # The switch runs every variable whose name begins so (switch_channel.c 1.11.1): each partner has its own.
    return f"execute_on_post_bridge_{uuid(partner).replace('-', '_')}"


def _assignment(name: str, value: str) -> tuple[str, str]:
    if _UNSAFE_VALUE.search(value):
        raise Invalid("unsafe-variable", f"{name} must not be set to {value!r}: the switch would expand or split it")
    return variable_name(name), value


def _leg_marks(variables: Mapping[str, str]) -> str:
    pairs = {
        variable_name(name): _matching(_DIAL_STRING_VALUE, value, "variable of a dial string")
        for name, value in variables.items()
    }
    return f"{{{','.join(('outbound_redirect_fatal=true', *(f'{name}={value}' for name, value in pairs.items())))}}}"


def _turn(owner: str, turn: int) -> str:
    return f"fsplug-{_word(owner)}-{turn}"


def _path(path: str) -> str:
    return _matching(_PATH, path, "absolute recording path without spaces or brackets")


def _word(text: str) -> str:
    return _matching(_WORD, text, "word")


def _domain(text: str) -> str:
    return _matching(_DOMAIN, text, "domain")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise Invalid("unsafe-command", f"{text!r} can't be a {what} in a command")
    return text
