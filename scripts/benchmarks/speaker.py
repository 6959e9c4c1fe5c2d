"""A phone that speaks from the very answer: its first audio packet follows directly after its 200 OK.

SIPp begins to play up to one packet later, and only after the ACK: too late to show that 20 ms are missing.
"""

import re
import select
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

_PACKET_SECONDS, _PACKET_BYTES = 0.02, 160
_PCMA = 8
_RTP_AT = re.compile(r"^m=audio (\d+) ", re.MULTILINE)
_COPIED = ("Via", "From", "Call-ID", "CSeq")


@contextmanager
def speaking(sound: bytes) -> Iterator[int]:
    """The port of a phone that says this (A-law) in every call, until the `with` ends."""
    speaker = _Speaker(sound)
    thread = threading.Thread(target=speaker.run, name="speaker", daemon=True)
    thread.start()
    try:
        yield speaker.port
    finally:
        speaker.stopping = True
        thread.join(5)


@dataclass(slots=True)
class _Stream:
    """The audio of one call: its destination, and when its next packet is due (monotonic seconds)."""

    to: tuple[str, int]
    due_at: float
    packets: int = 0
    source: int = field(default_factory=lambda: uuid4().int & 0xFFFF_FFFF)
    outlet: socket.socket = field(default_factory=lambda: _bound())


class _Speaker:
    """One thread that answers requests as they come and sends packets as they fall due."""

    def __init__(self, sound: bytes) -> None:
        self._packets = [sound[at : at + _PACKET_BYTES] for at in range(0, len(sound), _PACKET_BYTES)]
        self._signalling = _bound()
        self._streams: dict[str, _Stream] = {}
        self.port: int = self._signalling.getsockname()[1]
        self.stopping = False

    def run(self) -> None:
        while not self.stopping:
            next_due = min((stream.due_at for stream in self._streams.values()), default=time.monotonic() + 0.1)
            waiting, _, _ = select.select([self._signalling], [], [], max(0.0, next_due - time.monotonic()))
            if waiting:
                self._take(*self._signalling.recvfrom(65_535))
            for stream in list(self._streams.values()):
                self._speak(stream)
        self._signalling.close()

    def _take(self, data: bytes, source: tuple[str, int]) -> None:
        request = data.decode(errors="replace")
        call = _header(request, "Call-ID")
        if request.startswith("INVITE ") and call not in self._streams:
            self._answer(request, call, source)
        elif request.startswith("BYE "):
            self._signalling.sendto(_reply(request, ""), source)
            if stream := self._streams.pop(call, None):
                stream.outlet.close()

    def _answer(self, request: str, call: str, source: tuple[str, int]) -> None:
        found = _RTP_AT.search(request)
        stream = _Stream((source[0], int(found[1]) if found else 0), due_at=0.0)
        media_port = stream.outlet.getsockname()[1]
        session = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        sdp = f"{session}m=audio {media_port} RTP/AVP 8\r\n"
        self._signalling.sendto(_reply(request, sdp, self.port), source)
        stream.due_at = time.monotonic()
        self._streams[call] = stream
        self._speak(stream)

    def _speak(self, stream: _Stream) -> None:
        while stream.due_at <= time.monotonic():
            if stream.packets < len(self._packets):
                stream.outlet.sendto(_rtp(stream) + self._packets[stream.packets], stream.to)
            stream.packets += 1
            stream.due_at += _PACKET_SECONDS


def _rtp(stream: _Stream) -> bytes:
    """RFC 3550's header; the marker on the first packet of a talk (RFC 3551)."""
    kind = _PCMA | (0x80 if stream.packets == 0 else 0)
    return struct.pack("!BBHII", 0x80, kind, stream.packets & 0xFFFF, stream.packets * _PACKET_BYTES, stream.source)


def _reply(request: str, sdp: str, port: int | None = None) -> bytes:
    lines = ["SIP/2.0 200 OK", *(f"{name}: {_header(request, name)}" for name in _COPIED)]
    recipient = _header(request, "To")
    lines.append(f"To: {recipient}" if ";tag=" in recipient else f"To: {recipient};tag=speaker")
    if port is not None:
        lines += [f"Contact: <sip:speaker@127.0.0.1:{port}>", "Content-Type: application/sdp"]
    return "\r\n".join([*lines, f"Content-Length: {len(sdp)}", "", sdp]).encode()


def _header(message: str, name: str) -> str:
    found = re.search(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _bound() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    return one
