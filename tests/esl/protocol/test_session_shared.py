"""Many greenlets use one outbound session: each gets its own answer, whoever gives up."""

import gevent
import pytest

from fsplug.esl.protocol.session import OutboundSession
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import Peer, api_response, code_of
from tests.esl.protocol.scripted import playing

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


def test_fifty_greenlets_at_once_each_get_their_own_answer(session: OutboundSession, peer: Peer) -> None:
    # Long enough to fill the socket's buffers, so that a send that is not held together would be cut into.
    filling = "x" * 100_000

    def switch() -> None:
        for _ in range(500):
            who = peer.command().split(" ")[1]
            peer.say(api_response(f"for {who}"))

    def ask(who: int) -> list[str]:
        return [session.api(f"{who}-{turn} {filling}", 20) for turn in range(10)]

    script = playing(switch)
    asking = [gevent.spawn(ask, who) for who in range(50)]
    gevent.joinall(asking, timeout=PATIENCE_SECONDS)
    script.get(timeout=PATIENCE_SECONDS)
    for who, greenlet in enumerate(asking):
        assert greenlet.value == [f"for {who}-{turn}" for turn in range(10)]


def test_who_reads_for_all_hands_over_when_it_gives_up(session: OutboundSession, peer: Peer) -> None:
    first = gevent.spawn(lambda: code_of(lambda: session.api("first", 0.05)))
    second = gevent.spawn(session.api, "second", 5)
    third = gevent.spawn(session.api, "third", 5)
    assert first.get(timeout=PATIENCE_SECONDS) == "switch-silent"
    peer.say(api_response("1"), api_response("2"))
    assert second.get(timeout=PATIENCE_SECONDS) == "2"
    peer.say(api_response("3"))
    assert third.get(timeout=PATIENCE_SECONDS) == "3"


def test_who_reads_for_all_hands_over_when_it_is_killed(session: OutboundSession, peer: Peer) -> None:
    first = gevent.spawn(session.api, "first", 5)
    second = gevent.spawn(session.api, "second", 5)
    peer.command()
    peer.command()
    first.kill()
    peer.say(api_response("1"), api_response("2"))
    assert second.get(timeout=PATIENCE_SECONDS) == "2"


def test_a_close_in_another_greenlet_fails_who_waits(session: OutboundSession, peer: Peer) -> None:
    waiting = [gevent.spawn(lambda: code_of(lambda: session.api("status", 5))) for _ in range(3)]
    for _ in waiting:
        peer.command()
    session.close()
    assert [greenlet.get(timeout=PATIENCE_SECONDS) for greenlet in waiting] == ["switch-gone"] * 3


def test_a_sender_killed_half_way_ends_the_session(session: OutboundSession, peer: Peer) -> None:
    sender = gevent.spawn(session.api, "x" * (16 << 20), 5)
    peer.sock.recv(1)
    sender.kill()
    assert code_of(lambda: session.api("status", 5)) == "switch-gone"
