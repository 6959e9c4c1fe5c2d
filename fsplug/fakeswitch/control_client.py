"""The other end of the control port, for tests, the demo and the bench."""

import json
import socket
from typing import Any

from fsplug.errors import FsplugError, Unavailable


class ControlClient:
    """Talks to a fake switch in another process. Calls block, unless gevent is patched in."""

    def __init__(self, port: int, seconds: float = 60.0) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), seconds)
        self._lines = self._sock.makefile("r")

    def ask(self, do: str, **request: Any) -> dict[str, Any]:
        """One request and its answer. The switch's error is raised with its code; Unavailable when it is gone."""
        try:
            self._sock.sendall(json.dumps({"do": do, **request}).encode() + b"\n")
            line = self._lines.readline()
        except OSError as error:
            raise Unavailable("fakeswitch-gone", f"the fake switch does not answer {do}: {error}") from error
        if not line:
            raise Unavailable("fakeswitch-gone", f"the fake switch ended before it answered {do}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise FsplugError(answer["error"], answer["text"])
        return answer

    def close(self) -> None:
        self._lines.close()
        self._sock.close()

    def __enter__(self) -> "ControlClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
