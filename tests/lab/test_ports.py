"""Ports for test switches and phones: free ones, found without holding any for a moment."""

import socket

import pytest

from fsplug.errors import Unavailable
from fsplug.lab import ports
from fsplug.lab.ports import is_free, reserve, some_media_ports, some_ports


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
    monkeypatch.delattr(ports, "socket")
    [port] = some_ports(1)
    assert is_free(port) and some_media_ports(1, besides=[port])


def test_media_ports_are_apart_from_ports_chosen_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "taken_ports", set)
    monkeypatch.setattr(ports, "_PORTS", range(10_000, 10_012))
    assert sorted(some_media_ports(1, besides=[10_001, 10_011])) == [10_004]
    with pytest.raises(Unavailable, match="found 1 free ports of 2"):
        some_media_ports(2, besides=[10_001, 10_011])


def test_a_block_that_a_switch_has_reserved_is_not_given_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_ports()
    monkeypatch.setattr(ports, "_RTP_BLOCKS", range(first.rtp_start, first.rtp_start + 1, 1_000))
    with reserve(first), pytest.raises(Unavailable, match="free ports"):
        ports.free_ports()
