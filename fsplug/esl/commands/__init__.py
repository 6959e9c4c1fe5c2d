"""The text of every command fsplug gives the switch about calls, each built from checked parts.

What reaches a channel variable or an application's argument is expanded again by FreeSWITCH (`${...}`), so every part
is made by fsplug or is refused here; a caller's text never comes this far. Refused parts raise Invalid.
"""

import re
from collections.abc import Mapping, Sequence

from fsplug.errors import Invalid

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


def recording_path(path: str) -> str:
    """`path` itself; Invalid if the switch would misread it."""
    return _matching(_PATH, path, "absolute recording path without spaces or brackets")


def _word(text: str) -> str:
    return _matching(_WORD, text, "word")


def _domain(text: str) -> str:
    return _matching(_DOMAIN, text, "domain")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise Invalid("unsafe-command", f"{text!r} can't be a {what} in a command")
    return text
