"""Whether the policy by which the switch arms calls is sure to be the store's: a text beside it in the same folder.

The text is written only while nobody on this machine changes configuration, and removed before a change is committed.
A process that dies in between leaves no text, and without it the switch arms nothing. A change made on another
machine that shares the store can't remove it: there the text counts for a limited time only.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.policy.recording.away import CHECK, AwayCheck, away_check, away_check_text

# Below the switch's configuration folder.
FOLDER = "fsplug/away"
# The text's time is brought up to date so often. It need not be exact: it is measured in minutes.
AGAIN_SECONDS = 10.0
_LOCK_SECONDS = 5.0
_RETRY_SECONDS = 0.005
_MODE = 0o640


def confirm(folder: Path, versions: Callable[[], Mapping[str, int] | None], now: float, good_seconds: int) -> None:
    """Write that the policies in this folder were the store's at `now`, epoch seconds. Unavailable if it can't be.

    `versions` reads from the store the version of each company that has a policy here; None if the store is away. While
    somebody changes configuration nothing is written; call it again.
    """
    with suppress(BlockingIOError, FileNotFoundError), _alone(folder):
        known = versions()
        if known is None:
            return
        path = folder / CHECK
        try:
            if not known:
                path.unlink(missing_ok=True)
            elif not is_fresh(folder, known, now):
                _write(path, away_check_text(AwayCheck(now, good_seconds, known)))
        except OSError as error:
            raise _unwritable(path, error) from error


def is_fresh(folder: Path, versions: Mapping[str, int], now: float) -> bool:
    """Whether the text here says just that, and lately; with no versions, whether there is none."""
    there = checked(folder)
    if there is None:
        return not versions
    return there.versions == versions and 0 <= now - there.at < AGAIN_SECONDS


def changing(conf: str, domain: str) -> Callable[[], None]:
    """A change of this company is about to be committed: until `confirm`, the switch arms no call by what it has.

    `conf` is the switch's configuration folder; empty if there is none here.
    Call what it returns once the change is committed, or given up. Unavailable if the switch can't be kept from arming
    calls by what will be outdated; the change must not be made then.
    """
    folder = Path(conf) / FOLDER
    try:
        descriptor = _taken(folder) if conf else None
    except FileNotFoundError:
        descriptor = None
    except OSError as error:
        raise _unwritable(folder, error) from error
    if descriptor is None:
        return _nothing
    path = folder / CHECK
    try:
        before = checked(folder)
        if before is None or domain in before.versions:
            with suppress(FileNotFoundError):
                path.unlink()
                os.fsync(descriptor)
    except OSError as error:
        _let_go(descriptor)
        raise _unwritable(path, error) from error
    return lambda: _let_go(descriptor)


def checked(folder: Path) -> AwayCheck | None:
    """What was last written here; None if nothing was, or nothing that can be read."""
    try:
        return away_check((folder / CHECK).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _nothing() -> None:
    """No switch arms calls by this folder."""


def _taken(folder: Path) -> int:
    """The folder's descriptor, with a lock that others who change configuration may hold, too."""
    give_up_at = time.monotonic() + _LOCK_SECONDS
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            # Whoever confirms holds it for milliseconds.
            if time.monotonic() > give_up_at:
                os.close(descriptor)
                raise
        time.sleep(_RETRY_SECONDS)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While nobody changes configuration; BlockingIOError if somebody does, FileNotFoundError without the folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        _let_go(descriptor)


def _let_go(descriptor: int) -> None:
    # gevent closes a descriptor only when its loop goes on: the lock must not stay so long.
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "w", encoding="ascii") as file:
        file.write(text)
    part.replace(path)


def _unwritable(path: Path, error: OSError) -> Unavailable:
    text = f"{path} can't be written: {error.strerror}; the switch would arm calls by an earlier policy"
    return Unavailable("folder-unwritable", text, path=str(path))
