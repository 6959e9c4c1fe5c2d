"""`fsplug serve` as an operator starts it: a supervisor and its two processes, to be killed, frozen, started again."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from tests.programs import program

_LINES_OF_A_FAULT = 40


class Serving:
    """One fsplug on the data folder `data`. `settings` are those that differ from its defaults, `only` a part of it.

    Without `restarts` no process takes the place of one that dies, and none waits to. It has no extras, so its store
    is SQLite.
    """

    def __init__(self, data: Path, settings: Mapping[str, str | int], only: str = "", *, restarts: bool = True) -> None:
        self.data = data
        self._settings = settings
        self._only = only
        self._restarts = restarts
        self._process: subprocess.Popen[bytes] | None = None
        self._log_from = 0

    @property
    def log(self) -> Path:
        return self.data / f"serve{self._only}.log"

    @property
    def pid(self) -> int:
        """The supervisor."""
        assert self._process is not None
        return self._process.pid

    @property
    def server(self) -> int:
        """The process for calls, the supervisor's child; 0 while there is none."""
        return self._child("fsplug-calls")

    @property
    def people(self) -> int:
        """The process for people; 0 while there is none."""
        return self._child("fsplug-people")

    def _child(self, name: str) -> int:
        try:
            children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
            found = (int(one) for one in children if Path(f"/proc/{one}/comm").read_text().strip() == name)
            return next(found, 0)
        except (FileNotFoundError, ProcessLookupError):
            return 0

    @property
    def descriptors(self) -> int:
        """How many files and sockets the server holds, but for the store's: its pool keeps connections for the next."""
        return sum("/fsplug.db" not in target for target in _open_files(self.server))

    @property
    def threads(self) -> int:
        return len(os.listdir(f"/proc/{self.server}/task"))

    def start(self, wait: bool = True) -> None:
        """Start it, and with `wait` until it has taken up the switch's calls."""
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        self._process = self._begun(self.log)
        if wait:
            self.wait_ready()

    def run_to_its_end(self, log: Path) -> int:
        """The exit code of one that ends of itself."""
        return self._begun(log).wait(PATIENCE_SECONDS)

    def _begun(self, log: Path) -> "subprocess.Popen[bytes]":
        options = ["--only", self._only] if self._only else []
        if not self._restarts:
            options.append("--unsupervised")
        environment = {f"FSPLUG_{name.upper()}": str(value) for name, value in self._settings.items()}
        with log.open("ab") as lines:
            return subprocess.Popen(
                [*program("fsplug"), "serve", "--data", str(self.data), *options],
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=lines,
                stderr=lines,
            )

    def wait_ready(self) -> None:
        """Return once the calls of the switch are taken up."""
        wait_for(lambda: self.taken_up > 0, f"fsplug to serve; see {self.log}")

    @property
    def taken_up(self) -> int:
        """How many servers have taken up the switch's calls since the last `start`."""
        return len(self.said("calls-restored"))

    def kill(self) -> None:
        """kill -9: both processes die with their supervisor."""
        children = (self.server, self.people)
        os.kill(self.pid, signal.SIGKILL)
        self._process.wait(PATIENCE_SECONDS)
        wait_for(lambda: not any(map(is_alive, children)), "its processes to die with their supervisor")

    def kill_server(self) -> int:
        """kill -9 of the server alone; its process id."""
        server = self.server
        os.kill(server, signal.SIGKILL)
        return server

    def freeze(self) -> int:
        """Stop the server where it stands (SIGSTOP); its process id."""
        server = self.server
        os.kill(server, signal.SIGSTOP)
        return server

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self._process is None or self._process.poll() is not None:
            return 0
        self._process.terminate()
        return self._process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """However it stands, it is gone afterwards."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)

    def said(self, event: str) -> list[dict[str, Any]]:
        """The log's lines of this event since the last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_from)
            lines = [line for line in log.read().split(b"\n") if line.startswith(b"{")]
        return [entry for entry in map(json.loads, lines) if entry.get("event") == event]

    @property
    def is_linked(self) -> bool:
        """Whether the link to the switch is up, as far as it has told."""
        ups, downs = self.said("link-up"), self.said("link-down")
        return bool(ups) and (not downs or ups[-1]["timestamp"] > downs[-1]["timestamp"])

    def failures(self) -> list[str]:
        """What fsplug itself calls a fault of its own since its log began: handlers and loops that failed."""
        failed = ("handler-failed", "loop-failed", "Traceback", "event-handler-failed")
        lines = self.log.read_text(errors="replace").splitlines()
        # With each comes what follows, for the log may be gone when this is read.
        return [
            "\n".join(lines[at : at + _LINES_OF_A_FAULT])
            for at, line in enumerate(lines)
            if any(word in line for word in failed)
        ]


def is_alive(pid: int) -> bool:
    """Whether this process runs; one that only waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _open_files(pid: int) -> Iterator[str]:
    """What each of this process's descriptors leads to."""
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            yield os.readlink(one)
