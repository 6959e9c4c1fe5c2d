"""The demo's story, written once per run of the tests and copied for each test that needs it."""

import atexit
import fcntl
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from fsplug.lab.story import writing

# A folder for what the processes of one run share: scripts/lanes makes it, and removes it at the end.
SHARED = "FSPLUG_TEST_SHARED"


def story_until(now: float, folder: Path) -> Path:
    """What telling it until `now` leaves in this folder: its archive/, and the store, whose path is returned."""
    written = _written(now)
    # Audio is written once, to a new file: a link to it is as good as a copy.
    shutil.copytree(written / "archive", folder / "archive", copy_function=os.link)
    return Path(shutil.copy(written / "fsplug.db", folder / "fsplug.db"))


def _written(now: float) -> Path:
    above = _above()
    folder = above / f"story-{now}"
    with (above / "story.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            # One that could not be finished is none.
            begun = Path(tempfile.mkdtemp(prefix="story-begun-", dir=above))
            (begun / "archive").mkdir()
            writing.write(begun / "fsplug.db", begun / "archive", now)
            begun.rename(folder)
    return folder


@cache
def _above() -> Path:
    if shared := os.environ.get(SHARED):
        return Path(shared)
    folder = Path(tempfile.mkdtemp(prefix="fsplug-stories-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
