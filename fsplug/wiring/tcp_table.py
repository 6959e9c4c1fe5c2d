"""The TCP sockets of this machine, as Linux lists them in /proc/net (proc_net_tcp)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ESTABLISHED, LISTENING = "01", "0A"
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """One end of a connection, or what listens; `uid` is its user, and `inode` names it among a process's files."""

    local_port: int
    remote_port: int
    state: str
    uid: int
    inode: str


def tcp_sockets() -> Iterator[TcpSocket]:
    """Every one; none where Linux does not show them."""
    for table in _TABLES:
        try:
            rows = [line.split() for line in table.read_text(encoding="ascii").splitlines()[1:]]
        except OSError:
            continue
        yield from (TcpSocket(_port(row[1]), _port(row[2]), row[3], int(row[7]), row[9]) for row in rows)


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
