"""The parties that a SIP header's value names: several URIs, displays in quotes, numbers without any URI."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

# The longest value worth reading: a History-Info of many entries.
LONGEST_VALUE = 4096
# The most frequent value, which needs no reading: a number and nothing else.
_BARE = re.compile(r"\+?[0-9*#]{1,64}")
# How FreeSWITCH joins the values of a variable that has several (switch_event.c, 1.11.1).
_ARRAY, _BETWEEN = "ARRAY::", "|:"
# RFC 3261, 25.1: a quoted string, in which a backslash takes the meaning from the next character.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_ANGLED = re.compile(r"<([^<>]*)>")
# RFC 3261 19.1.1 and RFC 3966.
_SCHEME = re.compile(r"\s*(sips?|tel):", re.IGNORECASE)
_URI = re.compile(r"(?<![\w.+-])(?:sips?|tel):[^\s<>,\"]+", re.IGNORECASE)
# No URI has blanks, but people and machines of little care write such a number.
_SPACED = re.compile(r"\s*(?:sips?|tel):\s*\+?[0-9][0-9 ().-]{5,30}", re.IGNORECASE)
_CONTEXT = re.compile(r";\s*phone-context=\s*([^;@?>\s]+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}")


def values(text: str) -> tuple[str, ...]:
    """The values of a channel variable: FreeSWITCH writes several as `ARRAY::a|:b`."""
    if _ARRAY not in text:
        return (text,)
    return tuple(one for one in text.replace(_ARRAY, "").split(_BETWEEN) if one)


def parties(text: str) -> tuple[str, ...]:
    """Who is named in a header's value: the user of each URI, and each bare text, in order.

    A number that is only complete with its `phone-context` gets it. A display in quotes names nobody, unless nothing
    else stands in it than digits and what people write between them.
    """
    if _BARE.fullmatch(text):
        return (text,)
    found = (named for value in values(text[:LONGEST_VALUE]) for named in _named(value))
    return tuple(dict.fromkeys(one for one in found if one))


def has_uri(text: str) -> bool:
    """Whether a sip:, sips: or tel: URI occurs in the value."""
    return _URI.search(text) is not None


def subscriber(address: str) -> str:
    """The user or number of one address: a sip:, sips: or tel: URI, `user@host`, or the user alone."""
    scheme = _SCHEME.match(address)
    rest = unquote(address[scheme.end() :] if scheme else address)
    user, at, _ = rest.partition("@")
    if not at:
        user = "" if scheme and scheme[1].lower() != "tel" and _is_host(rest) else rest
    number = re.split(r"[;?:]", user, maxsplit=1)[0].strip()
    context = _CONTEXT.search(rest)
    return _in_context(number, context[1]) if context else number


def _named(value: str) -> Iterator[str]:
    unquoted = _QUOTED.sub(" ", value)
    if "<" not in unquoted and not _URI.search(unquoted):
        # A list of bare numbers, or a single one with a comma that a spreadsheet has left in it.
        yield from (subscriber(one) for one in unquoted.split(","))
    if " " in unquoted and _SPACED.fullmatch(unquoted):
        yield subscriber(unquoted)
    for address in _ANGLED.findall(unquoted) + _URI.findall(_ANGLED.sub(" ", unquoted)):
        yield subscriber(address)
        yield from _in_uri_headers(address)
    yield from (one for one in map(_display, _QUOTED.findall(value)) if one)


def _in_uri_headers(address: str) -> Iterator[str]:
    """RFC 3261, 19.1.1: a URI can bring headers of the request to come, such as Replaces or Referred-By."""
    _, question, headers = address.partition("?")
    if question:
        yield from (subscriber(one) for one in _URI.findall(unquote(headers)))


def _display(quoted: str) -> str:
    text = quoted[1:-1]
    return text if not any(char.isalpha() for char in text) and sum(map(str.isdecimal, text)) >= 5 else ""


def _is_host(text: str) -> bool:
    return _ADDRESS.fullmatch(re.split(r"[;?:]", text, maxsplit=1)[0]) is not None


def _in_context(number: str, context: str) -> str:
    """RFC 3966, 5.1.5: a local number is dialled within its context, which begins with + or is a domain."""
    is_global = number.startswith(("+", "00"))
    return number if is_global or not context.startswith("+") else context + number.removeprefix("0")
