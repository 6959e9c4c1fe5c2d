"""`${variable}` and `${api_command(arguments)}` in dialplan texts, as switch_channel_expand_variables reads them."""

from collections.abc import Callable

from fsplug.fakeswitch.channel import Channel

# Values are expanded again, as on the real switch; this limit stops a variable that names itself.
_DEEPEST = 20

RunApi = Callable[[str, str], str]
Lookup = Callable[[str], str | None]


def expand(channel: Channel, text: str, run_api: RunApi, global_value: Lookup) -> str:
    """The text with every variable of the channel or the switch, and every function call, replaced by its value."""

    def value_of(name: str) -> str:
        value = channel.get(name)
        return (global_value(name) if value is None else value) or ""

    return _expand(text, value_of, run_api, 0)


def _expand(text: str, value_of: Callable[[str], str], run_api: RunApi, depth: int) -> str:
    if ("$" not in text and "\\" not in text) or depth > _DEEPEST:
        return text
    parts, at = [], 0
    while at < len(text):
        taken, length = _piece(text, at, value_of, run_api, depth)
        parts.append(taken)
        at += length
    return "".join(parts)


def _piece(text: str, at: int, value_of: Callable[[str], str], run_api: RunApi, depth: int) -> tuple[str, int]:
    """The expansion at this place, and how much of the text it replaces."""
    if text[at] == "\\" and text[at + 1 : at + 2] in ("$", "'", "\\"):
        return text[at + 1], 2
    opening = "$${" if text.startswith("$${", at) else "${"
    if not text.startswith(opening, at):
        plain = _next_special(text, at + 1)
        return text[at:plain], plain - at
    end = _matching_brace(text, at + len(opening))
    inside = text[at + len(opening) : end]
    return _value(inside, value_of, run_api, depth + 1), end + 1 - at


def _value(inside: str, value_of: Callable[[str], str], run_api: RunApi, depth: int) -> str:
    name, space, argument = _function(inside)
    if space:
        return run_api(_expand(name, value_of, run_api, depth), _expand(argument, value_of, run_api, depth))
    name, *cut = _expand(inside, value_of, run_api, depth).split(":")
    return _cut(_expand(value_of(name), value_of, run_api, depth), cut)


def _function(inside: str) -> tuple[str, str, str]:
    """`name(argument)` or `name argument` in parts; the middle one is empty for a variable."""
    places = [place for place in (inside.find(" "), inside.find("(")) if place >= 0]
    if not places:
        return inside, "", ""
    at = min(places)
    argument = inside[at + 1 :]
    if inside[at] == "(":
        argument = argument[: _matching_parenthesis(argument)]
    return inside[:at], inside[at], argument


def _cut(value: str, cut: list[str]) -> str:
    """`${name:offset:length}`."""
    if not cut:
        return value
    offset = int(cut[0] or 0) if cut[0].lstrip("-").isdigit() else 0
    length = int(cut[1]) if len(cut) > 1 and cut[1].isdigit() else 0
    value = value[offset:]
    return value[:length] if 0 < length < len(value) else value


def _next_special(text: str, start: int) -> int:
    places = [place for place in (text.find("$", start), text.find("\\", start)) if place >= 0]
    return min(places, default=len(text))


def _matching_brace(text: str, start: int) -> int:
    return _matching(text, start, "{", "}")


def _matching_parenthesis(text: str) -> int:
    return _matching(text, 0, "(", ")")


def _matching(text: str, start: int, opening: str, closing: str) -> int:
    depth = 1
    for at in range(start, len(text)):
        depth += (text[at] == opening) - (text[at] == closing)
        if depth == 0:
            return at
    return len(text)
