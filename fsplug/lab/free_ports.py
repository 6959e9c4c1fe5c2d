"""Free ports of 127.0.0.1 for what a test starts.

No two processes are given the same port, and no port is given again soon: some time passes between choosing a port and
the moment when a program takes it.
"""

import random
import socket
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fsplug.errors import Unavailable

# Below Linux's ephemeral ports (32768 and up), so that no outgoing connection takes one first.
_SHARES = range(10000, 19900, 300)
# SIPp takes four for its audio: RTP, RTCP, and the same for video.
_MEDIA_PORTS = 4
# The last two do not exist without IPv6.
_TABLES = ("udp", "tcp", "udp6", "tcp6")


def some_ports(count: int) -> list[int]:
    """This many ports that are free for both UDP and TCP."""
    return [_share().give(1) for _ in range(count)]


def ports_to_keep(count: int) -> list[int]:
    """The same for what is not always there: this process gives these ports to nobody else."""
    return [_share().give(1, keeps=True) for _ in range(count)]


def some_media_ports(count: int) -> list[int]:
    """This many ports for SIPp's audio; SIPp takes the three ports after each of them as well."""
    return [_share().give(_MEDIA_PORTS) for _ in range(count)]


def is_free(port: int) -> bool:
    """Whether no process holds this port, by UDP or TCP."""
    return port not in taken_ports()


def taken_ports() -> set[int]:
    """Every port of this machine that is in use, by UDP or TCP, as Linux lists them.

    Testing a port by binding it would hold the port for a moment, just when its owner may want it.
    """
    return {port for table in _TABLES for port in _local_ports(Path("/proc/net", table))}


class PortShare:
    """Ports that only this process gives out, in turn, beginning again after the last; those that are kept, only once.

    They belong to this process for as long as it holds the port before the first one.
    """

    def __init__(self, ports: range, guard: socket.socket) -> None:
        self._ports, self._guard = ports, guard
        self._next = ports.start
        self._kept: set[int] = set()
        self._lock = threading.Lock()

    def give(self, count: int, keeps: bool = False) -> int:
        """The first of `count` free ports in a row; a multiple of `count`. Unavailable when none are left."""
        with self._lock:
            taken = taken_ports() | self._kept
            for _ in self._ports:
                first = _aligned(self._next, count)
                if first + count > self._ports.stop:
                    first = _aligned(self._ports.start, count)
                self._next = first + count
                if taken.isdisjoint(range(first, first + count)):
                    self._kept.update(range(first, first + count) if keeps else ())
                    return first
        text = f"no {count} free ports in a row from {self._ports.start} to {self._ports.stop}; end what holds them"
        raise Unavailable("no-free-ports", text, wanted=count)


@cache
def _share() -> PortShare:
    for start in random.sample(_SHARES, len(_SHARES)):
        guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            guard.bind(("127.0.0.1", start))
        except OSError:
            guard.close()
        else:
            return PortShare(range(start + 1, start + _SHARES.step), guard)
    raise Unavailable("no-free-ports", f"{len(_SHARES)} others have every port from {_SHARES.start} on; end some")


def _aligned(port: int, to: int) -> int:
    """The next multiple: RTP uses an even port (RFC 3550, section 11)."""
    return port + -port % to


def _local_ports(table: Path) -> Iterator[int]:
    # proc(5): after the heading, the second field is the local address, its port in hexadecimal.
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        yield int(line.split()[1].rpartition(":")[2], 16)
