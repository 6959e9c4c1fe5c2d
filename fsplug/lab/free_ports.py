"""Free ports of 127.0.0.1 for what a test starts: no two processes are given the same, nor one process soon again.

Both matter because between the choice of a port and its being taken some program has yet to start.
"""

import random
import socket
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from fsplug.errors import Unavailable

# Below Linux's ephemeral ports (32768 and up), so that no outgoing connection takes one meanwhile.
_SHARES = range(10000, 19900, 300)
# SIPp takes four for its audio: RTP, RTCP, and the same for video.
_MEDIA_PORTS = 4
# Without IPv6 the last two are not there.
_TABLES = ("udp", "tcp", "udp6", "tcp6")


def some_ports(count: int) -> list[int]:
    """So many ports that are free for UDP and TCP alike."""
    return [_share().give(1) for _ in range(count)]


def some_media_ports(count: int) -> list[int]:
    """So many ports for SIPp's audio; it takes the three after each as well."""
    return [_share().give(_MEDIA_PORTS) for _ in range(count)]


def is_free(port: int) -> bool:
    """Whether nobody holds this port, UDP or TCP."""
    return port not in taken_ports()


def taken_ports() -> set[int]:
    """Every port of this machine that somebody holds, UDP or TCP, as Linux lists them.

    To try a port by binding it is to hold it for a moment, and its owner may want it just then.
    """
    return {port for table in _TABLES for port in _local_ports(Path("/proc/net", table))}


class Share:
    """Ports that only this process gives away, one after the other, the first again after the last.

    They are its own as long as it holds the one before the first.
    """

    def __init__(self, ports: range, guard: socket.socket) -> None:
        self._ports, self._guard = ports, guard
        self._next = ports.start
        self._lock = threading.Lock()

    def give(self, count: int) -> int:
        """The first, a multiple of `count`, of so many free ones in a row. Unavailable when there are no more."""
        taken = taken_ports()
        with self._lock:
            for _ in self._ports:
                first = _aligned(self._next, count)
                if first + count > self._ports.stop:
                    first = _aligned(self._ports.start, count)
                self._next = first + count
                if taken.isdisjoint(range(first, first + count)):
                    return first
        text = f"no {count} free ports in a row from {self._ports.start} to {self._ports.stop}; end what holds them"
        raise Unavailable("no-free-ports", text, wanted=count)


@cache
def _share() -> Share:
    for start in random.sample(_SHARES, len(_SHARES)):
        guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            guard.bind(("127.0.0.1", start))
        except OSError:
            guard.close()
        else:
            return Share(range(start + 1, start + _SHARES.step), guard)
    raise Unavailable("no-free-ports", f"{len(_SHARES)} others have every port from {_SHARES.start} on; end some")


def _aligned(port: int, to: int) -> int:
    """The next multiple: RTP's port is even (RFC 3550, section 11)."""
    return port + -port % to


def _local_ports(table: Path) -> Iterator[int]:
    # proc(5): after the heading, the second field is the local address, its port in hexadecimal.
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        yield int(line.split()[1].rpartition(":")[2], 16)
