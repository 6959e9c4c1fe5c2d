"""The commands of listen-in, each built from checked parts (calls.commands says why)."""

import re

from fsplug.errors import Invalid
from fsplug.esl.calls import commands

# Two short notes, in the leg's own ear only. `mux` mixes them in; without it the other side would go silent.
_TONE = "tone_stream://v=-10;%(120,60,620);%(160,{rest},780)"
_TONE_SECONDS = 2
# Apart from each other by their ending pause: the switch plays one sound of a name on a leg at a time.
_TONES = 400
# What a display may be given. Quotes and backslashes would part words, $ { } would be expanded, % decoded.
_NOT_SHOWN = re.compile(r"[^\w .,+@()\u2019-]")
_SHOWN_CHARACTERS = 80
_SHOWN_NUMBER = re.compile(r"[0-9A-Za-z+*#_.-]{1,40}")
_WORD = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_DOMAIN = re.compile(r"[0-9a-z.-]{1,253}")

# How listeners are hung up: by the switch itself when the bridge they hear ends, and when fsplug has gone silent.
BRIDGE_ENDED_CAUSE = "MANAGER_REQUEST"
GUARD_CAUSE = "NORMAL_TEMPORARY_FAILURE"


def display(leg: str, name: str, number: str) -> str:
    """Show this name and number on the leg's phone."""
    return f"uuid_display {commands.uuid(leg)} {showable(name) or showable(number) or '-'}|{_number(number)}"


def showable(text: str) -> str:
    """The text without what a display, or the switch on the way to it, could misunderstand."""
    words = _NOT_SHOWN.sub("", " ".join(text.replace("'", "\u2019").split()))
    return " ".join(words.split())[:_SHOWN_CHARACTERS].strip()


def tone(leg: str, count: int) -> str:
    """Tell whoever is on this leg, and nobody else, by two short notes; the `count`th such tone."""
    played = _TONE.format(rest=100 + count % _TONES)
    return f"uuid_displace {commands.uuid(leg)} start {played} {_TONE_SECONDS} mux"


def ends_with_bridge(leg: str) -> str:
    """What the switch does by itself when this leg's bridge ends, however it ends: hang up all who listen to it."""
    return f"hupall {BRIDGE_ENDED_CAUSE} fsplug_listens {commands.uuid(leg)}"


def guard(owner: str, turn: int, seconds: int) -> str:
    """In so many seconds, unless it is called off before, hang up all whom this fsplug lets listen."""
    return f"sched_api +{seconds} {_turn(owner, turn)} hupall {GUARD_CAUSE} fsplug_listener {_word(owner)}"


def call_off_guard(owner: str, turn: int) -> str:
    """Not that time."""
    return f"sched_del {_turn(owner, turn)}"


def hang_up_listeners(owner: str) -> str:
    """Hang up all whom this fsplug lets listen, now."""
    return f"hupall NORMAL_CLEARING fsplug_listener {_word(owner)}"


def ring_and_dial(profile: str, sip_username: str, company: str, variables: dict[str, str], dial: str) -> str:
    """Ring a phone of the company, and when it answers let it dial in its company's context."""
    marks = ",".join(f"{name}={_value(value)}" for name, value in variables.items())
    where = f"sofia/{_word(profile)}/{_word(sip_username)}%{_domain(company)}"
    return f"originate {{{marks}}}{where} {_star(dial)} XML {_domain(company)}"


def _star(dial: str) -> str:
    if not re.fullmatch(r"\*28\*\+?[0-9]{1,20}", dial):
        raise Invalid("unsafe-command", f"{dial!r} is not a star code")
    return dial


def _number(number: str) -> str:
    return number if _SHOWN_NUMBER.fullmatch(number) else "-"


def _turn(owner: str, turn: int) -> str:
    return f"fsplug-{_word(owner)}-{turn}"


def _value(text: str) -> str:
    return _matching(re.compile(r"[0-9A-Za-z_.+*-]{0,253}"), text, "variable for a dial string")


def _word(text: str) -> str:
    return _matching(_WORD, text, "word")


def _domain(text: str) -> str:
    return _matching(_DOMAIN, text, "domain")


def _matching(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise Invalid("unsafe-command", f"{text!r} is not a {what}")
    return text
