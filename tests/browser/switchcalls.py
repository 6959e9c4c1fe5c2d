"""The calls of a switch that a test moves, told to the console the way `fsplug serve` tells a console apart."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Condition, Thread
from types import MappingProxyType
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.policy.recording.own_call import OwnCall
from fsplug.wiring.channel.messages import (
    NAME,
    AskCalls,
    AskChanges,
    AskControl,
    AskListen,
    AskOwn,
    Question,
    ReportViewers,
    own_table,
    question_of,
    to_table,
    viewers_of,
)


class SwitchCalls:
    """`asked` are those who wanted to listen, and to whom; `viewers` the usernames with a page in sight.

    `done` is what users wanted done to the recording of their own call: the username and the act.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._changes = 0
        self._calls = CompanyCalls()
        self.asked: list[tuple[str, str]] = []
        self.viewers: set[str] = set()
        self.done: list[tuple[str, str]] = []
        self._own: Mapping[str, OwnCall] = {}

    def put(self, *talks: UserTalk, own: Mapping[str, OwnCall] = MappingProxyType({})) -> None:
        """These talk from now on; `own` is what some of them, by username, may do."""
        with self._changed:
            named = {one.username: one for one in talks}
            self._own = own
            self._calls = CompanyCalls(named, frozenset(named), controlled=self._changes)
            self._changes += 1
            self._changed.notify_all()

    def serve(self, connection: socket.socket) -> None:
        """Answer one who asks."""
        with suppress(OSError, ValueError, Invalid), connection, connection.makefile("rb") as lines:
            question = question_of(lines.readline())
            if isinstance(question, ReportViewers):
                for line in lines:
                    self.viewers = {username for _, username in viewers_of(line)}
            for answer in self._answers(question):
                connection.sendall(json.dumps(answer).encode() + b"\n")

    def _answers(self, question: Question) -> Iterator[dict[str, Any]]:
        match question:
            case AskCalls():
                yield to_table(self._calls)
            case AskListen(_, listener, number):
                self.asked.append((listener, number))
                yield {"listen": "listen1"}
            case AskOwn(_, user):
                yield own_table([self._own[user]] if user in self._own else [])
            case AskControl(_, user, _, act):
                self.done.append((user, act))
                yield {}
        while isinstance(question, AskChanges):
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
