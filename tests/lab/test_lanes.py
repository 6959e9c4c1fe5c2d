"""scripts/lanes: its last lines sum up what ran, and nothing that is skipped passes where all must be there."""

import os
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
FAILING = "def test_that_fails(): assert False\n"


def _lanes(folder: Path, tests: str, strict: str = "") -> tuple[int, list[str]]:
    """The exit code, and what is printed below pytest's own closing line."""
    path = folder / "test_some.py"
    path.write_text(tests)
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "lanes", path, "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"],
        env={**os.environ, "FSPLUG_TEST_STRICT": strict},
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.returncode, done.stdout.rpartition("\n\n")[2].splitlines()


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
