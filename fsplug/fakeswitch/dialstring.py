"""Dial strings: `{all=1}[leg='a,b']sofia/x,[..]sofia/y|sofia/z` - `,` rings together, `|` in turn."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_BRACKETS = {"{": "}", "[": "]", "<": ">"}
_SIP_SCHEME = re.compile(r"^sips?:")


@dataclass(frozen=True, slots=True)
class LegSpec:
    """One leg to ring: an endpoint such as `sofia/internal/1001@host`, and its variables."""

    endpoint: str
    variables: Mapping[str, str]

    @property
    def kind(self) -> str:
        """The endpoint's module: sofia, user, error ..."""
        return self.endpoint.partition("/")[0]

    @property
    def destination(self) -> str:
        """The dialled address, `1001@host` or a number, without scheme and parameters."""
        # sofia reads NAME%DOMAIN as a name registered here (mod_sofia.c, 1.11.1).
        return _SIP_SCHEME.sub("", self.endpoint.rpartition("/")[2]).partition(";")[0].replace("%", "@")

    @property
    def registered(self) -> str:
        """The phone, `1001@domain`, whose registration the switch looks up; empty if the leg names an address."""
        return self.destination if self.kind == "sofia" and "%" in self.endpoint else ""

    @property
    def number(self) -> str:
        """The dialled number or name."""
        return self.destination.partition("@")[0]

    @property
    def gateway(self) -> str:
        """The gateway that the leg uses; empty if none."""
        parts = self.endpoint.split("/")
        return parts[2] if len(parts) > 3 and parts[1] == "gateway" else ""

    @property
    def profile(self) -> str:
        """The SIP profile that the leg uses."""
        parts = self.endpoint.split("/")
        return parts[1] if self.kind == "sofia" and len(parts) > 2 and not self.gateway else "external"


@dataclass(frozen=True, slots=True)
class DialString:
    """Groups of legs: those of a group ring together, one group after the other."""

    variables: Mapping[str, str]
    groups: tuple[tuple[LegSpec, ...], ...]


def parse(text: str) -> DialString:
    """Read a dial string; an empty one has no groups."""
    everyone, rest = leading_variables(text.strip(), "{")
    groups = (tuple(_legs(group)) for group in split_outside(rest, "|"))
    return DialString(everyone, tuple(group for group in groups if group))


def leading_variables(text: str, opening: str) -> tuple[dict[str, str], str]:
    """The variables of all brackets of this kind at the start of the text, and the rest of the text."""
    variables: dict[str, str] = {}
    while text.startswith(opening):
        end = _closing(text)
        if end < 0:
            break
        variables.update(assignments(text[1:end]))
        text = text[end + 1 :].lstrip()
    return variables, text


def assignments(text: str) -> dict[str, str]:
    """`a=1,b='2,3'` as variables; `^^;` at the start sets another separator."""
    separator = ","
    if text.startswith("^^"):
        separator, text = text[2], text[3:]
    pairs = (part.partition("=") for part in split_outside(text, separator))
    return {name.strip(): unquoted(value) for name, _, value in pairs if name.strip()}


def unquoted(value: str) -> str:
    """A value without the single quotes that protect it."""
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] == "'":
        value = value[1:-1]
    return value.replace("\\,", ",").replace("\\'", "'")


def split_outside(text: str, separator: str) -> list[str]:
    """Split at separators outside quotes and brackets."""
    parts, start, depth, quoted = [], 0, 0, False
    for at, character in enumerate(text):
        escaped = at > 0 and text[at - 1] == "\\"
        if character == "'" and not escaped:
            quoted = not quoted
        elif quoted or escaped:
            continue
        elif character in "{[":
            depth += 1
        elif character in "}]":
            depth -= 1
        elif character == separator and depth <= 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _legs(group: str) -> Iterator[LegSpec]:
    for leg in split_outside(group, ","):
        variables, endpoint = leading_variables(leg.strip(), "[")
        if endpoint:
            yield LegSpec(endpoint, variables)


def _closing(text: str) -> int:
    """The index at which the text's first bracket closes (switch_find_end_paren); -1 when it does not."""
    opening, closing, depth = text[0], _BRACKETS[text[0]], 0
    for at, character in enumerate(text):
        depth += (character == opening) - (character == closing)
        if depth == 0:
            return at
    return -1
