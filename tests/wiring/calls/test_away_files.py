"""What the switch recorded by itself while fsplug was away, and what nothing tells of."""

import os
from pathlib import Path

import pytest

from fsplug.esl.calls.cutting import NOT_ORDERED
from fsplug.media.record_folder import SUFFIX, RecordFolder
from fsplug.media.spool import Spool
from fsplug.policy.recording.legs import EARLY_PREFIX, away_recording
from fsplug.store.calls import gaps
from fsplug.wiring.calls.away_files import LEFT_SECONDS, SWEEP_SECONDS, AwayFiles
from tests.esl.story import ACME, Story

LEFT = away_recording(ACME, "a" * 32)


class Sweeping:
    """A sweep over the story's spool, as a folder on a disk."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder)
        self.folder, self.records = folder / "switch", RecordFolder(folder / ".records")
        self.folder.mkdir()
        self.records.make()
        self.flushes = True
        ports = self.story.ports
        spool = Spool(self.folder)
        self.sweeper = AwayFiles(
            self.story.store, self.story.book, spool, self.records, ports, lambda work: work(), lambda _: self.flushes
        )

    def leave(self, recording: str, seconds: float = LEFT_SECONDS + 1) -> None:
        """The switch has written this recording, and nothing for so long."""
        at = self.story.clock.now - seconds
        path = self.folder / f"{recording}.wav"
        path.write_bytes(b"RIFF")
        os.utime(path, (at, at))
        self.story.spool.files.add(recording)

    @property
    def swept(self) -> set[str]:
        """What is destroyed by a round."""
        before = set(self.story.spool.files)
        self.story.clock.now += SWEEP_SECONDS
        self.sweeper.sweep()
        self.story.write_down()
        return before - self.story.spool.files


@pytest.fixture
def sweeping(tmp_path: Path) -> Sweeping:
    return Sweeping(tmp_path)


def test_what_nothing_tells_of_is_destroyed_with_a_row_for_its_company(sweeping: Sweeping) -> None:
    sweeping.leave(LEFT)
    assert sweeping.swept == {LEFT}
    [gap] = gaps.listed(sweeping.story.store, ACME)
    assert (gap.company, gap.recording, gap.cause) == (ACME, LEFT, NOT_ORDERED)
    assert sweeping.swept == set()


def test_what_belongs_to_no_company_is_destroyed_all_the_same(sweeping: Sweeping) -> None:
    strange, early = away_recording("gone.example", "b" * 32), f"{EARLY_PREFIX}{'d' * 32}"
    sweeping.leave(strange)
    sweeping.leave(early)
    assert sweeping.swept == {strange, early}
    assert sweeping.story.gaps() == []


def test_what_may_still_be_explained_is_left_alone(sweeping: Sweeping) -> None:
    sweeping.leave("c" * 32)
    sweeping.leave(LEFT, LEFT_SECONDS - 2 * SWEEP_SECONDS)
    assert sweeping.swept == set()
    sweeping.leave(LEFT)
    record = sweeping.records.root / f"one{SUFFIX}"
    record.write_text("{}")
    assert sweeping.swept == set()
    record.unlink()
    sweeping.flushes = False
    assert sweeping.swept == set()
    sweeping.flushes = True
    assert sweeping.swept == {LEFT}


def test_a_call_that_goes_on_keeps_its_file_however_long_its_phone_holds(sweeping: Sweeping) -> None:
    armed = f"record_session /spool/{LEFT}.wav 0"
    sweeping.story.switch.live["A"] = sweeping.story.event("A", "CHANNEL_DATA", execute_on_answer=armed)
    sweeping.leave(LEFT)
    assert sweeping.swept == set()
    sweeping.story.switch.live.clear()
    assert sweeping.swept == {LEFT}
