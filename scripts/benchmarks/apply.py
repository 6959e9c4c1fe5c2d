"""How long `fsplug apply` takes for a large company, again with nothing to change, and for one ticked box."""

import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import crowd
from benchmarks.figures import Figure, Target, number
from benchmarks.processes import ENVIRONMENT
from benchmarks.setting import Setting
from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Unavailable
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store

FIRST = Target("`fsplug apply` of 10,000 users", 60, "s")
SECOND = Target("the same a second time", 10, "s")
TICKED = Target("one box ticked in that company, inside the transaction, median", 10, "ms")
TARGETS = (FIRST, SECOND, TICKED)
USERS = 10_000


def measure(setting: Setting) -> Iterator[Figure]:
    """The command as an operator runs it, on a new data folder."""
    with TemporaryDirectory(prefix="fsplug-bench-") as name:
        folder = Path(name)
        (folder / "acme.toml").write_text(toml(crowd.document(USERS)), encoding="utf-8")
        seconds(setting, folder, "init")
        yield FIRST.judged(seconds(setting, folder, "apply", str(folder / "acme.toml")), f"{USERS:,} phones")
        yield SECOND.judged(seconds(setting, folder, "apply", str(folder / "acme.toml")))
        ticks = [1_000 * one for one in _ticks(folder / "fsplug.db", setting.rounds(full=200, quick=50))]
        beside = f"{len(ticks)} users, one after the other; slowest {number(max(ticks))} ms"
        yield TICKED.judged(statistics.median(ticks), beside)


class _TimedStore(Store):
    """Keeps the length in seconds of each outermost write transaction."""

    lasted: list[float]

    @contextmanager
    def atomic(self) -> Iterator[None]:
        is_outermost = not self.in_transaction
        with super().atomic():
            begun = time.perf_counter()
            yield
        if is_outermost:
            self.lasted.append(time.perf_counter() - begun)


def _ticks(database: Path, count: int) -> list[float]:
    """The length in seconds of each transaction that turns one user's recording on or off."""
    store = _TimedStore(database)
    store.lasted = []
    store.connect()
    for username in map(crowd.extension, range(count)):
        edit(store, crowd.DOMAIN, "bench", partial(_turn, username))
    store.close()
    return store.lasted


def _turn(username: str, draft: Draft) -> None:
    user = draft.entry("user", username)
    draft.put("user", {**user, "record": not user.get("record")}, username)


def seconds(setting: Setting, folder: Path, *words: str) -> float:
    """How long this command takes, from the shell's fork to its end. Unavailable if it fails."""
    begun = time.perf_counter()
    command = (*setting.program, *words, "--data", str(folder))
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if ended.returncode:
        text = f"`fsplug {' '.join(words)}` ended with {ended.returncode}: {ended.stderr[-300:]}"
        raise Unavailable("bench-command-failed", text)
    return time.perf_counter() - begun
