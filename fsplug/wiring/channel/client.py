"""Asking a running `fsplug serve` for its calls, over the socket in its data folder."""

import json
import os
import socket
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.wiring.channel.messages import (
    NAME,
    QUIET_SECONDS,
    Answer,
    Question,
    ReportViewers,
    Viewer,
    checked,
    line_of,
    viewers_line,
)


def ask(data: Path, question: Question, patience_seconds: float | None = None) -> Generator[Answer, None, None]:
    """The answers of this data folder's `fsplug serve`. Errors in answers are raised; Unavailable when none is serving.

    With `patience_seconds`, also Unavailable when an answer takes longer.
    """
    with _connected(data, patience_seconds) as connection:
        connection.sendall(line_of(question))
        with connection.makefile("r") as lines:
            for line in _patiently(lines, data):
                yield checked(json.loads(line))


def answer(data: Path, question: Question, patience_seconds: float | None = None) -> Answer:
    """The first answer; errors as `ask`."""
    answers = ask(data, question, patience_seconds)
    for one in answers:
        answers.close()
        return one
    raise Unavailable("not-serving", "the running fsplug serve has just stopped")


@contextmanager
def viewers_reported(data: Path) -> Iterator[Callable[[Collection[Viewer]], None]]:
    """A function that reports all viewers of this console to this data folder's `fsplug serve`; call it repeatedly.

    The viewers are known there until the context ends. Unavailable when none is serving; OSError when it has gone.
    """
    with _connected(data, QUIET_SECONDS) as connection:
        connection.sendall(line_of(ReportViewers()))
        yield lambda viewers: connection.sendall(viewers_line(viewers))


@contextmanager
def _connected(data: Path, patience_seconds: float | None) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        # Set before connecting: a frozen process accepts no connection.
        connection.settimeout(patience_seconds)
        try:
            with short(data) as place:
                connection.connect(place)
        except OSError as error:
            text = f"no fsplug serves {data}; start it with: fsplug serve --data {data}"
            raise Unavailable("not-serving", text, data=str(data)) from error
        yield connection


def _patiently(lines: Iterator[str], data: Path) -> Iterator[str]:
    try:
        yield from lines
    except TimeoutError as error:
        raise Unavailable("not-serving", f"the fsplug that serves {data} does not answer", data=str(data)) from error
    except OSError as error:
        raise Unavailable("not-serving", f"the fsplug that served {data} is gone", data=str(data)) from error


@contextmanager
def short(data: Path) -> Iterator[str]:
    """The socket's path by way of its folder's descriptor: a socket's own path may have 107 bytes at most (Linux)."""
    folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{NAME}"
    finally:
        os.close(folder)
