"""Somebody who tries passwords: REGISTERs by hand, from an address of their own."""

import hashlib
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

_NONCE, _REALM = re.compile(r'nonce="([^"]+)"'), re.compile(r'realm="([^"]+)"')
_LARGEST_MESSAGE = 65_535
_DEADLINE_SECONDS = 60.0


class Guesser:
    """Signs in, or tries to, at a switch's port."""

    def __init__(self, its: socket.socket, switch_port: int, domain: str) -> None:
        self._socket = its
        self._switch = ("127.0.0.1", switch_port)
        self._domain = domain

    def register(self, user: str, password: str) -> str:
        """The status of a REGISTER with this password."""
        challenge = self._send(user, uuid4().hex, 1, "")
        nonce, realm = _NONCE.search(challenge), _REALM.search(challenge)
        assert nonce and realm, challenge
        uri = f"sip:{self._domain}"
        secret = _md5(f"{_md5(f'{user}:{realm[1]}:{password}')}:{nonce[1]}:{_md5(f'REGISTER:{uri}')}")
        said = f'username="{user}", realm="{realm[1]}", nonce="{nonce[1]}", uri="{uri}", response="{secret}"'
        return self._send(user, uuid4().hex, 2, f"Authorization: Digest {said}\r\n").partition("\r\n")[0]

    def _send(self, user: str, call: str, number: int, more: str) -> str:
        host, port = self._socket.getsockname()
        lines = (
            f"REGISTER sip:{self._domain} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid4().hex};rport",
            "Max-Forwards: 70",
            f"From: <sip:{user}@{self._domain}>;tag={call[:8]}",
            f"To: <sip:{user}@{self._domain}>",
            f"Call-ID: {call}",
            f"CSeq: {number} REGISTER",
            f"Contact: <sip:{user}@{host}:{port}>",
            f"{more}Expires: 60",
            "Content-Length: 0",
        )
        self._socket.sendto("\r\n".join([*lines, "", ""]).encode(), self._switch)
        while True:
            answer = self._socket.recv(_LARGEST_MESSAGE).decode(errors="replace")
            if f"Call-ID: {call}" in answer and not answer.startswith("SIP/2.0 100"):
                return answer


@contextmanager
def guesser(host: str, switch_port: int, domain: str) -> Iterator[Guesser]:
    """Somebody at this address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as its:
        its.settimeout(_DEADLINE_SECONDS)
        its.bind((host, 0))
        yield Guesser(its, switch_port, domain)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
