"""The outbound session against a scripted switch."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import pytest
from gevent import monkey

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol.exchange import RECEIVE_BYTES
from fsplug.esl.protocol.session import InboundESL, OutboundSession
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import (
    CHANNEL,
    LINGER_NOTICE,
    NOTICE,
    Peer,
    Switch,
    api_response,
    event_frame,
    live_greenlets,
    pair,
    plain_event,
    reply,
    until,
)

pytestmark = pytest.mark.usefixtures("nothing_left_behind")

DATA = plain_event(CHANNEL)


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


def code_of(act: Callable[[], object]) -> str:
    with pytest.raises(Unavailable) as caught:
        act()
    return caught.value.code


def test_a_call_is_armed_and_let_go(session: OutboundSession, peer: Peer) -> None:
    script = answering(peer, DATA, api_response("+OK\n"), reply("+OK bye") + NOTICE)
    channel = session.connect(5)
    assert channel.get("Caller-Caller-ID-Name") == "Alice"
    assert session.uuid == "a-leg"
    assert session.api("uuid_setvar_multi a-leg a=b", 5) == "+OK\n"
    session.exit()
    assert script.get(timeout=PATIENCE_SECONDS) == ["connect\n", "api uuid_setvar_multi a-leg a=b\n", "exit\n"]
    assert peer.command() == ""
    assert not session.connected


def test_a_last_command_and_the_leave_are_sent_together(session: OutboundSession, peer: Peer) -> None:
    def switch() -> list[str]:
        heard = [peer.command(), peer.command()]
        peer.say(api_response("+OK\n"), reply("+OK bye"), NOTICE)
        return heard

    script = playing(switch)
    assert session.api_and_exit("uuid_setvar_multi a-leg a=b", 5) == "+OK\n"
    assert script.get(timeout=PATIENCE_SECONDS) == ["api uuid_setvar_multi a-leg a=b\n", "exit\n"]
    assert peer.command() == ""
    assert not session.connected


def test_a_last_command_is_answered_though_the_switch_leaves_first(session: OutboundSession, peer: Peer) -> None:
    peer.say(api_response("+OK"), NOTICE)
    assert session.api_and_exit("status", 5) == "+OK"


def test_a_last_command_that_nobody_answers_closes_all_the_same(session: OutboundSession, peer: Peer) -> None:
    assert code_of(lambda: session.api_and_exit("status", 0.03)) == "switch-silent"
    assert [peer.command(), peer.command(), peer.command()] == ["api status\n", "exit\n", ""]


def test_a_session_needs_no_greenlet_of_its_own(session: OutboundSession, peer: Peer) -> None:
    before = live_greenlets()
    script = answering(peer, DATA, event_frame({"Event-Name": "CHANNEL_ANSWER"}) + api_response("+OK"))
    session.connect(5)
    session.api("status", 5)
    script.join()
    assert live_greenlets() == before


def test_connecting_twice_asks_once(session: OutboundSession, peer: Peer) -> None:
    peer.say(DATA)
    assert session.connect(5) is session.connect(5)
    assert session.uuid == "a-leg"


def test_a_silent_switch_ends_the_wait_by_the_deadline(session: OutboundSession) -> None:
    began_at = time.monotonic()
    assert code_of(lambda: session.connect(0.05)) == "switch-silent"
    assert time.monotonic() - began_at > 0.04


@pytest.mark.parametrize("ending", ["close", "half_close"])
def test_a_switch_that_leaves_ends_the_wait(session: OutboundSession, peer: Peer, ending: str) -> None:
    getattr(peer, ending)()
    assert code_of(lambda: session.connect(5)) == "switch-gone"
    assert not session.connected


def test_everything_after_the_end_is_refused_at_once(session: OutboundSession, peer: Peer) -> None:
    peer.close()
    code_of(lambda: session.connect(5))
    for act in (
        lambda: session.connect(5),
        lambda: session.api("status", 5),
        lambda: session.command("linger 5", 5),
        lambda: session.execute("answer", None, 5),
    ):
        assert code_of(act) == "switch-gone"
    session.exit()
    session.close()


def test_an_answer_that_came_while_the_process_was_starved_is_read_though_its_time_is_over(
    session: OutboundSession, peer: Peer
) -> None:
    asking = gevent.spawn(session.api, "status", 0.05)
    gevent.sleep(0)
    # More than is read at once comes before the answer, and the loop gets no processor until the time is over.
    peer.say(event_frame(CHANNEL) * (RECEIVE_BYTES // len(event_frame(CHANNEL)) + 1), api_response("+OK"))
    monkey.get_original("time", "sleep")(0.2)
    assert asking.get(timeout=PATIENCE_SECONDS) == "+OK"


def test_an_answer_that_comes_too_late_is_not_taken_for_the_next(session: OutboundSession, peer: Peer) -> None:
    assert code_of(lambda: session.api("slow", 0.03)) == "switch-silent"
    peer.say(api_response("slow's answer"), api_response("quick's answer"))
    assert session.api("quick", 5) == "quick's answer"


def test_every_answer_may_come_one_byte_at_a_time(session: OutboundSession, peer: Peer) -> None:
    def switch() -> None:
        peer.command()
        peer.whisper(DATA)
        peer.command()
        peer.whisper(event_frame({"Event-Name": "CHANNEL_ANSWER"}) + api_response("Jørgen"))

    script = playing(switch)
    assert session.connect(5).uuid == "a-leg"
    assert session.api("status", 5) == "Jørgen"
    script.get(timeout=PATIENCE_SECONDS)


def test_answer_notice_and_end_in_one_segment_give_the_answer(session: OutboundSession, peer: Peer) -> None:
    peer.say(api_response("+OK"), NOTICE)
    peer.close()
    assert session.api("uuid_exists a-leg", 5) == "+OK"
    assert code_of(lambda: session.api("status", 5)) == "switch-gone"


def test_a_notice_ends_the_wait_though_the_socket_stays_open(session: OutboundSession, peer: Peer) -> None:
    peer.say(NOTICE)
    assert code_of(lambda: session.api("status", 5)) == "switch-gone"


def test_a_lingering_session_still_answers_but_runs_no_application(session: OutboundSession, peer: Peer) -> None:
    answering(peer, DATA + LINGER_NOTICE, api_response("+OK"))
    session.connect(5)
    assert session.api("status", 5) == "+OK"
    assert code_of(lambda: session.call_command("answer")) == "call-ended"


@pytest.mark.parametrize(
    ("hostile", "code"),
    [
        (b"Content-Type: api/response\nContent-Length: -1\n\n", "bad-length"),
        (b"Content-Type: api/response\nContent-Length: 10737418240\n\n", "body-too-long"),
        (b"GET / HTTP/1.1\nHost: x\n\n", "no-content-type"),
        (b"X: " + b"y" * (2 << 20), "block-too-long"),
        (b"Content-Type: command/reply\nReply-Te", "truncated-frame"),
        (b"Content-Type: api/response\nContent-Length: 9\n\n+OK", "truncated-frame"),
        (b"\xff\xfe\x00\x01: \xff\n\n", "no-content-type"),
    ],
)
def test_a_peer_that_breaks_the_framing_is_left(
    session: OutboundSession, peer: Peer, hostile: bytes, code: str
) -> None:
    def switch() -> None:
        peer.say(hostile)
        peer.half_close()

    script = playing(switch)
    assert code_of(lambda: session.connect(5)) == code
    assert not session.connected
    script.join(PATIENCE_SECONDS)


def test_an_answer_before_a_fault_is_given_and_the_fault_ends_the_session_at_once(
    session: OutboundSession, peer: Peer
) -> None:
    peer.say(api_response("good") + b"Content-Length: -1\n\n")
    assert session.api("status", 5) == "good"
    assert not session.connected
    assert session.fault is not None
    assert session.fault.code == "bad-length"


def test_an_answer_nobody_asked_for_ends_the_session(session: OutboundSession, peer: Peer) -> None:
    peer.say(DATA, reply("+OK"))
    session.connect(5)
    assert code_of(lambda: session.api("status", 5)) in ("unasked-answer", "switch-gone")


def test_a_refused_command_says_what_the_switch_said(session: OutboundSession, peer: Peer) -> None:
    refusal = reply("-ERR command not found")
    answering(peer, refusal, refusal, api_response("-ERR no such channel"))
    with pytest.raises(Unavailable, match="refused 'linger': -ERR command not found"):
        session.command("linger 10", 5)
    with pytest.raises(Unavailable, match="socket HOST:PORT full"):
        session.api("status", 5)
    assert session.api("uuid_dump x", 5) == "-ERR no such channel"


def test_a_line_break_in_a_command_never_reaches_the_switch(session: OutboundSession, peer: Peer) -> None:
    with pytest.raises(Invalid):
        session.api("status\n\napi shutdown", 5)
    peer.say(api_response("+OK"))
    assert session.api("status", 5) == "+OK"
    assert peer.command() == "api status\n"


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


def test_an_execute_ends_with_its_own_completion(session: OutboundSession, peer: Peer) -> None:
    others = event_frame({"Event-Name": "CHANNEL_EXECUTE_COMPLETE", "Application-UUID": "another's"})
    ours = event_frame({"Event-Name": "CHANNEL_EXECUTE_COMPLETE", "Application-UUID": "e-1", "X": "mine"})
    script = answering(peer, reply("+OK Events Enabled"), reply("+OK") + others + ours)
    assert session.execute("playback", "beep.wav", 5, "e-1").get("X") == "mine"
    subscribed, executed = script.get(timeout=PATIENCE_SECONDS)
    assert subscribed == "myevents\n"
    assert executed.split("\n")[:4] == [
        "sendmsg",
        "call-command: execute",
        "execute-app-name: playback",
        "Event-UUID: e-1",
    ]


def test_an_execute_that_never_ends_ends_by_its_deadline(session: OutboundSession, peer: Peer) -> None:
    answering(peer, reply("+OK"), reply("+OK"))
    assert code_of(lambda: session.execute("park", None, 0.05)) == "switch-silent"


def test_an_execute_ends_with_the_call(session: OutboundSession, peer: Peer) -> None:
    answering(peer, reply("+OK"), reply("+OK") + NOTICE)
    assert code_of(lambda: session.execute("park", None, 5)) == "switch-gone"


def test_greenswitchs_own_names_still_work(session: OutboundSession, peer: Peer) -> None:
    script = answering(peer, DATA, *[reply("+OK")] * 4, reply("+OK bye"))
    session.connect()
    assert session.answer() == "+OK"
    session.linger()
    session.hangup()
    session.park()
    session.raise_if_disconnected()
    session.stop()
    heard = script.get(timeout=PATIENCE_SECONDS)
    assert heard[2] == "linger 10\n"
    assert "execute-app-arg: NORMAL_CLEARING" in heard[3]
    assert not session.connected


def test_the_inbound_connection_signs_in_and_leaves() -> None:
    switch = Switch()
    with InboundESL("127.0.0.1", switch.port, "ClueCon") as connection:
        assert connection.api("status", 5) == "said status"
    assert switch.commands == ["auth ClueCon", "api status", "exit"]
    until(lambda: not switch.connections)
    switch.stop()


def test_a_flood_of_events_lets_others_run() -> None:
    switch = Switch()
    connection = InboundESL("127.0.0.1", switch.port, "ClueCon")
    connection.connect()
    others_turns = 0
    seen_at: list[int] = []
    connection.unclaimed = lambda event: seen_at.append(others_turns)
    switch.connections[0].say(*[event_frame({"Event-Name": "CHANNEL_ANSWER", "X": "x" * 6000})] * 100)
    pump = gevent.spawn(connection.pump)
    while len(seen_at) < 100:
        others_turns += 1
        gevent.sleep(0)
    # Eleven events to a read of 64 KiB, and one that a read before began.
    assert max(seen_at.count(turn) for turn in set(seen_at)) <= 24
    connection.stop()
    pump.join()
    switch.stop()


def test_a_wrong_password_is_reported_without_printing_it() -> None:
    switch = Switch()
    with pytest.raises(Unavailable, match="refused the password") as caught:
        InboundESL("127.0.0.1", switch.port, "s3cret").connect()
    assert caught.value.code == "auth-refused"
    assert "s3cret" not in f"{caught.value} {caught.value.facts}"
    switch.stop()


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n", "access-refused"),
        (b"SSH-2.0-OpenSSH_9.2\n\n", "no-content-type"),
        (b"Content-Type: command/reply\nReply-Text: +OK\n\n", "no-greeting"),
        (b"", "switch-silent"),
    ],
)
def test_a_peer_that_does_not_ask_for_a_password_is_left(greeting: bytes, code: str) -> None:
    switch = Switch()
    switch.greeting = greeting
    connection = InboundESL("127.0.0.1", switch.port, "ClueCon", timeout=0.2)
    assert code_of(connection.connect) == code
    assert not connection.connected
    switch.stop()


def test_no_switch_at_all_is_named_with_its_address() -> None:
    switch = Switch()
    switch.stop()
    connection = InboundESL("127.0.0.1", switch.port, "ClueCon")
    with pytest.raises(Unavailable, match=f"127.0.0.1:{switch.port}") as caught:
        connection.connect()
    assert caught.value.code == "switch-unreachable"
    assert code_of(lambda: connection.api("status", 1)) == "switch-gone"
    connection.stop()
