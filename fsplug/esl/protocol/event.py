"""One event of the switch: a block of `Name: value` lines and a body, and how FreeSWITCH writes it.

Lines end with "\\n" and nothing else; the block is split first and a value decoded afterwards, so no value can pass for
a header.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote_from_bytes, unquote_to_bytes

# A lookup takes 1 to 3 µs in a block of 9 kB, and splitting the block 40.
_LOOKUPS_BEFORE_SPLITTING = 16
# The inverse of SWITCH_URL_UNSAFE in switch_utils.h: the punctuation that is not encoded.
_LEFT_AS_IT_IS = "!$'()*,/"
_ENCODED_ALREADY = re.compile(rb"(%[0-9A-F]{2})")
_VARIABLE = "variable_"
# What switch_event_serialize writes for an empty value.
_EMPTY_VALUE = b"_undef_"
_LONGEST_KEPT = 256


class Headers:
    """Names of headers that are read together, in one pass over an event: a third of the cost of splitting it.

    `like` are further names that begin with `variable_`: what follows, as regular expressions without groups.
    """

    __slots__ = ("_name", "names", "pattern")

    def __init__(self, *names: str, like: tuple[str, ...] = ()) -> None:
        self.names = names
        # Searching for them one by one would cost as much as splitting.
        variables = [name.removeprefix(_VARIABLE) for name in names if name.startswith(_VARIABLE)]
        others = [name for name in names if not name.startswith(_VARIABLE)]
        of_variables = f"{_VARIABLE}(?:{'|'.join(filter(None, (_one_of(variables), *like)))})"
        known = "|".join(filter(None, (_one_of(others), of_variables if variables or like else "")))
        self.pattern = re.compile(f"\n({known}): ([^\n]*)".encode())
        self._name = re.compile(known)

    def has(self, name: str) -> bool:
        """Whether this is one of the names."""
        return self._name.fullmatch(name) is not None


class Event:
    """One block of headers and its body, kept as sent and decoded one header at a time."""

    __slots__ = ("_end", "_lookups", "_name", "_text", "_uuid", "_values")

    def __init__(self, raw: bytes) -> None:
        self._text = b"\n" + raw
        self._end = len(self._text)
        self._lookups = 0
        self._name: str | None = None
        self._uuid: str | None = None
        self._values: dict[bytes, bytes] | None = None
        length_at = self._text.find(b"\nContent-Length: ")
        if length_at >= 0 and (blank := self._text.find(b"\n\n", length_at)) >= 0:
            self._end = blank + 1

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first header of this name, in this spelling, decoded; `default` when there is none."""
        value = self._find(name.encode())
        return default if value is None else _decoded(value)

    def glance(self, name: str) -> str | None:
        """As `get`, and cheaper for the few headers of a long event that are read once."""
        value = self._search(name.encode())
        return None if value is None else _decoded(value)

    def read(self, headers: Headers) -> dict[str, str]:
        """The values of these headers, decoded, if present. If a name occurs twice, the first value counts."""
        found = headers.pattern.findall(self._text, 0, self._end)
        found.reverse()
        return {name.decode(): _decoded(value) for name, value in found}

    def variable(self, name: str) -> str | None:
        """A channel variable."""
        return self.get(f"{_VARIABLE}{name}")

    def headers(self) -> dict[str, str]:
        """Every header, decoded. If a name occurs twice, the first value counts."""
        return {name.decode("utf-8", "replace"): _decoded(value) for name, value in self._split().items()}

    def mentions(self, text: bytes) -> bool:
        """Whether these bytes occur anywhere in the event, as sent."""
        return text in self._text

    @property
    def name(self) -> str:
        if self._name is None:
            self._name = self.get("Event-Name") or ""
        return self._name

    @property
    def subclass(self) -> str:
        """What kind of CUSTOM event this is."""
        return self.get("Event-Subclass") or ""

    @property
    def uuid(self) -> str:
        if self._uuid is None:
            self._uuid = self.get("Unique-ID") or ""
        return self._uuid

    @property
    def sequence(self) -> int:
        """The switch's running event number; 0 if the event has none."""
        return _number(self._find(b"Event-Sequence"))

    @property
    def timestamp(self) -> float:
        """Seconds since the epoch by the switch's clock; 0.0 if the event has no timestamp."""
        return _number(self._find(b"Event-Date-Timestamp")) / 1_000_000

    @property
    def body(self) -> bytes:
        """The event's own body, as far as its Content-Length reaches."""
        if self._end == len(self._text):
            return b""
        start = self._end + 1
        return self._text[start : start + _number(self._find(b"Content-Length"))]

    @property
    def raw(self) -> bytes:
        return self._text[1:]

    def _find(self, name: bytes) -> bytes | None:
        if self._values is not None:
            return self._values.get(name)
        self._lookups += 1
        if self._lookups > _LOOKUPS_BEFORE_SPLITTING:
            return self._split().get(name)
        return self._search(name)

    def _search(self, name: bytes) -> bytes | None:
        needle = b"\n" + name + b": "
        at = self._text.find(needle, 0, self._end)
        if at < 0:
            return None
        start = at + len(needle)
        end = self._text.find(b"\n", start)
        return self._text[start : end if end >= 0 else self._end]

    def _split(self) -> dict[bytes, bytes]:
        if self._values is None:
            lines = self._text[1 : self._end].split(b"\n")
            lines.reverse()
            parts = [line.partition(b": ") for line in lines]
            self._values = {name: value for name, colon, value in parts if colon}
        return self._values


def plain_event(headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """An event as FreeSWITCH serialises it; without a body it ends with an empty line."""
    block = "".join(f"{name}: {encoded_value(value)}\n" for name, value in headers.items()).encode()
    return block + (b"Content-Length: %d\n\n%b" % (len(body), body) if body else b"\n")


def encoded_value(value: str) -> str:
    """A header's value as FreeSWITCH 1.11.1 sends it: a value that already looks percent-encoded is
    not encoded again.
    """
    raw = value.encode("utf-8", "surrogateescape")
    if b"%" not in raw:
        return quote_from_bytes(raw, _LEFT_AS_IT_IS) or _EMPTY_VALUE.decode()
    parts = _ENCODED_ALREADY.split(raw)
    return "".join(
        part.decode() if position % 2 else quote_from_bytes(part, _LEFT_AS_IT_IS) for position, part in enumerate(parts)
    )


def as_read(value: str) -> str:
    """The value as an event would bring it: what looks percent-encoded is decoded."""
    if "%" in value or not value.isascii():
        return _decoded(encoded_value(value).encode())
    return "" if value == _EMPTY_VALUE.decode() else value


def _one_of(names: Iterable[str]) -> str:
    """These names as a regular expression that reads what several of them begin with only once."""
    ends: dict[str, list[str]] = {}
    for name in names:
        ends.setdefault(name[:1], []).append(name[1:])
    rest = [re.escape(first) + _one_of(some) for first, some in ends.items() if first]
    either = f"(?:{'|'.join(rest)})" if len(rest) > 1 or (rest and "" in ends) else "".join(rest)
    return f"{either}?" if rest and "" in ends else either


def _decoded(value: bytes) -> str:
    if value == _EMPTY_VALUE:
        return ""
    if b"%" not in value:
        return value.decode("utf-8", "replace")
    return _unquoted(value) if len(value) <= _LONGEST_KEPT else _unquoted.__wrapped__(value)


# The switch encodes the + of a number, and the events of a call have the same numbers in many headers. A caller decides
# how long a value is, so long ones are not kept.
@lru_cache(maxsize=8_192)
def _unquoted(value: bytes) -> str:
    return unquote_to_bytes(value).decode("utf-8", "replace")


def _number(value: bytes | None) -> int:
    return int(value) if value and value.isdigit() and len(value) < 20 else 0
