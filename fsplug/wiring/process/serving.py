"""Whether an `fsplug serve` runs on a data folder, found out from outside without disturbing the server."""

from pathlib import Path

_LOCKS = Path("/proc/locks")


def is_served(lock_file: Path) -> bool | None:
    """Whether some process holds the lock; None when the system does not show it.

    The kernel's list is read, because trying the lock would take it for a moment from a server that is about to start.
    """
    try:
        inode = lock_file.stat().st_ino
        held = _LOCKS.read_text(encoding="ascii")
    except FileNotFoundError as error:
        return None if error.filename == str(_LOCKS) else False
    except (OSError, UnicodeDecodeError):
        return None
    # 12: FLOCK  ADVISORY  WRITE 3013 fe:00:2179233 0 EOF (proc_locks(5))
    fields = (line.split() for line in held.splitlines())
    return any(len(one) > 5 and one[1] == "FLOCK" and one[5].endswith(f":{inode}") for one in fields)
