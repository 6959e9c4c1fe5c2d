"""The programs on this machine that hold a connection to a port, as Linux's /proc tells."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PROC = Path("/proc")
_ESTABLISHED = "01"


def connected(port: int) -> list[str]:
    """Their names with their process ids, sorted; those that this user may not look into are left out."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    return sorted(_holders(sockets)) if sockets else []


def _inodes(port: int) -> Iterator[str]:
    for table in ("net/tcp", "net/tcp6"):
        try:
            rows = (_PROC / table).read_text().splitlines()[1:]
        except OSError:
            continue
        for row in rows:
            fields = row.split()
            if fields[3] == _ESTABLISHED and int(fields[2].rpartition(":")[2], 16) == port:
                yield fields[9]


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
