"""A lock that lets one process run at a time."""

import fcntl
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid


def locked(data: Path, lock_file: Path, what: str) -> Any:
    """Hold a lock file in the data folder for this process alone, until it is closed; Invalid("already-serving")."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = lock_file.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        text = f"another {what} serves {data}; stop it, or name another data folder with --data"
        raise Invalid("already-serving", text, data=str(data)) from None
    return lock
