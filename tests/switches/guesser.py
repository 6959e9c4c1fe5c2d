"""Somebody who tries passwords: REGISTERs and INVITEs by hand, from an address of their own; it lies about itself."""

import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

_NONCE, _REALM = re.compile(r'nonce="([^"]+)"'), re.compile(r'realm="([^"]+)"')
_LARGEST_MESSAGE = 65_535
_DEADLINE_SECONDS = 60.0
_SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"


class Guesser:
    """Signs in, or tries to, at a switch's port."""

    def __init__(self, its: socket.socket, switch_port: int, domain: str) -> None:
        self._socket = its
        self._switch = ("127.0.0.1", switch_port)
        self._domain = domain
        self._headers: tuple[str, ...] = ()
        self._contact = ""

    @property
    def place(self) -> str:
        """Where its messages come from: ADDRESS:PORT."""
        return "{}:{}".format(*self._socket.getsockname())

    def register(self, user: str, password: str, *headers: str, contact: str = "") -> str:
        """The status of a REGISTER with this password, these headers and this contact."""
        self._headers, self._contact = headers, contact
        return self._proven("REGISTER", f"sip:{self._domain}", user, user, password, "").partition("\r\n")[0]

    def called(self) -> str:
        """The request line of the next INVITE."""
        while not (heard := self._socket.recv(_LARGEST_MESSAGE).decode(errors="replace")).startswith("INVITE "):
            pass
        return heard.partition("\r\n")[0]

    def invite(self, number: str, user: str = "", password: str = "", realm: str = "") -> str:
        """The first status of an INVITE that is not "100 Trying", with this password if there is one."""
        uri = f"sip:{number}@127.0.0.1"
        if not user:
            return self._send("INVITE", uri, "caller", uuid4().hex, 1, "").partition("\r\n")[0]
        return self._proven("INVITE", uri, "caller", user, password, realm).partition("\r\n")[0]

    def _proven(self, method: str, uri: str, caller: str, user: str, password: str, realm: str) -> str:
        call = uuid4().hex
        challenge = self._send(method, uri, caller, call, 1, "")
        nonce, asked = _NONCE.search(challenge), _REALM.search(challenge)
        if not (nonce and asked):
            return challenge
        realm = realm or asked[1]
        secret = _md5(f"{_md5(f'{user}:{realm}:{password}')}:{nonce[1]}:{_md5(f'{method}:{uri}')}")
        said = f'username="{user}", realm="{realm}", nonce="{nonce[1]}", uri="{uri}", response="{secret}"'
        name = "Authorization" if method == "REGISTER" else "Proxy-Authorization"
        return self._send(method, uri, caller, uuid4().hex, 2, f"{name}: Digest {said}\r\n")

    def _send(self, method: str, uri: str, user: str, call: str, number: int, more: str) -> str:
        host, port = self._socket.getsockname()
        to = f"{user}@{self._domain}" if method == "REGISTER" else uri.removeprefix("sip:")
        sdp = "" if method == "REGISTER" else _SDP
        lines = (
            f"{method} {uri} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid4().hex};rport",
            "Max-Forwards: 70",
            f"From: <sip:{user}@{self._domain}>;tag={call[:8]}",
            f"To: <sip:{to}>",
            f"Call-ID: {call}",
            f"CSeq: {number} {method}",
            f"Contact: {self._contact or f'<sip:{user}@{host}:{port}>'}",
            f"{more}Expires: 60",
            *self._headers,
            *(["Content-Type: application/sdp"] if sdp else []),
            f"Content-Length: {len(sdp)}",
        )
        self._socket.sendto(("\r\n".join([*lines, "", ""]) + sdp).encode(), self._switch)
        while True:
            answer = self._socket.recv(_LARGEST_MESSAGE).decode(errors="replace")
            if f"Call-ID: {call}" in answer and not answer.startswith("SIP/2.0 100"):
                return answer


@contextmanager
def guesser(host: str, switch_port: int, domain: str, own_port: int = 0) -> Iterator[Guesser]:
    """Somebody at this address, and at this port if one is given."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as its:
        its.settimeout(_DEADLINE_SECONDS)
        its.bind((host, own_port))
        yield Guesser(its, switch_port, domain)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
