"""A spool that can't be recorded to: calls go on and the gap is told, or the call is refused, as policy says (B22)."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import gevent
import pytest

from fsplug.lab.scenario import read_scenario
from fsplug.store.recordings.recordings import State
from tests.calls.conftest import left_as_found
from tests.calls.lines import Line
from tests.calls.people import incoming
from tests.calls.plant import BETA, Plant

SPOOL_BYTES, LEAST_FREE_BYTES = 2_000_000, 400_000
# Hung up by the test, when it has seen what it waits for.
ENDLESS_SECONDS = 50.0

Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def disk_plant(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """fsplug with a small disk of its own for a spool."""
    if os.geteuid() != 0:
        pytest.skip("skipped: only root may mount a disk")
    data = tmp_path_factory.mktemp("disk")
    line.bring_back()
    with _disk(data / "spool"), Plant(line, data, least_free_bytes=LEAST_FREE_BYTES).running() as plant:
        yield plant


@pytest.fixture
def plant(disk_plant: Plant) -> Iterator[Plant]:
    yield from left_as_found(disk_plant)


def fill(spool: Path) -> None:
    with suppress(OSError), (spool / "ballast").open("wb", buffering=0) as ballast:
        while ballast.write(bytes(4096)):
            pass


def empty(spool: Path) -> None:
    (spool / "ballast").unlink()


def make_read_only(spool: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(spool)], check=True)


def make_writable(spool: Path) -> None:
    subprocess.run(["mount", "-o", "remount,rw", str(spool)], check=True)


def capture(spool: Path) -> None:
    (spool / "8000").mkdir()


def release(spool: Path) -> None:
    for path in (spool / "8000").iterdir():
        path.unlink()
    (spool / "8000").rmdir()


@pytest.mark.parametrize(
    ("harm", "mend", "code"),
    [
        pytest.param(fill, empty, "spool-full", id="full"),
        pytest.param(make_read_only, make_writable, "spool-read-only", id="read-only"),
        pytest.param(capture, release, "spool-captured", id="captured"),
    ],
)
def test_a_call_goes_on_with_a_gap_or_is_refused_as_policy_says(
    harm: Change, mend: Change, code: str, plant: Plant
) -> None:
    gaps, refused = {gap.decision for gap in plant.gaps()}, {call.id for call in plant.calls(BETA)}
    with _harmed(plant, harm, mend, code):
        assert plant.line.play(incoming(talk_seconds=0.5)) == []
        assert plant.line.play(read_scenario("fail-closed")) == []
        plant.until(lambda: len({gap.decision for gap in plant.gaps()} - gaps) == 1, "the gap to be reported")
        plant.until_settled()
    assert [one.state for one in plant.recordings()[:1]] == [State.LOST]
    assert len({call.id for call in plant.calls(BETA)} - refused) == 2
    assert plant.decisions(BETA) == [] and plant.gaps(BETA) == []
    assert plant.line.play(incoming(talk_seconds=0.5)) == []
    plant.until_settled()
    assert [one.state for one in plant.recordings()[:1]] == [State.SEALED]


@pytest.mark.parametrize("line", ["FreeSWITCH"], indirect=True)
def test_a_disk_that_fills_up_in_mid_call_raises_an_alarm_long_before_the_call_ends(plant: Plant) -> None:
    gaps = {gap.decision for gap in plant.gaps()}
    playing = gevent.spawn(plant.line.play, incoming(talk_seconds=ENDLESS_SECONDS))
    plant.until(lambda: any(one.state is State.RECORDING for one in plant.recordings()), "the recording to begin")
    with _harmed(plant, fill, empty, "spool-full"):
        plant.until(lambda: {gap.decision for gap in plant.gaps()} - gaps, "the gap to be reported")
        assert plant.gaps()[0].cause == "write-stalled"
        assert not playing.ready()
        plant.line.api("hupall")
        playing.get()
        plant.until_settled()
    # What had been written before is kept.
    assert [one.state for one in plant.recordings()[:1]] == [State.SEALED]


def test_a_file_that_somebody_takes_away_is_a_gap(plant: Plant) -> None:
    before = plant.files()
    playing = gevent.spawn(plant.line.play, incoming(talk_seconds=1.0))
    plant.until(lambda: bool(plant.files() - before), "the file")
    for name in plant.files() - before:
        (plant.spool / name).unlink()
    assert playing.get() == []
    plant.until_settled()
    assert [one.state for one in plant.recordings()[:1]] == [State.LOST]
    assert plant.gaps()[0].cause == "missing"


@contextmanager
def _harmed(plant: Plant, harm: Change, mend: Change, code: str) -> Iterator[None]:
    """With the spool harmed, from when fsplug knows it to when it knows that all is well again."""
    harm(plant.spool)
    try:
        plant.until(lambda: (plant.trouble() or "").startswith(code), f"fsplug to tell {code}")
        yield
    finally:
        mend(plant.spool)
        plant.until(lambda: plant.trouble() is None, "fsplug to tell that all is well")


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SPOOL_BYTES}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
