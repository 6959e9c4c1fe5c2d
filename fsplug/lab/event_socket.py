"""A minimal event socket client: one connection, `api` commands, and their answers."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from fsplug.errors import Unavailable

# How many commands are under way at once. The answers to more would not all fit into the connection.
_AT_ONCE = 50


def api(port: int, password: str, command: str, deadline_seconds: float = 5.0) -> str:
    """The switch's answer to `api COMMAND`. Raises Unavailable when no answer comes within the deadline."""
    return apis(port, password, [command], deadline_seconds)[0]


def apis(port: int, password: str, commands: Sequence[str], deadline_seconds: float = 5.0) -> list[str]:
    """The answers to these commands, in their order, through one connection; each must come within the deadline."""
    with _signed_in(port, password, deadline_seconds) as (connection, frames):
        answers: list[str] = []
        for at in range(0, len(commands), _AT_ONCE):
            some = commands[at : at + _AT_ONCE]
            connection.sendall("".join(f"api {command}\n\n" for command in some).encode())
            answers += [_read_frame(frames)[1].decode(errors="replace") for _ in some]
        return answers


@contextmanager
def _signed_in(port: int, password: str, deadline_seconds: float) -> Iterator[tuple[socket.socket, BinaryIO]]:
    try:
        with socket.create_connection(("127.0.0.1", port), deadline_seconds) as connection:
            frames = connection.makefile("rb")
            _read_frame(frames)
            connection.sendall(f"auth {password}\n\n".encode())
            accepted, _ = _read_frame(frames)
            if accepted.get("Reply-Text") != "+OK accepted":
                raise Unavailable("auth-refused", f"the switch at port {port} refuses the password", port=port)
            yield connection, frames
    except OSError as error:
        raise Unavailable("switch-silent", f"no answer at event socket {port}: {error}", port=port) from error


def _read_frame(frames: BinaryIO) -> tuple[dict[str, str], bytes]:
    headers: dict[str, str] = {}
    while line := frames.readline().decode(errors="replace").rstrip("\n"):
        name, _, value = line.partition(": ")
        headers[name] = value
    if not headers:
        raise ConnectionError("closed by the switch")
    return headers, frames.read(int(headers.get("Content-Length", 0)))
