"""Programs that write until they are killed, and whether what they leave is sound and whole."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.db.database import Store

DEADLINE_SECONDS = PATIENCE_SECONDS


def assert_sound(store: Store) -> None:
    if store.dialect == "sqlite":
        assert store.rows("PRAGMA integrity_check") == [("ok",)]


@contextmanager
def child_at_work(way: str, url: str, name: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.children", way, url, name]
    root = Path(__file__).parents[3]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as child:
        try:
            yield child
        finally:
            child.kill()


def reported_safe_until_killed(child: subprocess.Popen[str], count: int) -> list[str]:
    """The names it printed: killed after `count` of them, wherever it is by then, and read to the end."""
    assert child.stdout is not None
    safe = [child.stdout.readline().strip() for _ in range(count)]
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read()
    safe += [line for line in rest.split("\n")[:-1] if line]
    assert child.wait(DEADLINE_SECONDS) == -signal.SIGKILL
    return safe


def sealed_calls(store: Store) -> set[str]:
    found = store.rows("SELECT c.id, r.state, c.ended_at FROM call c JOIN recording r ON r.call = c.id")
    # A batch is one transaction: a call is there from its first entry to its last.
    assert {row[1:] for row in found} <= {("sealed", 109.0)}
    return {call for call, *_ in found}
