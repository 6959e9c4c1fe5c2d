"""A phone that measures, for each call, the time from the caller's INVITE until the call reaches the phone."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

# The caller's name is SIPp's [timestamp]: date, time, and epoch seconds with microseconds. A name is all of the
# caller's INVITE that reaches a phone.
_SENT = re.compile(rb"^From:[^<]*?([0-9]{9,}\.[0-9]+)", re.MULTILINE)
_COPIED = re.compile(rb"^(?:Via|From|Call-ID|CSeq):.*$", re.MULTILINE)
_TO = re.compile(rb"^To:.*$", re.MULTILINE)
_SDP = b"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio %d RTP/AVP 8\r\n"


class Ringer:
    """Rings and answers at once, silently. `took` are the milliseconds from the caller's INVITE to the ringing."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        self.took: list[float] = []

    def run(self) -> None:
        """Serve until the socket is shut."""
        while request := self._socket.recvfrom(65_536):
            at = time.time()
            text, peer = request
            if not text:
                return
            self._take(text, peer, at)

    def shut(self) -> None:
        """End `run`."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(b"", ("127.0.0.1", self.port))

    def _take(self, text: bytes, peer: tuple[str, int], at: float) -> None:
        method = text.split(b" ", 1)[0]
        if method == b"INVITE":
            if sent := _SENT.search(text.replace(b"\r", b"")):
                self.took.append(1_000 * (at - float(sent[1])))
            self._say(b"180 Ringing", text, peer)
            self._say(b"200 OK", text, peer, _SDP % (self.port + 2))
        elif method in (b"BYE", b"CANCEL", b"OPTIONS"):
            self._say(b"200 OK", text, peer)

    def _say(self, status: bytes, request: bytes, peer: tuple[str, int], body: bytes = b"") -> None:
        lines = request.replace(b"\r", b"")
        to = _TO.findall(lines)[0]
        to = to if b";tag=" in to else to + b";tag=ringer"
        contact = b"Contact: <sip:127.0.0.1:%d>" % self.port
        kind = [b"Content-Type: application/sdp"] if body else []
        heads = [b"SIP/2.0 " + status, *_COPIED.findall(lines), to, contact, *kind, b"Content-Length: %d" % len(body)]
        self._socket.sendto(b"\r\n".join(heads) + b"\r\n\r\n" + body, peer)


@contextmanager
def ringer() -> Iterator[Ringer]:
    """A phone, until the `with` ends."""
    phone = Ringer()
    thread = threading.Thread(target=phone.run, daemon=True)
    thread.start()
    try:
        yield phone
    finally:
        phone.shut()
        thread.join(5)
