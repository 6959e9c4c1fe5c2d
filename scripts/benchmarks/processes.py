"""Processes as proc(5) shows them: CPU and memory; also starts processes that end with the bench."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from fsplug.errors import FsplugError, Unavailable
from fsplug.lab.ending import die_with_parent
from fsplug.lab.free_ports import is_free
from fsplug.lab.freeswitch import wait_for

START_SECONDS = 60.0
STOP_SECONDS = 30.0
# A service with nothing to do uses less than this share of a processor. On a busy machine its processes start slowly.
_IDLE_SECONDS, _IDLE_SHARE = 1.0, 0.03
# A process has used more than this once it has begun to load.
_SPARE_PROCESS, _LOADED_SECONDS = "fsplug-spare", 0.1
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
SOURCES = Path(__file__).resolve().parents[2]
# These sources, whichever fsplug is installed; compiled once, as an installed fsplug's are, and not at each start.
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{SOURCES}:{SOURCES / 'scripts'}", "PYTHONDONTWRITEBYTECODE": ""}


def cpu_seconds(pid: int) -> float:
    """The CPU that this process and its living children have used, user and system, in all threads."""
    return sum(_own_cpu_seconds(one) for one in _family(pid))


def resident_bytes(pid: int) -> int:
    """The memory that this process and its living children share with no other process (RSS less shared pages)."""
    return sum(_own_resident_bytes(one) for one in _family(pid))


def proportional_bytes(pid: int) -> int:
    """The memory of this process and its living children; a shared page counts in part (PSS, proc(5))."""
    return sum(_own_proportional_bytes(one) for one in _family(pid))


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs until the `with` ends; its output goes to `log`."""
    with log.open("ab") as lines:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=lines,
            stderr=lines,
            cwd=cwd,
            env={**ENVIRONMENT, **(environment or {})},
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
    try:
        yield process
    finally:
        end(process)


@contextmanager
def python(
    module: str, *arguments: str, log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m module` with this interpreter."""
    with running([sys.executable, "-m", module, *arguments], log) as process:
        yield process


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM; then SIGKILL if the process does not end."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


def wait_until_bound(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return once the process has bound its port, TCP or UDP. Otherwise Unavailable, with the end of its log."""

    def is_bound() -> bool:
        if process.poll() is not None:
            said = log.read_text(errors="replace")[-500:]
            raise Unavailable("bench-process-ended", f"{process.args!r} ended with {process.returncode}: {said}")
        return not is_free(port)

    wait_for(is_bound, f"port {port} (see {log})", START_SECONDS)


def wait_until_idle(pid: int, share: float = _IDLE_SHARE) -> None:
    """Return when this process and its living children have used no more than this share of a core for a second.

    What was only just started is imported and connected by then.
    """

    def is_idle() -> bool:
        # `wait_for` looks ever more rarely: what was used between two looks would say nothing of a second.
        before = cpu_seconds(pid)
        time.sleep(_IDLE_SECONDS)
        return cpu_seconds(pid) - before <= share * _IDLE_SECONDS

    wait_for(is_idle, f"process {pid} to have nothing to do", START_SECONDS)


def wait_for_spare(pid: int) -> None:
    """Return when the process that waits to take over from fsplug's server has loaded everything."""

    def is_waiting() -> bool:
        try:
            spare = child_named(pid, _SPARE_PROCESS)
            used = cpu_seconds(spare)
            time.sleep(_IDLE_SECONDS)
            return used > _LOADED_SECONDS and cpu_seconds(spare) == used
        except (FsplugError, OSError):
            return False

    wait_for(is_waiting, "a spare process", START_SECONDS)


def child_named(pid: int, name: str) -> int:
    """The child of this process with this name (comm, proc(5)). Unavailable if there is none."""
    for child in _children(pid):
        if Path(f"/proc/{child}/comm").read_text().strip() == name:
            return child
    raise Unavailable("no-such-child", f"process {pid} has no child {name}", pid=pid)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _family(pid: int) -> list[int]:
    return [pid, *(one for child in _children(pid) for one in _family(child))]


def _own_cpu_seconds(pid: int) -> float:
    # The name in brackets may hold spaces; utime and stime are fields 14 and 15.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _own_proportional_bytes(pid: int) -> int:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    [kilobytes] = [int(line.split()[1]) for line in rollup if line.startswith("Pss:")]
    return kilobytes * 1024


def _own_resident_bytes(pid: int) -> int:
    _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(resident) - int(shared)) * _PAGE_BYTES
