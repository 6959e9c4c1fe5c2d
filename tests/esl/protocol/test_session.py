"""The outbound session against a scripted switch."""

import time

import gevent
import pytest
from gevent import monkey

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol.exchange import RECEIVE_BYTES
from fsplug.esl.protocol.session import OutboundSession
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import (
    CHANNEL,
    LINGER_NOTICE,
    NOTICE,
    Peer,
    api_response,
    code_of,
    event_frame,
    live_greenlets,
    reply,
)
from tests.esl.protocol.scripted import DATA, answering, playing

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


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
