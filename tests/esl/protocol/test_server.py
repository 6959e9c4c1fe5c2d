"""The server of the outbound socket, called by scripted switches."""

import errno
import os
import resource
import socket as stdlib_socket
from collections.abc import Callable, Iterator
from typing import Any

import gevent
import gevent.event
import pytest
from gevent import socket

from fsplug.errors import Unavailable
from fsplug.esl.protocol.server import FEW_CALLS, LATE_SECONDS, Server
from fsplug.esl.protocol.session import OutboundSession
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from tests.esl.peers import CHANNEL, Peer, plain_event, reply, until

pytestmark = pytest.mark.usefixtures("nothing_left_behind")

Handler = Callable[[OutboundSession], None]


@pytest.fixture
def serving() -> Iterator[Callable[..., Server]]:
    servers: list[Server] = []

    def serve(handle: Handler, limit: int = 100, **more: Any) -> Server:
        server = Server("127.0.0.1", 0, handle, limit, **more)
        server.start()
        servers.append(server)
        return server

    yield serve
    for server in servers:
        server.stop()


@pytest.fixture
def calling() -> Iterator[Callable[[Server], Peer]]:
    peers: list[Peer] = []

    def call(server: Server) -> Peer:
        peers.append(Peer(socket.create_connection(server.address)))
        return peers[-1]

    yield call
    for peer in peers:
        peer.close()


def arm(session: OutboundSession) -> None:
    session.connect(5)
    session.exit()


def hold(session: OutboundSession) -> None:
    session.connect(30)


def is_let_through(peer: Peer) -> bool:
    """Whether our side closed without a word."""
    with gevent.Timeout(5):
        try:
            return bool(peer.sock.recv(1) == b"")
        except ConnectionResetError:
            return True


def test_a_call_is_handled_and_let_go(serving: Any, calling: Any) -> None:
    server = serving(arm)
    peer = calling(server)
    assert peer.command() == "connect\n"
    assert server.active == 1
    peer.say(plain_event(CHANNEL))
    assert peer.command() == "exit\n"
    peer.say(reply("+OK bye"))
    assert peer.command() == ""
    until(lambda: server.active == 0)
    assert server.let_through == 0


def test_beyond_the_limit_a_call_is_let_through_at_once_and_counted(serving: Any, calling: Any) -> None:
    server = serving(hold, limit=2)
    held = [calling(server) for _ in range(2)]
    assert [peer.command() for peer in held] == ["connect\n"] * 2
    over = [calling(server) for _ in range(20)]
    assert all(is_let_through(peer) for peer in over)
    assert (server.active, server.let_through) == (2, 20)
    held[0].close()
    until(lambda: server.active == 1)
    assert calling(server).command() == "connect\n"


def test_a_call_that_would_wait_too_long_is_let_through_at_once_and_counted(serving: Any, calling: Any) -> None:
    now = 100.0
    server = serving(hold, clock=lambda: now)
    asking = [calling(server) for _ in range(FEW_CALLS)]
    for peer in asking:
        assert peer.command() == "connect\n"
    now += LATE_SECONDS
    asking.append(calling(server))
    assert asking[-1].command() == "connect\n"
    now += 0.1
    assert calling(server).command() == ""
    assert (server.active, server.let_through) == (FEW_CALLS + 1, 1)
    # Once the calls before it have their answers, a call is taken again.
    for peer in asking[: FEW_CALLS // 2]:
        peer.close()
    until(lambda: server.active <= FEW_CALLS // 2 + 1)
    assert calling(server).command() == "connect\n"


def test_ten_times_the_limit_at_once_is_served_up_to_the_limit(serving: Any, calling: Any) -> None:
    server = serving(hold, limit=20)
    peers = [calling(server) for _ in range(200)]
    until(lambda: server.let_through == 180)
    assert server.active == 20
    heard = [peer for peer in peers if peer.command() == "connect\n"]
    assert len(heard) == 20


@pytest.mark.parametrize("error", [RuntimeError("broken"), Unavailable("switch-gone", "gone")])
def test_a_handler_that_fails_lets_its_call_go_on_and_the_next_one_in(
    serving: Any, calling: Any, error: Exception
) -> None:
    def fail(session: OutboundSession) -> None:
        raise error

    server = serving(fail)
    for _ in range(3):
        assert is_let_through(calling(server))
    until(lambda: server.active == 0)


def test_a_caller_that_vanishes_gives_its_place_back(serving: Any, calling: Any) -> None:
    server = serving(hold, limit=1)
    for _ in range(5):
        peer = calling(server)
        assert peer.command() == "connect\n"
        peer.close()
        until(lambda: server.active == 0)


def test_draining_waits_for_calls_in_hand_and_takes_no_more(serving: Any, calling: Any) -> None:
    may_end = gevent.event.Event()
    server = serving(lambda session: may_end.wait())
    address = server.address
    calling(server)
    until(lambda: server.active == 1)
    draining = gevent.spawn(server.drain, 10)
    gevent.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert not draining.ready()
    may_end.set()
    assert draining.get(timeout=PATIENCE_SECONDS) is True


def test_draining_ends_by_its_deadline(serving: Any, calling: Any) -> None:
    server = serving(hold)
    peer = calling(server)
    assert peer.command() == "connect\n"
    assert server.drain(0.02) is False
    server.stop()
    assert server.active == 0
    assert is_let_through(peer)


def test_draining_with_nothing_in_hand_is_done_at_once(serving: Any) -> None:
    assert serving(arm).drain(0) is True


def test_it_can_be_stopped_twice_and_started_again_on_its_port(serving: Any, calling: Any) -> None:
    server = serving(arm)
    port = server.address[1]
    server.stop()
    server.stop()
    server.start()
    assert server.address[1] == port
    assert calling(server).command() == "connect\n"


def test_a_taken_port_is_named_with_what_to_do(serving: Any) -> None:
    taken = serving(arm)
    host, port = taken.address
    second = Server(host, port, arm, limit=1)
    with pytest.raises(Unavailable, match=f"port {port} on {host} is taken; stop what holds it") as caught:
        second.start()
    assert caught.value.code == "port-taken"
    assert caught.value.facts["port"] == port
    second.stop()


def test_an_address_of_another_machine_is_named() -> None:
    with pytest.raises(Unavailable, match=r"192\.0\.2\.1:8084") as caught:
        Server("192.0.2.1", 8084, arm, limit=1).start()
    assert caught.value.code == "cannot-listen"


def test_out_of_file_descriptors_a_call_is_let_through_and_the_next_is_served(serving: Any, calling: Any) -> None:
    server = serving(arm)
    callers = [stdlib_socket.socket() for _ in range(3)]
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    hoard = _take_all_file_descriptors(limits[1])
    try:
        for caller in callers:
            caller.connect(server.address)
        assert all(is_let_through(Peer(caller)) for caller in callers)
        assert server.let_through == 3
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        for descriptor in hoard:
            os.close(descriptor)
        for caller in callers:
            caller.close()
    assert calling(server).command() == "connect\n"


def _take_all_file_descriptors(hard_limit: int) -> list[int]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 64, hard_limit))
    hoard = []
    try:
        while True:
            hoard.append(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        assert error.errno == errno.EMFILE
    return hoard
