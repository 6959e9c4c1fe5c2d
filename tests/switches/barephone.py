"""A phone that is one UDP socket: it says exactly the bytes a test gives it, and times what it hears."""

import re
import socket
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from uuid import uuid4

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS

_DEADLINE_SECONDS = PATIENCE_SECONDS
_LARGEST_MESSAGE = 65535
_CALL = """INVITE sip:{number}@{host}:{port} SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:{own};branch=z9hG4bK{id}
Max-Forwards: 70
From: """
_REST = """;tag={id}
To: <sip:{number}@{host}>
Call-ID: {id}
CSeq: 1 INVITE
Contact: <sip:bare@127.0.0.1:{own}>
{headers}Content-Type: application/sdp
Content-Length: {length}

"""
_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {own} RTP/AVP 8 101\r\n"
_SDP += "a=rtpmap:101 telephone-event/8000\r\n"


@dataclass(frozen=True, slots=True)
class Message:
    """A SIP message as it came, and when (seconds of the monotonic clock)."""

    text: str
    at: float
    source: tuple[str, int] = field(repr=False)

    @property
    def start(self) -> str:
        """The request line or status line."""
        return self.text.partition("\r\n")[0]

    def header(self, name: str) -> str:
        """The first header of this name, empty when there is none."""
        found = re.search(rf"^{name}: *(.*)$", self.text, re.MULTILINE | re.IGNORECASE)
        return found[1].strip() if found else ""


class BarePhone:
    """Calls and is called, from `with` to its end; `port` is where it listens."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self.port = port
        self.host = host

    def __enter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.host, self.port))
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def call(self, switch_port: int, number: str, caller: bytes = b"<sip:bare@127.0.0.1>", headers: str = "") -> float:
        """Send an INVITE with this From (raw, without its tag) and these headers; returns when it went out."""
        sdp = _SDP.format(own=self.port)
        facts = {"number": number, "host": "127.0.0.1", "port": switch_port, "own": self.port, "id": uuid4().hex}
        head, rest = _CALL.format(**facts), _REST.format(**facts, headers=headers, length=len(sdp))
        message = _wire(head) + caller + _wire(rest) + sdp.encode()
        self._socket.sendto(message, ("127.0.0.1", switch_port))
        return time.monotonic()

    def hear(self, start: str, deadline_seconds: float = _DEADLINE_SECONDS) -> Message:
        """The next message whose first line begins so; others are passed over. Raises Unavailable at the deadline."""
        end = time.monotonic() + deadline_seconds
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                data, source = self._socket.recvfrom(_LARGEST_MESSAGE)
            except TimeoutError:
                break
            message = Message(data.decode(errors="replace"), time.monotonic(), source)
            if message.start.startswith(start):
                return message
        raise Unavailable("nothing-heard", f"no {start} within {deadline_seconds:g} s", start=start)

    def never_answer(self) -> None:
        """Be called, and say that sound comes before any answer; none comes until the switch gives up."""
        invite = self.sounds()
        self.answer(self.hear("CANCEL"), "200 OK")
        self.answer(invite, "487 Request Terminated")

    def sounds(self) -> Message:
        """Be called, and say that sound comes before any answer; returns what is still to be answered."""
        invite = self.hear("INVITE")
        self.answer(invite, "183 Session Progress", "Contact: <sip:bare@127.0.0.1>", sdp=_SDP.format(own=self.port))
        return invite

    def takes(self, invite: Message) -> None:
        """Answer the call, with sound."""
        contact = f"Contact: <sip:bare@127.0.0.1:{self.port}>"
        self.answer(invite, "200 OK", contact, sdp=_SDP.format(own=self.port))

    def answer(self, request: Message, status: str, *headers: str, sdp: str = "") -> None:
        """Reply to a request with a status, further headers and this body, if any."""
        names = ("Via", "From", "Call-ID", "CSeq")
        lines = [f"{name}: {request.header(name)}" for name in names]
        to = f"To: {request.header('To')};tag=bare"
        kind = [*(["Content-Type: application/sdp"] if sdp else []), f"Content-Length: {len(sdp)}"]
        reply = "\r\n".join([f"SIP/2.0 {status}", *lines, to, *headers, *kind, "", sdp])
        self._socket.sendto(reply.encode(), request.source)


def _wire(text: str) -> bytes:
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()
