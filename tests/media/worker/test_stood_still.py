"""Files that stood still, in a hold and otherwise: what is sealed in real time, and what is a gap."""

import pytest

from fsplug.store.calls import gaps, ledger
from fsplug.store.calls.entries import GapFound, RecordingHeld
from fsplug.store.recordings import holds as recording_holds
from fsplug.store.recordings import recordings
from tests.media.recordings import whole, write
from tests.media.worker.finished import ACME, BEGAN, finished

STALL = GapFound(ACME, "call-r1", "d-r1", "r1", "write-stalled", "the file stands still", BEGAN + 1)


@pytest.mark.parametrize(("seconds", "causes"), [(2.0, []), (1.0, ["write-stalled"])])
def test_a_file_that_stood_still_is_a_gap_unless_it_is_whole_after_all(store, spool, work, seconds, causes):
    finished(store)
    ledger.apply(store, [STALL])
    write(spool.path("r1"), whole(seconds))
    work()
    assert [gap.cause for gap in gaps.listed(store, ACME)] == causes


def held(by, at, until, recording="r1"):
    return RecordingHeld(f"{recording}-{by}-{at}", recording, ACME, by, BEGAN + at, until and BEGAN + until)


@pytest.mark.parametrize(
    ("holds", "talk_seconds", "sealed_seconds", "causes"),
    [
        ([held("user", 0.5, 1.5)], 2.0, 2.0, []),
        ([held("user", 0.5, None)], 2.0, 2.0, []),
        ([held("user", 0.5, 1.0), held("user", 1.25, 1.75)], 2.0, 2.0, []),
        # Where the length of the talk is not known, a hold counts if its end is.
        ([held("user", 0.5, 1.5)], None, 2.0, []),
        ([held("user", 0.5, None)], None, 1.0, []),
        # The other person's hold does not stop the file.
        ([held("other", 0.5, 1.5)], 2.0, 1.0, ["short"]),
        # A hold explains no more than it took.
        ([held("user", 0.5, 0.9)], 2.0, 1.4, ["short"]),
    ],
)
def test_a_file_that_stood_still_in_a_hold_is_sealed_in_real_time(
    store, spool, work, holds, talk_seconds, sealed_seconds, causes
):
    """The talk lasts two seconds, and the file has one."""
    finished(store, talk_seconds=talk_seconds)
    ledger.apply(store, holds)
    write(spool.path("r1"), whole(1.0))
    work()
    assert recordings.get(store, ACME, "r1").seconds == pytest.approx(sealed_seconds)
    assert [gap.cause for gap in gaps.listed(store, ACME)] == causes


@pytest.mark.parametrize(
    ("at", "talk_seconds", "file_seconds", "until"),
    [
        (0.5, 2.0, 1.0, 2.0),
        # How long the hold took is not known: the file goes no further.
        (0.5, None, 1.0, 1.0),
        (1.5, None, 1.0, 1.5),
        # The file is lost.
        (0.5, 2.0, None, 2.0),
    ],
)
def test_a_hold_whose_end_nobody_reported_ends_with_its_recording(
    store, spool, work, at, talk_seconds, file_seconds, until
):
    finished(store, talk_seconds=talk_seconds)
    ledger.apply(store, [held("user", at, None)])
    if file_seconds:
        write(spool.path("r1"), whole(file_seconds))
    work()
    assert [(one.at - BEGAN, one.until - BEGAN) for one in recording_holds.of(store, ACME, "r1")] == [(at, until)]
