"""The scripts that people run by hand find everything they import."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


@pytest.mark.parametrize("name", ["bench", "cli-docs", "prompts", "screenshots", "sipp-run"])
def test_a_script_says_how_it_is_called(name: str) -> None:
    asked = [sys.executable, str(SCRIPTS / name), "--help"]
    done = subprocess.run(asked, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"usage: {name}" in done.stdout
