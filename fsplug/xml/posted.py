"""What a client posts: a body within limits of size and time, and the form that the switch makes of its question."""

import contextlib
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

import gevent
from gevent import pywsgi

_PIECE_BYTES = 65_536
_LENGTH_DIGITS = 15


@dataclass(frozen=True, slots=True)
class Posted:
    """A body, or with `trouble` the part of it that could be read."""

    body: bytes
    trouble: HTTPStatus | None = None


class Body(pywsgi.Input):  # type: ignore[misc]  # gevent has no types
    """The posted body. A body that nobody wants is not read: the connection is closed."""

    __slots__ = ()

    def piece(self, most: int) -> bytes:
        """What has come, after waiting for it: at least one byte, at most so many; nothing at the end."""
        if self.socket is not None:
            self._send_100_continue()
        return bytes(self.rfile.read1(min(most, _PIECE_BYTES)))

    def _discard(self) -> None:
        pass


class PostedForm(Mapping[str, str]):
    """The fields of a posted form.

    A field is looked for when it is read: only a handful of some 160 are. If a name comes twice, the first counts,
    which is the switch's own.
    """

    def __init__(self, body: bytes) -> None:
        self._body = b"&" + body

    def __getitem__(self, name: str) -> str:
        key = b"&" + name.encode("utf-8", "replace") + b"="
        at = self._body.find(key)
        if at < 0:
            raise KeyError(name)
        at += len(key)
        end = self._body.find(b"&", at)
        return urllib.parse.unquote_plus(self._body[at : end if end >= 0 else None].decode("utf-8", "replace"))

    def __iter__(self) -> Iterator[str]:
        pairs = (pair.partition(b"=") for pair in self._body[1:].split(b"&"))
        return iter(dict.fromkeys(name.decode("utf-8", "ignore") for name, equals, _ in pairs if equals))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def length_of(text: str) -> int | None:
    """The length that a request claims for its body; None if it is none."""
    return int(text[:_LENGTH_DIGITS]) if text.isascii() and text.isdigit() else None


def posted(body: Body, length: int, most: int, seconds: float) -> Posted:
    """The body of this length. Of a larger one than `most`, so many bytes are kept and the rest is read: a client
    hears an answer only when it has sent everything.
    """
    kept, came = bytearray(), 0
    with contextlib.suppress(OSError), gevent.Timeout(seconds, False):
        while came < length and (piece := body.piece(length - came)):
            came += len(piece)
            kept += piece[: most - len(kept)]
            if came < length:
                # Otherwise a client that sends fast would keep everybody else waiting.
                gevent.sleep(0)
        return Posted(bytes(kept), _trouble(came, length, most))
    return Posted(bytes(kept), HTTPStatus.REQUEST_TIMEOUT)


def _trouble(came: int, length: int, most: int) -> HTTPStatus | None:
    if came < length:
        return HTTPStatus.BAD_REQUEST
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > most else None
