"""Each fault found in greenswitch 0.0.19, mended here."""

import logging
import time
from typing import Any

import gevent
import pytest
from gevent import socket
from greenswitch import esl as greenswitch

from fsplug.errors import FsplugError, Invalid, Unavailable
from fsplug.esl.protocol.server import Server
from fsplug.esl.protocol.session import InboundESL, OutboundSession
from fsplug.esl.protocol.wire import Event
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import CHANNEL, Peer, api_response, event_frame, pair, plain_event, reply, until

pytestmark = pytest.mark.usefixtures("nothing_left_behind")

# A forged header would stand before the true one.
CHANNEL_BUT_NAME = {name: value for name, value in CHANNEL.items() if name != "Caller-Caller-ID-Name"}


def code_of(greenlet: Any) -> str:
    with pytest.raises(Unavailable) as caught:
        greenlet.get(timeout=PATIENCE_SECONDS)
    return caught.value.code


def hold(session: OutboundSession) -> None:
    session.connect(60)


def test_the_sessions_are_greenswitchs() -> None:
    assert issubclass(OutboundSession, greenswitch.OutboundSession)
    assert issubclass(InboundESL, greenswitch.InboundESL)


@pytest.mark.parametrize(
    "separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\n", "\r\n"]
)
def test_a_caller_cannot_forge_channel_data(separator: str) -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    name = f"Bob{separator}variable_domain_name: beta.example{separator}Unique-ID: forged"
    peer.say(plain_event({"Caller-Caller-ID-Name": name} | CHANNEL_BUT_NAME))
    channel = session.connect(5)
    assert channel.get("Caller-Caller-ID-Name") == name
    assert channel.variable("domain_name") == "acme.example"
    assert session.uuid == "a-leg"
    assert channel.headers()["variable_domain_name"] == "acme.example"
    session.close()
    peer.close()


def test_a_peer_that_half_closes_inside_a_body_does_not_spin() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    peer.say(b"Content-Type: api/response\nContent-Length: 100\n\nhalf")
    peer.half_close()
    began_at = time.process_time()
    assert code_of(gevent.spawn(session.api, "status", 5)) == "truncated-frame"
    assert time.process_time() - began_at < 1
    peer.close()


def test_a_drop_without_a_notice_fails_everyone_who_waits() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    waiting = [gevent.spawn(session.api, "status", 60), gevent.spawn(session.execute, "park", None, 60)]
    peer.command()
    peer.command()
    peer.close()
    assert [code_of(greenlet) for greenlet in waiting] == ["switch-gone"] * 2


def test_a_drop_without_a_notice_gives_the_calls_place_back() -> None:
    server = Server("127.0.0.1", 0, hold, limit=1)
    server.start()
    for _ in range(3):
        peer = Peer(socket.create_connection(server.address))
        assert peer.command() == "connect\n"
        peer.close()
        until(lambda: server.active == 0)
    assert server.let_through == 0
    server.stop()


def test_every_command_has_a_deadline() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    acts = [
        lambda: session.connect(0.02),
        lambda: session.api("status", 0.02),
        lambda: session.command("linger 5", 0.02),
        lambda: session.execute("answer", None, 0.02),
        lambda: session.call_command("playback", "x", block=True, response_timeout=0.02),
        lambda: session.call_command("answer", response_timeout=0.02),
    ]
    assert [code_of(gevent.spawn(act)) for act in acts] == ["switch-silent"] * len(acts)
    session.exit(0.02)
    peer.close()


def test_a_command_the_switch_does_not_read_has_a_deadline_too() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    assert code_of(gevent.spawn(session.api, "x" * (32 << 20), 0.1)) == "switch-silent"
    assert not session.connected
    peer.close()


def test_a_command_larger_than_the_sockets_buffer_is_sent_whole() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    argument = "x" * (8 << 20)
    asking = gevent.spawn(session.api, argument, 20)
    assert peer.command() == f"api {argument}\n"
    peer.say(api_response("+OK"))
    assert asking.get(timeout=PATIENCE_SECONDS) == "+OK"
    session.close()
    peer.close()


def test_two_executes_of_one_application_each_wait_for_their_own_end() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    first = gevent.spawn(session.execute, "playback", "one", 5, "id-1")
    assert peer.command() == "myevents\n"
    peer.say(reply("+OK"))
    peer.command()
    peer.say(reply("+OK"))
    second = gevent.spawn(session.execute, "playback", "two", 5, "id-2")
    peer.command()
    completion = {"Event-Name": "CHANNEL_EXECUTE_COMPLETE", "variable_current_application": "playback"}
    peer.say(reply("+OK"), event_frame(completion | {"Application-UUID": "id-2"}))
    assert second.get(timeout=PATIENCE_SECONDS).get("Application-UUID") == "id-2"
    assert not first.ready()
    peer.say(event_frame(completion | {"Application-UUID": "id-1"}))
    assert first.get(timeout=PATIENCE_SECONDS).get("Application-UUID") == "id-1"
    session.close()
    peer.close()


def test_nothing_waits_for_an_application_by_its_name() -> None:
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    with pytest.raises(Invalid, match="use execute"):
        session.say(text="5")
    with pytest.raises(Invalid, match="subscribe the link"):
        session.register_handle("CHANNEL_ANSWER", print)
    session.close()
    peer.close()


def test_a_call_is_taken_up_without_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    server, sleep, pauses = Server("127.0.0.1", 0, hold, limit=50), gevent.sleep, []

    def noted_sleep(seconds: float = 0.0, ref: bool = True) -> None:
        pauses.append(seconds)
        sleep(seconds, ref)

    server.start()
    # greenswitch looks every 100 ms, and a call waits 62 ms in the median.
    monkeypatch.setattr(gevent, "sleep", noted_sleep)
    for _ in range(5):
        peer = Peer(socket.create_connection(server.address))
        peer.command()
        peer.close()
    server.stop()
    assert not any(pauses)


def test_over_the_limit_nothing_is_said_and_nothing_waited_for() -> None:
    server = Server("127.0.0.1", 0, hold, limit=0)
    server.start()
    peer = Peer(socket.create_connection(server.address))
    assert peer.command() == ""
    peer.close()
    server.stop()


def test_a_taken_port_ends_no_process() -> None:
    server = Server("127.0.0.1", 0, lambda session: None, limit=1)
    server.start()
    with pytest.raises(FsplugError, match="is taken"):
        Server(*server.address, lambda session: None, limit=1).start()
    server.stop()


def test_nothing_is_logged_to_the_root_logger(caplog: pytest.LogCaptureFixture) -> None:
    def fail(session: OutboundSession) -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.DEBUG):
        server = Server("127.0.0.1", 0, fail, limit=1)
        server.start()
        peer = Peer(socket.create_connection(server.address))
        assert peer.command() == ""
        peer.close()
        server.stop()
    assert not caplog.records


def test_an_events_own_body_is_not_its_headers() -> None:
    received: list[Event] = []
    sock, peer = pair()
    session = OutboundSession(("127.0.0.1", 5), sock)
    session.unclaimed = received.append
    job = event_frame({"Event-Name": "BACKGROUND_JOB", "Job-UUID": "7"}, b"Event-Name: CHANNEL_HANGUP\nJob-UUID: 8\n\n")
    peer.say(job + api_response("+OK"))
    session.api("status", 5)
    (event,) = received
    assert (event.name, event.get("Job-UUID")) == ("BACKGROUND_JOB", "7")
    assert event.body == b"Event-Name: CHANNEL_HANGUP\nJob-UUID: 8\n\n"
    session.close()
    peer.close()
