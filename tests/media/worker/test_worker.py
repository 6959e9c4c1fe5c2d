"""The worker: every recording the switch has finished ends sealed or lost, once, whatever happens on the way."""

import errno
import hashlib

import pytest

from fsplug.errors import Unavailable
from fsplug.media import disk, worker
from fsplug.media.worker import Worker
from fsplug.store.calls import gaps
from fsplug.store.outbox import sealings
from fsplug.store.recordings import recordings
from tests.media.recordings import killed, whole, write
from tests.media.worker.finished import ACME, finished


def test_a_finished_recording_is_sealed_with_its_length_and_its_hash(store, spool, archive, work):
    finished(store)
    content = write(spool.path("r1"), whole(2.0)).read_bytes()
    assert work() == ["recording-sealed"]
    row = recordings.get(store, ACME, "r1")
    assert (row.state, row.seconds, row.bytes) == ("sealed", 2.0, len(content))
    assert row.sha256 == hashlib.sha256(archive.open(row.location).read()).hexdigest()
    assert not spool.path("r1").exists()


def test_where_it_lies_is_named_by_company_and_day(store, spool, work):
    finished(store)
    write(spool.path("r1"), whole(2.0))
    work()
    assert recordings.get(store, ACME, "r1").location == "acme.example/2027/01/15/r1.wav"


def test_a_header_cut_by_a_crash_is_repaired_and_the_row_says_so(store, spool, work):
    finished(store, talk_seconds=None)
    write(spool.path("r1"), killed(2.0))
    assert work() == ["recording-sealed"]
    assert recordings.get(store, ACME, "r1").repaired


@pytest.mark.parametrize(
    ("content", "cause"), [(None, "missing"), (b"", "empty"), (whole(0.0), "empty"), (b"not audio", "not-wav")]
)
def test_what_holds_no_audio_is_lost_and_is_a_gap(store, spool, work, content, cause):
    finished(store)
    if content is not None:
        write(spool.path("r1"), content)
    assert work() == ["recording-lost"]
    assert recordings.get(store, ACME, "r1").state == "lost"
    assert [gap.cause for gap in gaps.listed(store, ACME)] == [cause]
    # What is no recording at all is left for the operator to look at.
    assert [one.id for one in spool.files()] == (["r1"] if cause == "not-wav" else [])


@pytest.mark.parametrize("stop_cause", ["empty-file", "input-too-short"])
def test_a_file_that_the_switch_removed_was_empty_and_is_not_missing(store, work, stop_cause):
    finished(store, stop_cause=stop_cause)
    assert work() == ["recording-lost"]
    [gap] = gaps.listed(store, ACME)
    assert (gap.cause, stop_cause in gap.detail) == ("empty", True)


def test_a_recording_shorter_than_its_talk_is_kept_and_the_lack_is_a_gap(store, spool, work):
    finished(store, talk_seconds=10.0)
    write(spool.path("r1"), whole(2.0))
    assert work() == ["recording-sealed", "gap-found"]
    [gap] = gaps.listed(store, ACME)
    assert (gap.cause, gap.detail) == ("short", "2.0 s recorded of 10.0 s talked")


def test_within_two_percent_of_the_talk_is_whole(store, spool, work):
    finished(store, talk_seconds=50.9)
    write(spool.path("r1"), whole(50.0, channels=1))
    assert work() == ["recording-sealed"]


def test_what_is_settled_is_not_settled_again_while_its_entry_waits_in_the_journal(store, spool, archive):
    finished(store)
    write(spool.path("r1"), whole(2.0))
    worker = Worker(store, spool, archive, "switch")
    assert len(worker.work()) == 1
    assert worker.work() == []


def test_the_folders_of_many_recordings_are_synced_once_before_any_is_reported(
    store, spool, archive, work, tmp_path, monkeypatch
):
    synced = []
    monkeypatch.setattr(disk, "sync", synced.append)
    for recording in ("r1", "r2", "r3"):
        finished(store, recording)
        write(spool.path(recording), whole(2.0))
    assert work() == ["recording-sealed"] * 3
    day = tmp_path / "archive" / "acme.example" / "2027" / "01" / "15"
    assert [synced.count(folder) for folder in (day, spool.root)] == [1, 1]
    assert set(synced[-2:]) == {day, spool.root}
    synced.clear()
    assert (work(), synced) == ([], [])


def test_nothing_is_reported_while_a_folder_cant_be_synced(store, spool, work, monkeypatch):
    def failing(path):
        if path == spool.root:
            raise OSError(errno.EIO, "Input/output error")

    finished(store)
    write(spool.path("r1"), whole(2.0))
    with monkeypatch.context() as broken:
        broken.setattr(disk, "sync", failing)
        assert work() == []
    assert recordings.get(store, ACME, "r1").state == "stopped"
    synced = []
    monkeypatch.setattr(disk, "sync", synced.append)
    assert work() == ["recording-sealed"]
    assert spool.root in synced


def test_an_archive_that_is_away_is_tried_again_later_and_later(store, spool, archive, work, clock, monkeypatch):
    finished(store)
    write(spool.path("r1"), whole(2.0))

    def full(*_):
        raise Unavailable("archive-full", "the archive is full")

    with monkeypatch.context() as outage:
        outage.setattr(archive, "put", full)
        for pause in (1.0, 2.0, 4.0):
            assert work() == []
            assert recordings.get(store, ACME, "r1").state == "stopped"
            assert sealings.due(store, "switch") == set()
            clock.turn(pause)
            assert sealings.due(store, "switch") == {"r1"}
    assert sealings.QUEUE.state(store).worst.code == "archive-full"
    assert work() == ["recording-sealed"]
    assert work() == []
    assert sealings.QUEUE.state(store).waiting == 0


def test_of_two_workers_at_once_one_seals_a_recording(store, spool, archive, monkeypatch):
    finished(store)
    write(spool.path("r1"), whole(2.0))
    one, other = (Worker(store, spool, archive, "switch") for _ in range(2))
    put, found = archive.put, []

    def put_while_the_other_looks(*given):
        found.extend(other.work())
        return put(*given)

    monkeypatch.setattr(archive, "put", put_while_the_other_looks)
    assert [entry.kind for entry in one.work()] == ["recording-sealed"]
    assert (found, other.work()) == ([], [])


def test_a_round_that_takes_too_long_leaves_the_rest_to_the_next_worker_at_once(
    store, spool, archive, work, monkeypatch
):
    for recording in ("r1", "r2", "r3"):
        finished(store, recording)
        write(spool.path(recording), whole(2.0))
    monkeypatch.setattr(worker, "ROUND_SECONDS", 0.0)
    assert work() == ["recording-sealed"]
    assert sealings.due(store, "switch") == {"r2", "r3"}
    assert work() + work() + work() == ["recording-sealed"] * 2
    assert sealings.QUEUE.state(store).waiting == 0


def test_large_recordings_are_leased_one_by_one_and_small_ones_together(store, spool, archive, monkeypatch):
    names = ("r1", "r2", "r3", "r4")
    for recording, seconds in zip(names, (0.1, 0.1, 2.0, 0.1), strict=True):
        finished(store, recording, talk_seconds=seconds)
        write(spool.path(recording), whole(seconds))
    monkeypatch.setattr(worker, "GROUP_BYTES", 20_000)
    taken, take = [], sealings.take
    monkeypatch.setattr(sealings, "take", lambda store, some, size: taken.append(some) or take(store, some, size))
    assert len(Worker(store, spool, archive, "switch").work()) == 4
    assert taken == [["r1", "r2"], ["r3"], ["r4"]]


class Killed(BaseException):
    """As kill -9: nothing after it runs."""


def test_what_a_killed_worker_was_at_is_sealed_by_another_after_its_lease(
    store, spool, archive, work, clock, monkeypatch
):
    finished(store)
    write(spool.path("r1"), whole(2.0))
    put = archive.put

    def put_and_killed(*given):
        put(*given)
        raise Killed

    with monkeypatch.context() as fatal:
        fatal.setattr(archive, "put", put_and_killed)
        with pytest.raises(Killed):
            work()
    assert work() == []
    clock.turn(sealings.LEASE_SECONDS + 1.0)
    assert work() == ["recording-sealed"]
    assert recordings.get(store, ACME, "r1").seconds == 2.0


def test_one_that_cannot_be_sealed_does_not_hold_up_the_others(store, spool, work):
    for recording in ("r1", "r2", "r3"):
        finished(store, recording)
        write(spool.path(recording), whole(2.0))
    write(spool.path("r2"), b"not audio")
    assert sorted(work()) == ["recording-lost", "recording-sealed", "recording-sealed"]


def test_another_switchs_recordings_are_left_to_the_fsplug_beside_it(store, work):
    finished(store, switch="elsewhere")
    assert work() == []
