"""The numbers in fixtures/freeswitch/ports.xml: read them, find free ones, write them for another switch."""

import random
import re
import socket
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid, Unavailable

_SETTING = re.compile(r'cmd="set" data="(\w+)=([^"]*)"')
_TEXTS = ("event_socket_password", "log_level")
# Below Linux's ephemeral ports (32768 and up), so that no outgoing connection takes one meanwhile.
_PORTS = range(10000, 19900)
_RTP_BLOCKS = range(20000, 32000, 1000)
# Without IPv6 the last two are not there.
_TABLES = ("udp", "tcp", "udp6", "tcp6")


@dataclass(frozen=True, slots=True)
class Ports:
    """Where one switch listens, and the few other settings its copies differ in."""

    internal_port: int
    external_port: int
    trunk_port: int
    rtp_start: int
    rtp_end: int
    event_socket_port: int
    event_socket_password: str
    fsplug_port: int
    ring_seconds: int
    log_level: str


def read_ports(path: Path) -> Ports:
    """The settings of a ports.xml. Raises Invalid when one is missing or unknown."""
    try:
        found = dict(_SETTING.findall(path.read_text()))
        settings: dict[str, Any] = {name: found[name] if name in _TEXTS else int(found[name]) for name in found}
        return Ports(**settings)
    except (OSError, KeyError, TypeError, ValueError) as error:
        text = f"{path}: {error}; start from fixtures/freeswitch/ports.xml"
        raise Invalid("bad-ports", text, path=str(path)) from error


def write_ports(ports: Ports, path: Path) -> None:
    """Write a ports.xml that sets exactly these."""
    lines = (f'  <X-PRE-PROCESS cmd="set" data="{name}={value}"/>\n' for name, value in asdict(ports).items())
    path.write_text(f"<include>\n{''.join(lines)}</include>\n")


def free_ports(ring_seconds: int = 4, log_level: str = "warning") -> Ports:
    """Settings for a switch of its own: ports that nobody has now, and a short ring time."""
    internal, external, trunk, event_socket, fsplug = some_ports(5)
    rtp = _rtp_block()
    return Ports(
        internal_port=internal,
        external_port=external,
        trunk_port=trunk,
        rtp_start=rtp,
        rtp_end=rtp + 998,
        event_socket_port=event_socket,
        event_socket_password=f"test-{random.getrandbits(64):016x}",
        fsplug_port=fsplug,
        ring_seconds=ring_seconds,
        log_level=log_level,
    )


def some_ports(count: int) -> list[int]:
    """So many ports that are free for UDP and TCP alike."""
    taken = taken_ports()
    return _take([port for port in _PORTS if port not in taken], count)


def some_media_ports(count: int, besides: Collection[int]) -> list[int]:
    """So many ports for SIPp's audio; it takes the three after each as well: RTCP, video and its RTCP.

    None of them is among `besides`: ports chosen for something that does not listen yet.
    """
    taken = taken_ports().union(besides)
    return _take([port for port in _PORTS[::4] if taken.isdisjoint(range(port, port + 4))], count)


def _rtp_block() -> int:
    """The first of 1,000 ports for audio, of which no switch has taken any, nor all of them for itself."""
    taken = taken_ports()
    return _take([block for block in _RTP_BLOCKS if taken.isdisjoint(range(block, block + 1000))], 1)[0]


def reserve(ports: Ports) -> socket.socket:
    """Take the audio ports for one switch, until the socket returned is closed: an idle switch holds none of them.

    Unavailable when another has taken them.
    """
    guard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        guard.bind(("127.0.0.1", ports.rtp_end + 1))
    except OSError as error:
        guard.close()
        text = f"another switch has the audio ports {ports.rtp_start} to {ports.rtp_end}; end it, or choose others"
        raise Unavailable("ports-taken", text, rtp_start=ports.rtp_start, rtp_end=ports.rtp_end) from error
    return guard


def is_free(port: int) -> bool:
    """Whether nobody holds this port, UDP or TCP."""
    return port not in taken_ports()


def taken_ports() -> set[int]:
    """Every port of this machine that somebody holds, UDP or TCP, as Linux tells.

    To try a port by binding it is to hold it for a moment, and its owner may want it just then.
    """
    return {port for table in _TABLES for port in _local_ports(Path("/proc/net", table))}


def _local_ports(table: Path) -> Iterator[int]:
    # proc(5): after the heading, the second field is the local address, its port in hexadecimal.
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        yield int(line.split()[1].rpartition(":")[2], 16)


def _take(free: Sequence[int], count: int) -> list[int]:
    if len(free) < count:
        raise Unavailable("no-free-ports", f"found {len(free)} free ports of {count}; end some switches", wanted=count)
    return random.sample(free, count)
