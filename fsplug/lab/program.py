"""Which fsplug the lab runs: the one beside its own Python, else the one on the path."""

import shutil
import sys
from pathlib import Path

from fsplug.errors import Unavailable


def fsplug_program() -> list[str]:
    """The words that begin its command line. Unavailable if fsplug is not installed."""
    beside = Path(sys.executable).parent / "fsplug"
    program = str(beside) if beside.exists() else shutil.which("fsplug")
    if program is None:
        raise Unavailable("no-fsplug", "fsplug is not installed here; run this with the Python that has it")
    return [program]
