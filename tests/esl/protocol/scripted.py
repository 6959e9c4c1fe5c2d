"""The switch's side of a session, played beside the test."""

from collections.abc import Callable
from typing import Any

import gevent

from tests.esl.peers import CHANNEL, Peer, plain_event

DATA = plain_event(CHANNEL)


def playing(script: Callable[[], Any]) -> Any:
    """Run the switch's side beside the test."""
    return gevent.spawn(script)


def answering(peer: Peer, *answers: bytes) -> Any:
    """Give one answer to each command; the greenlet's value is the commands."""

    def answer() -> list[str]:
        heard = []
        for one in answers:
            heard.append(peer.command())
            peer.say(one)
        return heard

    return gevent.spawn(answer)
