"""Ports for test switches and phones: free ones, found without holding any for a moment."""

import socket
import subprocess
import sys

import pytest

from fsplug.errors import Unavailable
from fsplug.lab import free_ports, ports
from fsplug.lab.free_ports import PortShare, is_free, some_media_ports, some_ports, taken_ports

ELSEWHERE = "from fsplug.lab.free_ports import some_ports; print(*some_ports(290)); input()"


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_a_port_that_somebody_holds_is_not_free(address: str, kind: socket.SocketKind) -> None:
    [port] = some_ports(1)
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind((address, port))
        if kind is socket.SOCK_STREAM:
            holder.listen()
        assert not is_free(port)
    assert is_free(port)


def test_to_look_at_a_port_is_not_to_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    [port] = some_ports(1)
    monkeypatch.delattr(free_ports, "socket")
    assert is_free(port) and some_ports(1) and some_media_ports(1)


def test_what_one_process_is_given_no_other_is() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as elsewhere:
        theirs = {int(word) for word in elsewhere.stdout.readline().split()}
        assert theirs and theirs.isdisjoint(some_ports(290))
        elsewhere.communicate("")


def test_a_port_is_given_again_only_after_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_ports, "taken_ports", set)
    share = PortShare(range(40_001, 40_014), socket.socket())
    given = [share.give(count) for count in (1, 1, 4, 1, 4, 1)]
    assert given == [40_001, 40_002, 40_004, 40_008, 40_004, 40_008]


def test_a_port_that_is_kept_is_never_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(free_ports, "taken_ports", set)
    share = PortShare(range(40_001, 40_004), socket.socket())
    given = [share.give(1, keeps=True), *(share.give(1) for _ in range(4))]
    assert given == [40_001, 40_002, 40_003, 40_002, 40_003]


def test_what_is_taken_is_passed_over_and_the_last_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    share = PortShare(range(40_001, 40_006), socket.socket())
    monkeypatch.setattr(free_ports, "taken_ports", lambda: {40_001, 40_004})
    assert [share.give(1), share.give(2), share.give(1)] == [40_002, 40_002, 40_005]
    with pytest.raises(Unavailable, match="no 3 free ports in a row"):
        share.give(3)


def test_a_block_that_is_chosen_or_reserved_is_not_given_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_ports()
    monkeypatch.setattr(ports, "_RTP_BLOCKS", range(first.rtp_start, first.rtp_start + 1, 500))
    with pytest.raises(Unavailable, match="end some switches"):
        ports.free_ports()
    with ports.reserve(first):
        assert first.rtp_end + 1 in taken_ports()
        with pytest.raises(Unavailable, match="end some switches"):
            ports.free_ports()
        with pytest.raises(Unavailable, match="another switch has the audio ports"):
            ports.reserve(first)
    assert ports.free_ports().rtp_start == first.rtp_start


def test_a_block_that_was_chosen_and_forgotten_is_free_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_ports()
    start = first.rtp_start
    monkeypatch.setattr(ports, "_RTP_BLOCKS", range(start, start + 1, 500))
    del first
    assert ports.free_ports().rtp_start == start
