"""Call records are read when nothing else can tell of their talks any more, and deleted once their rows are there."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.esl.calls.conference_stays import TOGETHER_SECONDS
from fsplug.esl.calls.records import LegRecord
from fsplug.media.record_folder import SUFFIX, WRITTEN_SECONDS, RecordFile, RecordFolder
from fsplug.wiring.calls.record_reader import BELIEVED_SECONDS, LOOKS, RecordReader
from tests.esl.calls.legrecords import FLOWS, encoded, raw, rows
from tests.esl.calls.test_records import WITHOUT_A_FLOW
from tests.esl.story import Story


class Reading:
    """A reader with the story's witness; `flushes` says whether the store takes what is written."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder)
        self.folder = RecordFolder(folder / ".records")
        self.folder.make()
        self.now = 1_800_000_000.0
        self.flushes = True
        self.stayed: list[LegRecord] = []
        self.reader = RecordReader(
            self.folder, self.story.witness, self.stayed.append, _directly, self._flush, lambda: self.now
        )

    def leave(self, body: bytes, name: str = "") -> None:
        """The switch leaves a record as a file."""
        path = self.folder.root / f"{name or json.loads(body)['variables']['uuid']}{SUFFIX}"
        path.write_bytes(body)
        os.utime(path, (self.now, self.now))

    def post(self, body: bytes) -> None:
        """The switch posts a record."""
        self.reader.save(body)
        for path in self.folder.root.iterdir():
            os.utime(path, (self.now, self.now))

    def look(self, times: int = LOOKS) -> None:
        for _ in range(times):
            self.reader.looked()
        self.reader.read()

    @property
    def left(self) -> list[str]:
        return [one.name for one in self.folder.waiting()]

    def _flush(self, seconds: float) -> bool:
        if self.flushes:
            self.story.write_down()
        return self.flushes


def _directly(work: Callable[[], Any]) -> Any:
    return work()


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    return Reading(tmp_path)


@pytest.mark.parametrize("way", ["posted", "posted, and long", "left"])
def test_records_are_read_after_two_looks_at_the_switch_and_then_deleted(way: str, reading: Reading) -> None:
    for one in raw("attended-transfer"):
        if "long" in way:
            one["variables"]["sip_h_X-Long"] = "x" * 200_000
        (reading.leave if way == "left" else reading.post)(encoded(one))
    reading.reader.read()
    assert (len(reading.left), rows(reading.story)) == (4, [])
    reading.look(LOOKS - 1)
    assert (len(reading.left), rows(reading.story)) == (4, [])
    reading.look(1)
    assert (reading.left, rows(reading.story)) == ([], FLOWS["attended-transfer"])


def test_a_record_that_is_posted_while_the_folder_is_listed_counts_its_looks_from_then(reading: Reading) -> None:
    bodies = [encoded(one) for one in raw("incoming-user")]
    listed = reading.folder.waiting

    def waiting(most: int) -> list[RecordFile]:
        found = listed(most)
        while bodies:
            reading.post(bodies.pop())
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(RecordFolder, "waiting", lambda folder, most: waiting(most))
        reading.reader.read()
    reading.look()
    assert (reading.left, rows(reading.story)) == ([], FLOWS["incoming-user"])


@pytest.mark.parametrize("way", ["posted", "left"])
def test_who_was_in_a_conference_is_told_of_as_long_as_the_record_waits(way: str, reading: Reading) -> None:
    for one in raw("conference-of-a-talk"):
        (reading.leave if way == "left" else reading.post)(encoded(one))
    reading.reader.read()
    told = {one.uuid for one in reading.stayed}
    assert told == {one["variables"]["uuid"] for one in raw("conference-of-a-talk") if "app_log" in one}
    reading.reader.read()
    assert len(reading.stayed) == 2 * len(told) > 0
    reading.now += BELIEVED_SECONDS
    reading.look()
    reading.story.until(TOGETHER_SECONDS)
    reading.look()
    reading.stayed.clear()
    reading.reader.read()
    assert reading.stayed == []


def test_a_switch_that_cant_be_looked_at_is_believed_after_a_while(reading: Reading) -> None:
    for one in raw("incoming-user"):
        reading.leave(encoded(one))
    reading.reader.read()
    assert rows(reading.story) == []
    reading.now += BELIEVED_SECONDS + 1.0
    reading.reader.read()
    assert (reading.left, rows(reading.story)) == ([], FLOWS["incoming-user"])


def test_a_record_stays_until_its_rows_are_in_the_store(reading: Reading) -> None:
    for one in raw("incoming-user"):
        reading.leave(encoded(one))
    reading.flushes = False
    reading.reader.read()
    reading.look()
    assert len(reading.left) == 2
    reading.flushes = True
    reading.look()
    assert (reading.left, rows(reading.story)) == ([], FLOWS["incoming-user"])


def test_a_record_that_is_being_written_is_left_and_one_that_never_parses_is_set_aside(reading: Reading) -> None:
    [first, second] = [encoded(one) for one in raw("incoming-user")]
    reading.leave(first)
    reading.leave(second[:300], "half")
    reading.reader.read()
    reading.look()
    assert (len(reading.left), reading.folder.aside) == (2, 0)
    reading.now += WRITTEN_SECONDS + 1.0
    reading.look()
    assert (len(reading.left), reading.folder.aside) == (1, 1)
    reading.leave(second, "half")
    reading.reader.read()
    reading.look()
    assert (reading.left, rows(reading.story)) == ([], FLOWS["incoming-user"])


@pytest.mark.parametrize("way", ["left", "posted"])
def test_what_is_no_record_is_set_aside_once_with_a_line_in_the_log_and_keeps_no_other_waiting(
    way: str, reading: Reading, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [b"{", b"[]", b'{"variables": {"uuid": "a"}, "callflow": null, "channel_data": {"direction": "inbound"}}']
    for number, body in enumerate(bad):
        reading.leave(body, f"bad{number}") if way == "left" else reading.post(body)
    reading.now += WRITTEN_SECONDS + 1.0
    for one in (*raw("incoming-user"), WITHOUT_A_FLOW):
        reading.leave(encoded(one)) if way == "left" else reading.reader.save(encoded(one))
    for _ in range(3):
        reading.look()
    assert (reading.left, rows(reading.story), reading.folder.aside) == ([], FLOWS["incoming-user"], len(bad))
    said = [line for line in capsys.readouterr().out.splitlines() if "record-unreadable" in line]
    assert len(said) == len(bad)


def test_a_record_waits_for_the_one_of_the_other_leg(reading: Reading) -> None:
    [first, second] = [encoded(one) for one in raw("incoming-user")]
    reading.leave(first)
    reading.reader.read()
    reading.look()
    assert (len(reading.left), rows(reading.story)) == (1, [])
    reading.leave(second)
    reading.reader.read()
    reading.look()
    assert (reading.left, rows(reading.story)) == ([], FLOWS["incoming-user"])


def test_a_folder_that_fails_is_logged_once_and_tried_again(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(most: int) -> None:
        raise Unavailable("records-full", "the disk is full")

    monkeypatch.setattr(reading.folder, "waiting", fails)
    reading.reader.read()
    reading.reader.read()
    monkeypatch.undo()
    reading.reader.read()
    said = [line for line in capsys.readouterr().out.splitlines() if "trouble=" in line]
    assert ["records-full" in line for line in said] == [True, False]
