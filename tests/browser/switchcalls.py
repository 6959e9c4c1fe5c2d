"""The calls of a switch that a test moves, told to the console the way `fsplug serve` tells a console apart."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Any

from fsplug.esl.listenin.live_calls import to_table
from fsplug.policy.listening.live_calls import CompanyCalls, Talk
from fsplug.wiring.console.live_socket import NAME


class SwitchCalls:
    """`asked` are those who wanted to listen, and to whom; `viewers` the usernames with a page in sight."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._changes = 0
        self._calls = CompanyCalls()
        self.asked: list[tuple[str, str]] = []
        self.viewers: set[str] = set()

    def put(self, *talks: Talk) -> None:
        """These talk from now on."""
        with self._changed:
            self._calls = CompanyCalls({one.username: one for one in talks}, frozenset(one.username for one in talks))
            self._changes += 1
            self._changed.notify_all()

    def serve(self, connection: socket.socket) -> None:
        """Answer one who asks."""
        with suppress(OSError, ValueError), connection, connection.makefile("r") as lines:
            request = json.loads(lines.readline())
            if request["do"] == "viewers":
                for line in lines:
                    self.viewers = {username for _, username in json.loads(line)}
            for answer in self._answers(request):
                connection.sendall(json.dumps(answer).encode() + b"\n")

    def _answers(self, request: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if request["do"] == "company":
            yield to_table(self._calls)
        elif request["do"] == "listen":
            self.asked.append((request["as"], request["to"]))
            yield {"listen": "listen1"}
        while request["do"] == "changes":
            known = self._changes
            yield {"changes": known}
            with self._changed:
                self._changed.wait_for(lambda: self._changes != known, 5.0)  # noqa: B023


@contextmanager
def switch_calls(data: Path) -> Iterator[SwitchCalls]:
    """On the socket of this data folder, until the end."""
    calls = SwitchCalls()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(data / NAME))
        listener.listen(32)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    Thread(target=calls.serve, args=(listener.accept()[0],), daemon=True).start()

        Thread(target=accept, daemon=True).start()
        yield calls
        (data / NAME).unlink(missing_ok=True)
        listener.shutdown(socket.SHUT_RDWR)
