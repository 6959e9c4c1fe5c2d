"""The database is locked or away, two fsplugs want one folder (F44 to F49, F58): calls go on."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from tests.calls.aftermath import not_sealed, until_recorded
from tests.calls.people import incoming
from tests.calls.plant import Plant
from tests.calls.serving import Serving

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
    assert (len(kept), not_sealed(kept)) == (CALLS, [])


@pytest.mark.parametrize("line", ["fake"], indirect=True)
@pytest.mark.parametrize("is_missing", [True, False], ids=["missing", "cannot-be-opened"])
def test_started_without_its_store_fsplug_serves_by_the_copy_and_the_rows_come_afterwards(
    is_missing: bool, plant: Plant
) -> None:
    plant.until(lambda: _copied(plant), "the configuration to be copied")
    before, known = {call.id for call in plant.calls()}, {one.id for one in plant.recordings()}
    with plant.line.crowd(CALLS, None) as earlier:
        until_recorded(plant, CALLS, known)
        plant.serving.stop()
        with _away(plant, is_missing):
            plant.serving.start(wait=False)
            plant.until(lambda: plant.serving.said("store-away") != [], "fsplug to say that its store is away")
            plant.until(lambda: plant.serving.is_linked, "the link to the switch")
            with plant.line.crowd(CALLS, TALK_SECONDS) as crowd:
                assert crowd.complaints() == []
            # Killed in the middle of it, the next one serves by the copy, too.
            plant.serving.kill()
            plant.serving.start(wait=False)
            plant.until(lambda: plant.serving.is_linked, "the link to the switch")
            with plant.line.crowd(CALLS, TALK_SECONDS) as crowd:
                assert crowd.complaints() == []
            assert plant.serving.said("call-not-armed") == []
            earlier.hang_up()
            assert earlier.complaints() == []
        plant.until(lambda: plant.serving.said("store-back") != [], "fsplug to find its store again")
    plant.until(lambda: len(plant.calls()) == len(before) + 3 * CALLS, "the calls to be written")
    plant.until_settled()
    calls = {call.id for call in plant.calls()} - before
    decided = [one for one in plant.decisions() if one.call in calls]
    assert sorted(one.call for one in decided) == sorted(calls)
    assert {one.record for one in decided} == {True}
    kept = [one for one in plant.recordings() if one.call in calls]
    assert (len(kept), not_sealed(kept)) == (3 * CALLS, [])
    assert len(plant.serving.said("store-away")) == 1


def test_started_for_the_first_time_without_a_store_fsplug_says_what_is_missing(tmp_path: Path) -> None:
    environment = {**os.environ, "FSPLUG_STORE": str(tmp_path / "nowhere" / "fsplug.db")}
    command = [sys.executable, "-m", "fsplug", "serve", "--data", str(tmp_path), "--only", "calls"]
    first = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert first.returncode == EXIT_HOPELESS
    assert "there is no copy of its configuration" in first.stderr


def test_two_fsplugs_on_one_folder_are_refused(plant: Plant) -> None:
    command = [sys.executable, "-m", "fsplug", "serve", "--data", str(plant.data)]
    second = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert second.returncode == EXIT_HOPELESS
    assert "another fsplug serves" in second.stderr
    assert plant.line.play(incoming(talk_seconds=0.3)) == []


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_a_second_fsplug_under_the_name_of_a_live_one_is_refused_and_cuts_no_recording(
    plant: Plant, tmp_path: Path
) -> None:
    before, known = {call.id for call in plant.calls()}, {one.id for one in plant.recordings()}
    second = Serving(tmp_path, {**plant.line.settings, "store": str(plant.data / "fsplug.db")})
    with plant.line.crowd(3, None) as crowd:
        until_recorded(plant, 3, known)
        assert second.run_to_its_end(tmp_path / "log") == EXIT_HOPELESS
        # The killed one's name is still its own, and its next process has it at once.
        plant.serving.kill()
        plant.serving.start()
        last = (tmp_path / "log").read_text().splitlines()[-1]
        assert "is the name of the fsplug on" in last
        assert f'switch_name = "..." in {tmp_path}/fsplug.toml' in last
        assert len(until_recorded(plant, 3, known)) == 3
        crowd.hang_up()
        assert crowd.complaints() == []
    plant.until_settled()
    kept = [one for one in plant.recordings() if one.call not in before]
    assert (len(kept), not_sealed(kept)) == (3, [])


@pytest.mark.parametrize("line", ["fake"], indirect=True)
def test_a_console_settles_a_killed_node_and_the_node_takes_that_back(plant: Plant, tmp_path: Path) -> None:
    before, known = {call.id for call in plant.calls()}, {one.id for one in plant.recordings()}
    [port] = some_ports(1)
    web = {"web_port": port, "web_url": f"http://127.0.0.1:{port}"}
    console = Serving(tmp_path, {"store": str(plant.data / "fsplug.db"), "switch_name": "console", **web}, "console")
    with plant.line.crowd(3, None) as crowd:
        until_recorded(plant, 3, known)
        plant.serving.kill()
        with plant.store.atomic():
            # As if its last sign were a minute ago.
            plant.store.run("UPDATE node SET seen_at = seen_at - 60, leased_until = leased_until - 60")
        console.start(wait=False)
        try:
            plant.until(lambda: console.said("node-settled") != [], "the console to settle the node's calls")
            new = [one for one in plant.calls() if one.id not in before]
            assert {one.cause for one in new} == {"NODE_DIED"}
            assert {gap.cause for gap in plant.gaps() if gap.call not in before} == {"node-died"}
        finally:
            assert console.stop() == 0
        plant.serving.start()
        assert len(until_recorded(plant, 3, known)) == 3
        assert [gap for gap in plant.gaps() if gap.call not in before] == []
        crowd.hang_up()
        assert crowd.complaints() == []
    plant.until_settled()
    kept = [one for one in plant.recordings() if one.call not in before]
    assert (len(kept), not_sealed(kept)) == (3, [])
    assert [gap for gap in plant.gaps() if gap.call not in before] == []


def _copied(plant: Plant) -> bool:
    """Whether the local copy has the companies as they are now."""
    copy = Store(plant.data / "policy-copy.db")
    try:
        return companies.every(copy) == companies.every(plant.store)
    except Unavailable:
        return False
    finally:
        copy.close()


@contextmanager
def _away(plant: Plant, is_missing: bool) -> Iterator[None]:
    """The database's files are somewhere else; nothing is in their place, or something that is not a database."""
    plant.store.close()
    elsewhere = plant.data / "elsewhere"
    elsewhere.mkdir()
    for one in plant.data.glob("fsplug.db*"):
        one.rename(elsewhere / one.name)
    if not is_missing:
        (plant.data / "fsplug.db").mkdir()
    try:
        yield
    finally:
        if not is_missing:
            (plant.data / "fsplug.db").rmdir()
        for one in plant.data.glob("fsplug.db*"):
            one.unlink()
        for one in elsewhere.iterdir():
            one.rename(plant.data / one.name)
        elsewhere.rmdir()


@contextmanager
def _locked(database: Path) -> Iterator[None]:
    """Somebody else is writing."""
    with closing(sqlite3.connect(database)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        yield
        writer.rollback()
