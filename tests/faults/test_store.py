"""The database is locked, two fsplugs want one folder (F44 to F49): calls go on."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fsplug.store.recordings.recordings import State
from tests.calls.people import incoming
from tests.calls.plant import Plant

CALLS = 50
TALK_SECONDS = 3.0
EXIT_HOPELESS = 78


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_calls_go_on_while_the_database_is_locked_and_their_rows_come_afterwards(plant: Plant) -> None:
    before = {call.id for call in plant.calls()}
    with _locked(plant.data / "fsplug.db"):
        with plant.line.crowd(CALLS, TALK_SECONDS) as crowd:
            assert crowd.complaints() == []
        assert {call.id for call in plant.calls()} == before
    # A call that had waited for the database would have gone on without a verdict.
    assert plant.serving.said("call-let-through") == []
    plant.until(lambda: len(plant.calls()) == len(before) + CALLS, "the calls to be written")
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    assert sorted(one.call for one in plant.decisions() if one.call in calls) == sorted(calls)
    kept = [one for one in plant.recordings() if one.call in calls]
    assert [one.state for one in kept] == [State.SEALED] * CALLS


def test_two_fsplugs_on_one_folder_are_refused(plant: Plant) -> None:
    command = [sys.executable, "-m", "fsplug", "serve", "--data", str(plant.data)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert second.returncode == EXIT_HOPELESS
    assert "another fsplug serves" in second.stderr
    assert plant.line.play(incoming(talk_seconds=0.3)) == []


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Somebody else is writing."""
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.rollback()
