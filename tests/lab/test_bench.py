"""scripts/bench: a measurement that breaks off costs its own rows, and nothing of the others."""

import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from inspect import signature
from pathlib import Path
from typing import Any

import pytest

from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.server import Server
from fsplug.lab.freeswitch import PATIENCE_SECONDS, wait_for
from fsplug.wiring.calls import asking, process

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script as a module; it measures what `chosen` is set to."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    loader = SourceFileLoader("bench_script", str(SCRIPTS / "bench"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    monkeypatch.setattr(sys, "argv", ["bench"])
    return module


def _measurements(bench: Any, monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    suite = bench.suite
    target_of = sys.modules["benchmarks.figures"].Target
    first, second, third = (target_of(name, 10, "ms") for name in ("first", "second", "third"))

    def two(setting: Any) -> Iterator[Any]:
        yield first.judged(1)
        if error is not None:
            raise error
        yield second.judged(2)

    def one(setting: Any) -> Iterator[Any]:
        yield third.judged(3)

    chosen = [suite.Measurement("two", "two", two, (first, second)), suite.Measurement("one", "one", one, (third,))]
    monkeypatch.setattr(suite, "chosen", lambda names: chosen)


def test_a_measurement_that_breaks_off_says_so_in_its_row_and_the_others_go_on(
    bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _measurements(bench, monkeypatch, RuntimeError("a call\nwas dropped | lost"))
    assert bench.main() == 1
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    assert rows[2:] == [
        "| first | 1 ms |  | at most 10 ms | met |",
        "| second |  |  | at most 10 ms | failed: a call was dropped / lost |",
        "| third | 3 ms |  | at most 10 ms | met |",
    ]


def test_when_all_are_measured_the_exit_code_says_that_nothing_broke_off(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _measurements(bench, monkeypatch, None)
    assert bench.main() == 0


def test_a_bench_that_is_told_to_end_leaves_no_process_behind(tmp_path: Path) -> None:
    command = [sys.executable, str(SCRIPTS / "bench"), "--quick", "--only", "fake-switch"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        wait_for(lambda: bool(_children(process.pid)), "the bench to start a process")
        children = _children(process.pid)
        process.terminate()
        assert process.wait(PATIENCE_SECONDS) == 130
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(Path(f"/proc/{one}").exists() for one in children), "its processes to be gone")
    assert not list(tmp_path.iterdir())


def test_what_a_killed_bench_has_started_ends_with_it(tmp_path: Path) -> None:
    killed = f"""
import os, pathlib, signal
from benchmarks.processes import running
with running(["sleep", "600"], pathlib.Path({str(tmp_path / "log")!r})) as process:
    print(process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {**os.environ, "PYTHONPATH": f"{SCRIPTS.parent}:{SCRIPTS}"}
    ended = subprocess.run([sys.executable, "-c", killed], env=environment, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: not Path(f"/proc/{int(ended.stdout)}").exists(), "the process of the killed bench to be gone")


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_plain_greenswitch_stands_where_fsplugs_own_link_and_server_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    # A road of the bench puts these classes into the two modules by name.
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from benchmarks.greenparts import GreenEvent, GreenLink, GreenServer

    def parameters(of: Any) -> set[str]:
        return set(signature(of).parameters)

    def methods(of: Any) -> set[str]:
        return {name for name, value in vars(of).items() if callable(value) and not name.startswith("_")}

    # What the bench's calls do without.
    assert parameters(Link) - parameters(GreenLink) == {"pace", "queued_events"}
    assert parameters(Server) - parameters(GreenServer) == {"backlog", "clock"}
    assert methods(Link) - methods(GreenLink) == {"bgapi", "command"}
    assert methods(Event) - methods(GreenEvent) == {"headers"}
    assert methods(Server) - methods(GreenServer) == {"stop"}
    assert vars(process)["Link"] is Link and vars(asking)["Server"] is Server
