"""From when to when calls may have been missed: what is known of it after the process is gone."""

import os
from pathlib import Path

import pytest

from fsplug.store.calls.entries import OutageSeen
from fsplug.store.calls.outages import Span
from fsplug.wiring.calls.signs import CALM_SECONDS, Signs

START = 1_800_000_000.0


class Life:
    """One process after another on the same data folder, and the outages they write down: (cause, from, until)."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "signs"
        self.now = START
        self.entries: list[OutageSeen] = []

    def process(self, is_after_freeze: bool = False) -> Signs:
        signs = Signs(self.path, "switch", self.entries.append, clock=lambda: self.now, elapsed=lambda: self.now)
        signs.begin(is_after_freeze)
        return signs

    def gives(self, signs: Signs, *seconds: float, trouble: str | None = None) -> None:
        """The loop gives its sign at these seconds."""
        for each in seconds:
            self.now = START + each
            signs.give(trouble)
            os.utime(self.path, (self.now, self.now))

    def outages(self) -> list[tuple[str, float | None, float | None]]:
        found: dict[str, tuple[str, float | None, float | None]] = {}
        for entry in self.entries:
            _, at, until = found.get(entry.outage, (entry.cause, None, None))
            times = (entry.from_at, entry.until_at)
            at, until = (at if at is not None else times[0], until if until is not None else times[1])
            found[entry.outage] = (entry.cause, at, until)
        return [
            (cause, at and round(at - START, 3), until and round(until - START, 3))
            for cause, at, until in found.values()
        ]


@pytest.fixture
def life(tmp_path: Path) -> Life:
    return Life(tmp_path)


def test_the_first_process_of_all_knows_of_no_outage(life: Life) -> None:
    life.process().taken_up([])
    assert life.outages() == []


@pytest.mark.parametrize(
    ("is_after_freeze", "stops", "cause"),
    [(False, False, "away"), (True, False, "frozen"), (False, True, "stopped"), (True, True, "stopped")],
)
def test_an_absence_lasts_from_the_last_sign_until_the_calls_are_taken_up(
    life: Life, is_after_freeze: bool, stops: bool, cause: str
) -> None:
    first = life.process()
    life.gives(first, 0.0, 1.0, 2.0)
    if stops:
        first.stop()
        os.utime(life.path, (life.now, life.now))
    life.now = START + 60.0
    second = life.process(is_after_freeze)
    assert life.outages() == [(cause, 2.0, None)]
    life.now = START + 61.5
    second.taken_up([])
    second.taken_up([])
    assert life.outages() == [(cause, 2.0, 61.5)]


def test_a_loop_that_is_kept_from_working_is_one_outage_until_it_works_well_again(life: Life) -> None:
    signs = life.process()
    life.gives(signs, 0.0, 0.25, 3.0, 3.25, 6.0, 6.25, 6.0 + CALM_SECONDS + 0.5)
    # The last of these comes late as well.
    assert life.outages() == [("starved", 0.25, None)]
    at = 7.0 + CALM_SECONDS
    life.gives(signs, *(at + number / 2 for number in range(25)))
    assert life.outages() == [("starved", 0.25, 6.5 + CALM_SECONDS)]


def test_the_store_and_the_link_away_are_outages_while_they_are(life: Life) -> None:
    signs = life.process()
    life.gives(signs, 1.0, 1.5, trouble="the database is locked")
    signs.now("link-down", is_out=True)
    life.gives(signs, 2.0)
    signs.now("link-down", is_out=False)
    signs.now("link-down", is_out=False)
    assert life.outages() == [("store-away", 1.0, 2.0), ("link-down", 1.5, 2.0)]


def test_what_a_killed_process_left_open_ends_with_its_last_sign(life: Life) -> None:
    first = life.process()
    life.gives(first, 1.0, 1.5, trouble="the database is locked")
    left = [Span(one.outage, one.cause, one.from_at or 0.0, None) for one in life.entries]
    life.now = START + 60.0
    second = life.process()
    second.taken_up(left)
    assert life.outages() == [("store-away", 1.0, 1.5), ("away", 1.5, 60.0)]


def test_a_folder_that_cant_be_written_ends_nothing(life: Life) -> None:
    life.path = life.path / "not" / "there"
    signs = life.process()
    signs.give(None)
    signs.stop()
    assert life.outages() == []
