"""SIPp as many callers and as the one phone they call."""

import csv
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.processes import running, wait_until_bound
from fsplug.errors import Unavailable
from fsplug.lab.exchange import Exchange
from fsplug.lab.free_ports import some_ports

SCENARIOS = Path(__file__).parent / "sipp"
_END_SECONDS = 30.0
# How long a caller waits for any answer of the switch.
ANSWER_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Calls:
    """This many calls, `rate` a second, each with a talk of this length; at most `at_once` are up together."""

    count: int
    rate: float
    talk_seconds: float
    at_once: int = 10_000

    @property
    def seconds(self) -> float:
        """How long all of them take if nothing delays them."""
        return self.count / min(self.rate, self.at_once / self.talk_seconds) + self.talk_seconds


@contextmanager
def callee() -> Iterator[int]:
    """The port of a phone that answers every call at once and stays silent, until the `with` ends."""
    port, media_port = some_ports(2)
    with TemporaryDirectory(prefix="fsplug-bench-sipp-") as folder:
        log = Path(folder) / "callee.log"
        with running(_command("callee", port, media_port), log, cwd=Path(folder)) as process:
            wait_until_bound(process, port, log)
            yield port


def place(exchange: Exchange, calls: Calls, number: str, folder: Path) -> None:
    """Place these calls from outside to this number, and return when all have ended. Unavailable if any failed."""
    ended = _placed(exchange, calls, number, folder, ANSWER_SECONDS)
    if ended.returncode:
        text = f"SIPp ended with {ended.returncode} calling {number}: {ended.stderr[-300:]}"
        raise Unavailable("bench-calls-failed", text, number=number)


def place_as_many_as_go(exchange: Exchange, calls: Calls, number: str, folder: Path, answer_seconds: float) -> int:
    """Place these calls, of which some may fail; how many were answered and ended in good order."""
    counts = folder / "calls.csv"
    counts.unlink(missing_ok=True)
    _placed(exchange, calls, number, folder, answer_seconds, "-trace_stat", "-stf", str(counts))
    with counts.open(encoding="utf-8") as lines:
        *_, last = csv.DictReader(lines, delimiter=";")
    return int(last["SuccessfulCall(C)"])


def _placed(
    exchange: Exchange, calls: Calls, number: str, folder: Path, answer_seconds: float, *more: str
) -> "subprocess.CompletedProcess[str]":
    port, media_port = some_ports(2)
    deadline = round(calls.seconds + max(_END_SECONDS, answer_seconds))
    command = [
        *_command("caller", port, media_port),
        *("-s", number, "-m", str(calls.count), "-r", f"{calls.rate:g}", "-l", str(calls.at_once)),
        *("-d", str(round(calls.talk_seconds * 1000)), "-timeout", f"{deadline}s", "-timeout_error"),
        *("-recv_timeout", f"{answer_seconds * 1000:.0f}", *more),
        f"{exchange.host}:{exchange.ports.external_port}",
    ]
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=deadline + 10,
        check=False,
    )


def _command(scenario: str, port: int, media_port: int) -> list[str]:
    return [
        *("sipp", "-sf", str(SCENARIOS / f"{scenario}.xml"), "-nostdin", "-i", "127.0.0.1", "-p", str(port)),
        *("-mi", "127.0.0.1", "-mp", str(media_port)),
    ]
