"""The machine that a figure was measured on, in one sentence."""

import os
import platform
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from fsplug.lab.freeswitch import find_freeswitch

_VERSION = re.compile(r"FreeSWITCH version: (\S+?)[-~+ ]")


def sentence() -> str:
    """The date, cores, processor, kernel and versions, and how busy the machine is otherwise."""
    day = datetime.now(UTC).date().isoformat()
    system = f"{os.cpu_count()} cores of {_processor()}, {platform.system()} {platform.release()}"
    return (
        f"Measured on {day}: {system}, Python {platform.python_version()}, {freeswitch_version() or 'no FreeSWITCH'}; "
        f"load {os.getloadavg()[0]:.1f} before it began."
    )


def freeswitch_version() -> str | None:
    """`FreeSWITCH 1.11.1`; None if FreeSWITCH is not installed."""
    program = find_freeswitch()
    if program is None:
        return None
    answer = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=10, check=False).stdout
    found = _VERSION.search(answer + " ")
    return f"FreeSWITCH {found[1] if found else 'of unknown version'}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
