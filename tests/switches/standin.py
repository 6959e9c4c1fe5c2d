"""A stand-in for fsplug at the outbound socket: each call that asks gets the same variables, and is let go."""

import socket
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self
from urllib.parse import unquote


class StandIn:
    """Answers at a port from `with` to its end; `asked` holds the marks of each call, as it asked."""

    def __init__(self, port: int, variables: Mapping[str, str]) -> None:
        self.asked: list[dict[str, str]] = []
        self._variables = variables
        self._server = socket.create_server(("127.0.0.1", port))

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # shutdown, not only close: accept in the other thread would hold the socket open.
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _serve(self) -> None:
        while True:
            try:
                call, _ = self._server.accept()
            except OSError:
                return
            with call:
                self._answer(call)

    def _answer(self, call: socket.socket) -> None:
        frames = call.makefile("rb")
        call.sendall(b"connect\n\n")
        channel = {}
        while line := frames.readline().decode().rstrip("\n"):
            name, _, value = line.partition(": ")
            channel[name] = unquote(value)
        self.asked.append(
            {name.removeprefix("variable_"): value for name, value in channel.items() if "fsplug" in name}
        )
        settings = ";".join(f"{name}={value}" for name, value in self._variables.items())
        call.sendall(f"api uuid_setvar_multi {channel['Unique-ID']} {settings}\n\nexit\n\n".encode())
        while frames.readline():
            pass
