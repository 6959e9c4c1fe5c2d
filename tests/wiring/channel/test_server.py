"""The socket that the calls are asked by: its owner's alone, patient with nobody, and there again after a kill."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.esl.listenin.open_pages import OpenPages
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.wiring.channel import server as module
from fsplug.wiring.channel.client import answer, short, viewers_reported
from fsplug.wiring.channel.messages import LONGEST_QUESTION, NAME, AskCalls, from_table
from fsplug.wiring.channel.server import ChannelServer
from fsplug.wiring.sign_ins import SignIns
from tests.wiring.consoleclient import until

ACME = "acme.example"
CALLS = CompanyCalls({}, frozenset({"1001"}))
NOBODY: Any = None


@pytest.fixture
def pages() -> OpenPages:
    return OpenPages()


@pytest.fixture
def data(tmp_path: Path, pages: OpenPages) -> Iterator[Path]:
    """A data folder in which a company's calls may be asked for, on a path too long for a socket's."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    door = ChannelServer(folder, NOBODY, NOBODY, pages, NOBODY, lambda company: CALLS, SignIns())
    door.start()
    yield folder
    door.stop()
    assert not (folder / NAME).exists()


def _asks(data: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        with short(data) as place:
            connection.connect(place)
        connection.sendall(line)
        with connection.makefile("rb") as lines:
            return lines.read()


def test_it_is_its_owners_alone(data: Path) -> None:
    assert stat.S_IMODE((data / NAME).stat().st_mode) == 0o600
    assert from_table(answer(data, AskCalls(ACME))) == CALLS


def test_a_socket_that_a_killed_process_left_is_replaced(data: Path, pages: OpenPages) -> None:
    again = ChannelServer(data, NOBODY, NOBODY, pages, NOBODY, lambda company: CALLS, SignIns())
    again.start()
    assert from_table(answer(data, AskCalls(ACME))) == CALLS


@pytest.mark.parametrize("line", [b"x" * (LONGEST_QUESTION + 100), b"{}\n", b"\n"])
def test_what_is_no_question_is_answered_so_and_the_next_one_is_taken(line: bytes, data: Path) -> None:
    assert b"bad-question" in _asks(data, line)
    assert from_table(answer(data, AskCalls(ACME))) == CALLS


def test_who_asks_nothing_is_not_waited_for(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.05)
    assert _asks(data, b"") == b""


def test_who_has_a_page_in_sight_is_known_until_their_console_is_gone(data: Path, pages: OpenPages) -> None:
    with viewers_reported(data) as report:
        report([(ACME, "1001")])
        until(lambda: pages.has_one(ACME, "1001"), "it to be known")
    until(lambda: not pages.has_one(ACME, "1001"), "nobody to be there")


def test_without_a_serving_process_it_is_said_so_at_once(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no fsplug serves"):
        answer(tmp_path, AskCalls(ACME))


def test_a_process_that_takes_nobody_in_is_given_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as frozen:
        frozen.bind(str(tmp_path / NAME))
        frozen.listen(0)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(str(tmp_path / NAME))
        with pytest.raises(Unavailable):
            answer(tmp_path, AskCalls(ACME), 0.1)
        for one in waiting:
            one.close()
