"""The programs on this machine that hold a connection to a port, as Linux's /proc tells."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fsplug.wiring.tcp_table import ESTABLISHED, tcp_sockets

_PROC = Path("/proc")


def connected(port: int) -> list[str]:
    """Their names with their process ids, sorted; those that this user may not look into are left out."""
    its = (one for one in tcp_sockets(ESTABLISHED) if one.remote_port == port)
    sockets = {f"socket:[{one.inode}]" for one in its}
    return sorted(_holders(sockets)) if sockets else []


def _holders(sockets: set[str]) -> Iterator[str]:
    for process in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            if any(_is_one(held, sockets) for held in (process / "fd").iterdir()):
                yield f"{(process / 'comm').read_text().strip()} ({process.name})"


def _is_one(held: Path, sockets: set[str]) -> bool:
    try:
        return str(held.readlink()) in sockets
    except OSError:
        return False
