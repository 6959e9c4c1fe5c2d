"""The event socket's framing: bytes in, messages out, and back. No socket, no clock.

A frame is a block of `Name: value` lines, an empty line, and as many bytes of body as its Content-Length says. An
event is such a frame in a frame's body, its values percent-encoded (switch_event_serialize in FreeSWITCH's
switch_event.c).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol.event import Event, encoded_value, plain_event

__all__ = ["Decoder", "Event", "Malformed", "Message", "command", "encoded_value", "execute", "plain_event"]

BLOCK_LIMIT_BYTES: Final = 1 << 20
BODY_LIMIT_BYTES: Final = 16 << 20
# FreeSWITCH reads a command's lines byte by byte and its body in one go (read_packet in mod_event_socket.c).
LONG_ARGUMENT: Final = 512

_LONGEST_LENGTH_DIGITS = 12
# Most of what comes is events; before each stands this and nothing else (mod_event_socket.c).
_EVENT = "text/event-plain"
_EVENT_BLOCK = re.compile(rb"Content-Length: ([0-9]{1,12})\nContent-Type: text/event-plain\n\n")
_BLANK_LINES = re.compile(rb"\n*")


class Malformed(Unavailable):
    """The peer broke the framing; nothing after the fault can be read."""


@dataclass(frozen=True, slots=True)
class Message:
    """One frame: its kind, its header block and its body."""

    content_type: str
    headers: Event
    body: bytes

    @property
    def event(self) -> Event:
        """The event this frame carries."""
        return Event(self.body)

    @property
    def reply(self) -> str:
        """The text of a command/reply, without its line end."""
        return (self.headers.get("Reply-Text") or "").strip()

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Decoder:
    """Decodes frames from bytes that arrive in pieces of any size.

    After a fault it is broken for good: `fault` says why and `feed` raises it.
    """

    __slots__ = ("_block_limit", "_body_bytes", "_body_limit", "_buffer", "_headers", "_kind", "_searched", "fault")

    def __init__(self, block_limit: int = BLOCK_LIMIT_BYTES, body_limit: int = BODY_LIMIT_BYTES) -> None:
        self._block_limit = block_limit
        self._body_limit = body_limit
        self._buffer = bytearray()
        self._searched = 0
        self._headers: Event | None = None
        self._kind = ""
        self._body_bytes = 0
        self.fault: Malformed | None = None

    def feed(self, data: bytes) -> list[Message]:
        """The frames these bytes complete. Raises Malformed, unless whole frames stand before the fault."""
        if self.fault:
            raise self.fault
        self._buffer += data
        messages: list[Message] = []
        try:
            while message := self._next():
                messages.append(message)
        except Malformed as fault:
            self.fault = fault
            self._buffer.clear()
            if not messages:
                raise
        return messages

    def eof(self) -> None:
        """The peer has closed. Raises Malformed when that cut a frame short."""
        if self.fault:
            raise self.fault
        if self._headers or self._buffer.strip(b"\n"):
            raise Malformed("truncated-frame", f"the peer closed {len(self._buffer)} bytes into a frame")

    def _next(self) -> Message | None:
        if self._headers is None and not self._read_block():
            return None
        if self._headers is None or len(self._buffer) < self._body_bytes:
            return None
        headers, self._headers = self._headers, None
        return Message(self._kind, headers, self._take(self._body_bytes))

    def _read_block(self) -> bool:
        if not self._searched:
            self._skip_blank_lines()
        if not self._buffer:
            return False
        if found := _EVENT_BLOCK.match(self._buffer):
            self._kind, self._body_bytes = _EVENT, self._allowed(int(found[1]))
            self._searched, self._headers = 0, Event(self._take(found.end()))
            return True
        end = self._buffer.find(b"\n\n", self._searched)
        self._searched = max(0, len(self._buffer) - 1)
        if (end if end >= 0 else self._searched) > self._block_limit:
            raise Malformed("block-too-long", f"a header block is longer than {self._block_limit} bytes")
        if end < 0:
            return False
        self._searched = 0
        block = self._take(end + 2)
        headers = Event(block)
        self._body_bytes = self._length_in(headers)
        self._kind = headers.get("Content-Type") or ""
        self._headers = headers
        return True

    def _skip_blank_lines(self) -> None:
        if self._buffer.startswith(b"\n") and (blank := _BLANK_LINES.match(self._buffer)):
            del self._buffer[: blank.end()]

    def _length_in(self, headers: Event) -> int:
        # FreeSWITCH writes the name one way, its clients the other.
        length = headers.get("Content-Length")
        if length is None:
            length = headers.get("content-length", "0")
        length = length or ""
        shown = length[:40]
        if not (length.isascii() and length.isdigit()):
            raise Malformed("bad-length", f"Content-Length {shown!r} is not a number of bytes", length=shown)
        return self._allowed(int(length) if len(length) <= _LONGEST_LENGTH_DIGITS else self._body_limit + 1, shown)

    def _allowed(self, body_bytes: int, shown: str = "") -> int:
        if body_bytes > self._body_limit:
            shown = shown or str(body_bytes)
            raise Malformed("body-too-long", f"Content-Length {shown} is over {self._body_limit}", length=shown)
        return body_bytes

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


def command(line: str, headers: Iterable[tuple[str, str]] = (), body: str | None = None) -> bytes:
    """A command as the switch reads it. Invalid if a line is empty or holds a line break."""
    if not line.strip():
        raise Invalid("unsafe-command", "a command must not be empty: the switch would never answer it")
    lines = [_one_line(line, "a command"), *(_header(name, value) for name, value in headers)]
    content = _encoded(_without(body or "", "\0", "a command's body"))
    if content:
        lines.append(f"content-length: {len(content)}")
    return _encoded("\n".join(lines)) + b"\n\n" + content


def execute(app: str, arg: str | None = None, uuid: str | None = None, event_uuid: str | None = None) -> bytes:
    """The command that runs a dialplan application on this session's channel, or on the channel `uuid`.

    `event_uuid` comes back as the Application-UUID of CHANNEL_EXECUTE_COMPLETE.
    """
    headers = [("call-command", "execute"), ("execute-app-name", app)]
    if event_uuid:
        headers.append(("Event-UUID", event_uuid))
    line = f"sendmsg {uuid}" if uuid else "sendmsg"
    if not arg:
        return command(line, headers)
    if _needs_body(arg):
        return command(line, [*headers, ("content-type", "text/plain")], arg)
    return command(line, [*headers, ("execute-app-arg", arg)])


def _needs_body(arg: str) -> bool:
    # A header's leading spaces are skipped by the switch.
    return len(arg) > LONG_ARGUMENT or "\n" in arg or "\r" in arg or arg.startswith(" ")


def _header(name: str, value: str) -> str:
    return f"{_without(_one_line(name, 'a header'), ':', 'a header name')}: {_one_line(value, 'a header')}"


def _one_line(text: str, what: str) -> str:
    return _without(text, "\n\r\0", what)


def _without(text: str, unwanted: str, what: str) -> str:
    # The error does not repeat the text, which may be a password.
    for character in unwanted:
        if (at := text.find(character)) >= 0:
            raise Invalid("unsafe-command", f"{what} must not hold {character!r}, as at character {at + 1}; remove it")
    return text


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(
            "unsafe-command", f"character {error.start + 1} of a command is half of one; remove it"
        ) from error
