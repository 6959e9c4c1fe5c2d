"""The inbound connection signs in, reads events and leaves; who answers it wrongly is left."""

import gevent
import pytest

from fsplug.errors import Unavailable
from fsplug.esl.protocol.session import InboundESL
from tests.esl.peers import Switch, code_of, event_frame, until

pytestmark = pytest.mark.usefixtures("nothing_left_behind")


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
