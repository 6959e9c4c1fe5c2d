"""How long `fsplug apply` takes for a large company, and once more with nothing to change."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import crowd
from benchmarks.figures import Figure, Target
from benchmarks.processes import ENVIRONMENT
from benchmarks.setting import Setting
from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Unavailable

FIRST = Target("`fsplug apply` of 10,000 users", 60, "s")
SECOND = Target("the same a second time", 10, "s")
TARGETS = (FIRST, SECOND)
USERS = 10_000


def measure(setting: Setting) -> Iterator[Figure]:
    """The command as an operator runs it, on a new data folder."""
    with TemporaryDirectory(prefix="fsplug-bench-") as name:
        folder = Path(name)
        (folder / "acme.toml").write_text(toml(crowd.document(USERS)), encoding="utf-8")
        seconds(setting, folder, "init")
        yield FIRST.judged(seconds(setting, folder, "apply", str(folder / "acme.toml")), f"{USERS:,} phones")
        yield SECOND.judged(seconds(setting, folder, "apply", str(folder / "acme.toml")))


def seconds(setting: Setting, folder: Path, *words: str) -> float:
    """How long this command takes, from the shell's fork to its end. Unavailable when it fails."""
    begun = time.perf_counter()
    command = (*setting.program, *words, "--data", str(folder))
    ended = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if ended.returncode:
        text = f"`fsplug {' '.join(words)}` ended with {ended.returncode}: {ended.stderr[-300:]}"
        raise Unavailable("bench-command-failed", text)
    return time.perf_counter() - begun
