"""SIP messages as a phone in Python reads and writes them (RFC 3261), and their digest authentication (RFC 2617)."""

import hashlib
import re
from dataclasses import dataclass
from uuid import uuid4

HOST = "127.0.0.1"
# The codecs of an SDP (RFC 3551, RFC 7587), with their payload types. That of Opus may be any from 96 on.
ALAW, G722, OPUS, G729 = "PCMA/8000", "G722/8000", "opus/48000/2", "G729/8000"
PAYLOAD_TYPES = {ALAW: "8", G722: "9", OPUS: "111", G729: "18"}
ALLOW = "INVITE, ACK, BYE, CANCEL, OPTIONS, REFER, NOTIFY, UPDATE, INFO"
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')


@dataclass(frozen=True, slots=True)
class SipMessage:
    """A SIP message as received."""

    text: str
    source: tuple[str, int]

    @property
    def start(self) -> str:
        """The request line or the status line."""
        return self.text.partition("\r\n")[0]

    @property
    def method(self) -> str:
        """A request's method; for a response, the method of the request it answers."""
        return self.header("CSeq").split()[-1] if self.status else self.start.split()[0]

    @property
    def status(self) -> int:
        """A response's status code; 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0

    def header(self, name: str) -> str:
        """The first header with this name; empty if there is none."""
        found = re.search(rf"^{name}: *(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)
        return found[1] if found else ""

    def headers(self, name: str) -> list[str]:
        """Every header with this name."""
        return re.findall(rf"^{name}: *(.*?)\r?$", self.text, re.MULTILINE | re.IGNORECASE)

    @property
    def media(self) -> tuple[str, int] | None:
        """The address to which its SDP wants the audio sent."""
        port = re.search(r"^m=audio (\d+)", self.text, re.MULTILINE)
        return (HOST, int(port[1])) if port else None


@dataclass(frozen=True, slots=True)
class Request:
    """A request to send; `own` and `other` are the values of From and To."""

    method: str
    uri: str
    own: str
    other: str
    call_id: str
    sequence: int
    headers: str = ""
    body: str = ""
    branch: str = ""

    def text(self, user: str, port: int, agent: str) -> str:
        """The request as sent from this port."""
        branch = self.branch or f"z9hG4bK{uuid4().hex}"
        contact = "" if "Contact:" in self.headers else f"Contact: <sip:{user}@{HOST}:{port}>\r\n"
        return (
            f"{self.method} {self.uri} SIP/2.0\r\nVia: SIP/2.0/UDP {HOST}:{port};branch={branch}\r\n"
            f"Max-Forwards: 70\r\nFrom: {self.own if ';tag=' in self.own else f'{self.own};tag=me'}\r\n"
            f"To: {self.other}\r\nCall-ID: {self.call_id}\r\nCSeq: {self.sequence} {self.method}\r\n"
            f"User-Agent: {agent}\r\nAllow: {ALLOW}\r\n{contact}{self.headers}"
            f"Content-Length: {len(self.body)}\r\n\r\n{self.body}"
        )


def reply(
    request: SipMessage, status: str, to: str, user: str, port: int, agent: str, body: str = "", headers: str = ""
) -> str:
    """A response to this request, with this To and these further headers."""
    vias = "".join(f"Via: {via}\r\n" for via in request.headers("Via"))
    kind = "Content-Type: application/sdp\r\n" if body else ""
    return (
        f"SIP/2.0 {status}\r\n{vias}From: {request.header('From')}\r\nTo: {to}\r\n"
        f"Call-ID: {request.header('Call-ID')}\r\nCSeq: {request.header('CSeq')}\r\n"
        f"Contact: <sip:{user}@{HOST}:{port}>\r\nUser-Agent: {agent}\r\nAllow: {ALLOW}\r\n"
        f"{headers}{kind}Content-Length: {len(body)}\r\n\r\n{body}"
    )


def proof(method: str, uri: str, user: str, password: str, challenge: SipMessage) -> str:
    """The header that answers a 401 or 407."""
    proxy = challenge.status == 407
    asked = dict(_PARAMETER.findall(challenge.header("Proxy-Authenticate" if proxy else "WWW-Authenticate")))
    a1, a2 = md5(f"{user}:{asked['realm']}:{password}"), md5(f"{method}:{uri}")
    cnonce = uuid4().hex[:8]
    response = md5(f"{a1}:{asked['nonce']}:00000001:{cnonce}:auth:{a2}")
    return (
        f'{"Proxy-" if proxy else ""}Authorization: Digest username="{user}", realm="{asked["realm"]}", '
        f'nonce="{asked["nonce"]}", uri="{uri}", qop=auth, nc=00000001, cnonce="{cnonce}", '
        f'response="{response}", algorithm=MD5\r\n'
    )


def audio(port: int, version: int, held: bool = False, codec: str = ALAW, offer: str = "") -> str:
    """An SDP with this codec and keys on this RTP port; with `held`, the other side is to send nothing.

    In an answer the codec has the number that it has in the `offer`.
    """
    offered = re.search(rf"^a=rtpmap:(\d+) {re.escape(codec)}\s*$", offer, re.MULTILINE | re.IGNORECASE)
    number = offered[1] if offered else PAYLOAD_TYPES[codec]
    return (
        f"v=0\r\no=- 1 {version} IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=audio {port} RTP/AVP {number} 101\r\na=rtpmap:{number} {codec}\r\n"
        f"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na={'sendonly' if held else 'sendrecv'}\r\n"
    )


def replacing(call_id: str, own: str, other: str) -> str:
    """The URI of a Refer-To that takes the place of this dialog (RFC 3891); `own` and `other` are its From and To."""
    to_tag, from_tag = (one.partition(";tag=")[2].partition(";")[0] for one in (other, own))
    return f"{address(other)}?Replaces={call_id}%3Bto-tag%3D{to_tag}%3Bfrom-tag%3D{from_tag}"


def address(contact: str) -> str:
    """The URI of a Contact."""
    found = re.search(r"<([^>]*)>", contact)
    return found[1] if found else contact.strip()


def md5(text: str) -> str:
    """An MD5 in hexadecimal, as digest authentication uses it."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
