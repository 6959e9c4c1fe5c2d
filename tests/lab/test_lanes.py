"""scripts/lanes: its last lines sum up what ran, nothing that is skipped passes where all must be there, and nothing
runs on once it is ended.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.fixture
def telephone():
    pytest.skip("skipped: no telephone")

def test_that_calls(telephone): pass
def test_that_calls_again(telephone): pass
def test_that_passes(): pass
@pytest.mark.skipif(True, reason="no voice")
def test_that_speaks(): pass
"""
# A test that waits, with a server of its fixture; both hold the other end of what the test reads.
WAITING = """
import pytest, signal, subprocess, sys

SERVER = "import sys, time; fifo = open(sys.argv[1], 'w'); fifo.write('up'); fifo.flush(); time.sleep(600)"

@pytest.fixture
def server():
    {first}
    server = subprocess.Popen([sys.executable, "-c", SERVER, {fifo!r}])
    yield server
    server.kill()
    server.wait()
    open({down!r}, "w").close()

def test_that_waits(server):
    server.wait()
"""
FAILING = "def test_that_fails(): assert False\n"


def _lanes(folder: Path, tests: str, strict: str = "") -> tuple[int, list[str]]:
    """The exit code, and what is printed below pytest's own closing line."""
    with _started(folder, tests, FSPLUG_TEST_STRICT=strict) as lanes:
        said, _ = lanes.communicate()
    return lanes.returncode, said.rpartition("\n\n")[2].splitlines()


def _started(folder: Path, tests: str, **environment: str) -> subprocess.Popen[str]:
    path = folder / "test_some.py"
    path.write_text(tests)
    return subprocess.Popen(
        [sys.executable, ROOT / "scripts" / "lanes", path, "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("tests", "strict", "code", "lines"),
    [
        (TESTS, "", 0, ["skipped 2: no telephone", "skipped 1: no voice", "1 passed, 0 failed, 3 skipped"]),
        (TESTS, "1", 1, ["1 passed, 3 failed, 0 skipped"]),
        (TESTS + FAILING, "", 1, ["skipped 2: no telephone", "skipped 1: no voice", "1 passed, 1 failed, 3 skipped"]),
    ],
    ids=["as-usual", "strict", "one-fails"],
)
def test_the_last_lines_say_what_was_skipped_and_how_many_there_were(
    tests: str, strict: str, code: int, lines: list[str], tmp_path: Path
) -> None:
    assert _lanes(tmp_path, tests, strict) == (code, lines)


def test_a_part_that_dies_without_a_report_is_a_failure(tmp_path: Path) -> None:
    code, lines = _lanes(tmp_path, "import os\n\ndef test_that_dies(): os._exit(0)\n")
    assert code == 1
    assert lines[-2].startswith("broke off: pytest ")
    assert lines[-1] == "0 passed, 1 failed, 0 skipped"


@pytest.mark.parametrize(
    ("number", "code", "is_deaf"),
    [(signal.SIGTERM, 143, False), (signal.SIGINT, 130, True)],
    ids=["tidies-up", "must-be-killed"],
)
def test_once_it_is_ended_nothing_of_it_runs_on(
    number: signal.Signals, code: int, is_deaf: bool, tmp_path: Path
) -> None:
    fifo, down, temporary = tmp_path / "fifo", tmp_path / "down", tmp_path / "temporary"
    os.mkfifo(fifo)
    temporary.mkdir()
    first = "signal.signal(signal.SIGINT, signal.SIG_IGN)" if is_deaf else "pass"
    tests = WAITING.format(fifo=str(fifo), down=str(down), first=first)
    with _started(tmp_path, tests, TMPDIR=str(temporary)) as lanes, fifo.open() as others:
        assert others.read(2) == "up"
        lanes.send_signal(number)
        if is_deaf:
            lanes.send_signal(number)
        assert others.read() == "", "the server has ended"
        assert lanes.wait() == code
    assert (down.exists(), list(temporary.iterdir())) == (not is_deaf, [])


def test_what_a_failed_test_leaves_is_gone_with_the_run(tmp_path: Path) -> None:
    place = tmp_path / "place"
    tests = f"def test_that_fails(tmp_path):\n    open({str(place)!r}, 'w').write(str(tmp_path))\n    assert False\n"
    assert _lanes(tmp_path, tests) == (1, ["0 passed, 1 failed, 0 skipped"])
    assert not Path(place.read_text()).exists()
