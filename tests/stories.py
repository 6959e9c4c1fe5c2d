"""The demo's story, written once per test process and copied for each test that needs it."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from fsplug.lab.story import writing


def story_until(now: float, folder: Path) -> Path:
    """What telling it until `now` leaves in this folder: its archive/, and the store, whose path is returned."""
    written = _written(now)
    # Audio is written once, to a new file: a link to it is as good as a copy.
    shutil.copytree(written / "archive", folder / "archive", copy_function=os.link)
    return Path(shutil.copy(written / "fsplug.db", folder / "fsplug.db"))


@cache
def _written(now: float) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="fsplug-story-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "archive").mkdir()
    writing.write(folder / "fsplug.db", folder / "archive", now)
    return folder
