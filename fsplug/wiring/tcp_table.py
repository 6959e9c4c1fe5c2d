"""The TCP sockets of this machine, as Linux lists them in /proc/net (proc_net_tcp)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ESTABLISHED, LISTENING = "01", "0A"
# What a line of the tables has; more follows, which differs from kernel to kernel.
_COLUMNS = ("number", "local", "remote", "state", "queues", "timer", "retransmits", "uid", "timeout", "inode")
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


@dataclass(frozen=True, slots=True)
class TcpSocket:
    """One end of a connection, or what listens; `uid` is its user, and `inode` names it among a process's files."""

    local_port: int
    remote_port: int
    uid: int
    inode: str


def tcp_sockets(state: str) -> Iterator[TcpSocket]:
    """Every one in this state; none where Linux does not show them.

    A busy machine has thousands of others, above all those that wait after their end (TIME_WAIT).
    """
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        rows = (dict(zip(_COLUMNS, line.split(), strict=False)) for line in lines if f" {state} " in line)
        yield from map(_socket, (row for row in rows if row["state"] == state))


def _socket(row: Mapping[str, str]) -> TcpSocket:
    return TcpSocket(_port(row["local"]), _port(row["remote"]), int(row["uid"]), row["inode"])


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
