"""A minimal event socket client: one connection, one `api` command, one answer."""

import socket
from typing import BinaryIO

from fsplug.errors import Unavailable


def api(port: int, password: str, command: str, deadline_seconds: float = 5.0) -> str:
    """The switch's answer to `api COMMAND`. Raises Unavailable when no answer comes within the deadline."""
    try:
        with socket.create_connection(("127.0.0.1", port), deadline_seconds) as connection:
            frames = connection.makefile("rb")
            _read_frame(frames)
            connection.sendall(f"auth {password}\n\n".encode())
            accepted, _ = _read_frame(frames)
            if accepted.get("Reply-Text") != "+OK accepted":
                raise Unavailable("auth-refused", f"the switch at port {port} refuses the password", port=port)
            connection.sendall(f"api {command}\n\n".encode())
            return _read_frame(frames)[1].decode(errors="replace")
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
