"""An inbound link to a scripted switch; an outbound session and the far end of its socket."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.session import OutboundSession
from tests.esl.peers import (
    Peer,
    Switch,
    pair,
)
from tests.esl.protocol.diary import QUICK, Diary


@pytest.fixture
def diary() -> Diary:
    return Diary()


@pytest.fixture
def switch() -> Iterator[Switch]:
    switch = Switch()
    yield switch
    switch.stop()


@pytest.fixture
def linking(switch: Switch, diary: Diary) -> Iterator[Callable[..., Link]]:
    links: list[Link] = []

    def link(**changed: Any) -> Link:
        wanted: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": switch.port,
            "password": "ClueCon",
            "events": ["CHANNEL_ANSWER", "CUSTOM", "sofia::register"],
            "on_event": diary.event,
            "on_up": diary.up,
            "on_down": diary.down,
            "pace": QUICK,
        }
        links.append(Link(**wanted | changed))
        links[-1].start()
        return links[-1]

    yield link
    for link_ in links:
        link_.stop()


@pytest.fixture
def ends() -> Iterator[tuple[OutboundSession, Peer]]:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    yield session, peer
    session.close()
    peer.close()


@pytest.fixture
def session(ends: tuple[OutboundSession, Peer]) -> OutboundSession:
    return ends[0]


@pytest.fixture
def peer(ends: tuple[OutboundSession, Peer]) -> Peer:
    return ends[1]
