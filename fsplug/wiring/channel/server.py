"""Answers questions about calls from outside the calls process: from the people process and the command line.

Only users who may open the data folder can ask.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import gevent
import structlog
from gevent import socket
from gevent.pool import Pool
from gevent.server import StreamServer

from fsplug.errors import FsplugError, Invalid
from fsplug.esl.calls.control import Control
from fsplug.esl.listenin.live_list import LiveList
from fsplug.esl.listenin.open_pages import OpenPages
from fsplug.esl.listenin.ring_listener import ListenCalls
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording.control import Act, By
from fsplug.policy.recording.withdrawal import WITHDRAW
from fsplug.wiring.channel.client import short
from fsplug.wiring.channel.messages import (
    ALIVE_SECONDS,
    LONGEST_QUESTION,
    LONGEST_REPORT,
    NAME,
    QUIET_SECONDS,
    Answer,
    AskCalls,
    AskChanges,
    AskControl,
    AskList,
    AskListen,
    AskOwn,
    AskRefused,
    Forgive,
    Question,
    ReportViewers,
    own_table,
    question_of,
    to_error,
    to_table,
    viewers_of,
)
from fsplug.wiring.sign_ins import SignIns

log = structlog.get_logger()

# How many askers are served at once; how long an asker may take to ask, and to read the answer.
ASKERS, PATIENCE_SECONDS = 64, 10.0
# How long a watcher waits for a change of the calls; policy also changes what may be listened to, without an event.
WATCH_SECONDS = 1.0
REPORT_SECONDS = 0.1


class ChannelServer:
    """Answers questions, and takes reports of who has pages open; `look` finds a company's calls, or Unavailable."""

    def __init__(
        self,
        data: Path,
        calls: ListenCalls,
        live: LiveList,
        pages: OpenPages,
        control: Control,
        look: Callable[[str], CompanyCalls],
        sign_ins: SignIns,
    ) -> None:
        self._data = data
        self._look = look
        self._calls = calls
        self._live = live
        self._pages = pages
        self._control = control
        self._sign_ins = sign_ins
        self._server: Any = None

    def start(self) -> None:
        """Start listening. A socket left behind by a killed process is replaced."""
        (self._data / NAME).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with short(self._data) as place:
            before = os.umask(0o177)
            try:
                listener.bind(place)
            finally:
                os.umask(before)
        listener.listen(ASKERS)
        self._server = StreamServer(listener, self._serve, spawn=Pool(ASKERS))
        self._server.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.stop(timeout=0)
            (self._data / NAME).unlink(missing_ok=True)

    def _serve(self, connection: Any, address: object) -> None:
        connection.settimeout(PATIENCE_SECONDS)
        with connection, connection.makefile("rb") as lines:
            try:
                question = question_of(lines.readline(LONGEST_QUESTION))
                if isinstance(question, ReportViewers):
                    self._follow_viewers(connection, lines)
                    return
                for answer in self._answers(question):
                    connection.sendall(_line(answer))
            except FsplugError as error:
                connection.sendall(_line(to_error(error)))
            except OSError as error:
                log.info("asker-gone", error=str(error))

    def _answers(self, question: Question) -> Iterator[Answer]:
        match question:
            case AskCalls(company):
                yield to_table(self._look(company))
            case AskChanges():
                yield from self._changes()
            case AskListen(company, listener, number):
                yield {"listen": self._calls.listen(company, listener, number)}
            case AskControl(company, user, call, act, how) if act == WITHDRAW:
                yield self._control.withdraw(company, call, user, By(how))
            case AskControl(company, user, call, act, how):
                yield self._control.do(_act(act), company, call, user, By(how))
            case AskOwn(company, user):
                yield own_table(self._control.own_calls(company, user))
            case AskList():
                yield from self._lists(question)
            case AskRefused():
                yield self._sign_ins.facts()
            case Forgive(source):
                yield {"forgiven": self._sign_ins.forgive(source)}

    def _follow_viewers(self, connection: Any, lines: Any) -> None:
        """Each line names all viewers of one console; a console that is gone or frozen has none."""
        console = object()
        connection.settimeout(QUIET_SECONDS)
        try:
            while line := lines.readline(LONGEST_REPORT):
                self._pages.report(console, viewers_of(line))
        finally:
            self._pages.report(console, ())

    def _changes(self) -> Iterator[Answer]:
        while True:
            known = self._live.changes
            yield {"changes": known}
            # Several changes at once are reported as one.
            gevent.sleep(REPORT_SECONDS)
            self._live.wait(known, ALIVE_SECONDS)

    def _lists(self, asked: AskList) -> Iterator[Answer]:
        known = self._live.changes
        yield self._list(asked)
        while asked.watch:
            known = self._live.wait(known, WATCH_SECONDS)
            yield self._list(asked)

    def _list(self, asked: AskList) -> Answer:
        asked_by = self._calls.viewer(asked.company, asked.viewer) if asked.viewer else None
        return {"calls": [asdict(one) for one in self._live.of(asked.company, asked_by)]}


def _act(word: str) -> Act:
    try:
        return Act(word)
    except ValueError as error:
        raise Invalid("unknown-act", f"{word[:40]!r} is no act; use {', '.join(Act)}") from error


def _line(answer: Answer) -> bytes:
    return json.dumps(answer).encode() + b"\n"
