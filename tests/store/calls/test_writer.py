"""The one writer of calls: never waits, loses nothing, keeps order, and says when something is wrong."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.calls import calls, ledger, writer
from fsplug.store.calls.entries import CallEnded, JournalEntry
from fsplug.store.calls.entry_lines import to_json
from fsplug.store.calls.journal import Journal
from fsplug.store.calls.writer import Writer
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from tests.store.calls.test_journal import files_end_at
from tests.store.cast import ACME
from tests.store.story import recorded_call, seen

Work = Callable[[], None]
DEADLINE_SECONDS = PATIENCE_SECONDS


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    journal = Journal(tmp_path / "journal")
    yield journal
    journal.close()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries after milliseconds."""
    monkeypatch.setattr(writer, "GATHER_SECONDS", 0.001)
    monkeypatch.setattr(writer, "FIRST_RETRY_SECONDS", 0.001)
    monkeypatch.setattr(writer, "LAST_RETRY_SECONDS", 0.01)


class Door:
    """Runs work when it is open; closed, the store seems locked."""

    def __init__(self) -> None:
        self.is_open = True
        self.tried = 0

    def __call__(self, work: Work) -> None:
        self.tried += 1
        if not self.is_open:
            raise Unavailable("store-locked", "locked by another")
        work()


def _until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < give_up_at, "it never came true"
        time.sleep(0.001)


def test_what_is_put_is_in_the_store_after_a_flush(store: Store, journal: Journal) -> None:
    writer = Writer(store, journal)
    writer.start()
    for entry in recorded_call():
        writer.put(entry)
    assert writer.flush(DEADLINE_SECONDS)
    assert (writer.backlog, writer.alarm) == (0, None)
    assert [r.state for r in recordings.listed(store, ACME)] == ["sealed"]
    assert writer.stop()


def test_entries_put_before_the_start_are_not_lost(store: Store, journal: Journal) -> None:
    writer = Writer(store, journal)
    writer.put(seen())
    writer.start()
    assert writer.stop(DEADLINE_SECONDS)
    assert len(calls.listed(store, ACME)) == 1


def test_a_locked_store_delays_entries_and_raises_an_alarm_until_it_is_free(store: Store, journal: Journal) -> None:
    door = Door()
    door.is_open = False
    writer = Writer(store, journal, run=door)
    writer.start()
    for entry in recorded_call():
        writer.put(entry)
    assert not writer.flush(0.05)
    assert (writer.backlog, writer.alarm) == (7, "locked by another")
    assert calls.listed(store, ACME) == []
    _until(lambda: door.tried > 5)
    door.is_open = True
    assert writer.flush(DEADLINE_SECONDS)
    assert (writer.backlog, writer.alarm) == (0, None)
    assert len(calls.listed(store, ACME)) == 1
    writer.stop()


def test_a_fault_of_our_own_is_an_alarm_and_not_the_end(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    writer = Writer(store, journal)
    with monkeypatch.context() as broken:
        broken.setattr(ledger, "apply", fail)
        writer.start()
        writer.put(seen())
        _until(lambda: writer.alarm == "a bug")
    assert writer.flush(DEADLINE_SECONDS)
    assert len(calls.listed(store, ACME)) == 1
    writer.stop()


def test_order_is_kept_over_batches_and_failures(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied: list[JournalEntry] = []
    monkeypatch.setattr(writer, "BATCH_ENTRIES", 3)
    monkeypatch.setattr(ledger, "apply", lambda store, entries: applied.extend(entries))
    turns = iter(range(1000))

    def every_other(work: Work) -> None:
        if next(turns) % 2:
            raise Unavailable("store-locked", "locked")
        work()

    ours = Writer(store, journal, run=every_other)
    ours.start()
    entries = [CallEnded(str(number), float(number), "x") for number in range(20)]
    for entry in entries:
        ours.put(entry)
    assert ours.flush(DEADLINE_SECONDS)
    assert applied == entries
    ours.stop()


def test_what_an_earlier_run_left_in_the_journal_is_applied_first(store: Store, tmp_path: Path) -> None:
    earlier = Journal(tmp_path / "journal")
    for entry in recorded_call("a"):
        earlier.append(entry)
    earlier.close()
    journal = Journal(tmp_path / "journal")
    writer = Writer(store, journal)
    writer.put(seen("b"))
    writer.start()
    assert writer.flush(DEADLINE_SECONDS)
    assert {call.id for call in calls.listed(store, ACME)} == {"a", "b"}
    assert writer.stop()
    assert journal.replay() == []
    journal.close()


def test_what_the_store_will_not_take_now_waits_in_the_journal_for_the_next_start(store: Store, tmp_path: Path) -> None:
    door = Door()
    door.is_open = False
    journal = Journal(tmp_path / "journal")
    first = Writer(store, journal, run=door)
    first.start()
    first.put(seen())
    assert not first.stop(0.05)
    journal.close()
    journal = Journal(tmp_path / "journal")
    second = Writer(store, journal)
    second.start()
    assert second.stop(DEADLINE_SECONDS)
    assert len(calls.listed(store, ACME)) == 1
    journal.close()


def test_a_damaged_line_of_the_journal_ends_among_the_rejects(store: Store, tmp_path: Path) -> None:
    (tmp_path / "journal").write_text(f"{to_json(seen())}\nrubbish\n{to_json(CallEnded('a', 200.0, 'x'))}\n")
    journal = Journal(tmp_path / "journal")
    writer = Writer(store, journal)
    writer.start()
    assert writer.stop(DEADLINE_SECONDS)
    assert [call.ended_at for call in calls.listed(store, ACME)] == [200.0]
    assert ["rubbish" in reject.entry for reject in ledger.rejects(store)] == [True]
    journal.close()


def test_the_journal_stays_small_under_a_load_that_never_pauses(
    store: Store, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_BYTES", 10_000)
    monkeypatch.setattr(ledger, "apply", lambda store, entries: None)
    lengths: list[int] = []

    def while_more_come(work: Work) -> None:
        # The next entries are in the queue before this batch is done: it is never empty.
        for number in range(5 if len(lengths) < 200 else 0):
            ours.put(CallEnded(str(number), 1.0, "x" * 200))
        work()
        lengths.append(sum(path.stat().st_size for path in tmp_path.glob("journal*")))

    ours = Writer(store, journal, run=while_more_come)
    ours.start()
    ours.put(seen())
    _until(lambda: len(lengths) >= 200)
    assert ours.stop(DEADLINE_SECONDS)
    written = 200 * 5 * len(to_json(CallEnded("1", 1.0, "x" * 200)))
    assert max(lengths) < 30_000 < written


def test_the_journal_keeps_what_is_set_apart_until_all_of_it_is_applied(
    store: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "JOURNAL_BYTES", 100)
    monkeypatch.setattr(writer, "BATCH_ENTRIES", 3)
    door = Door()

    def once(work: Work) -> None:
        door(work)
        door.is_open = False

    ours = Writer(store, journal, run=once)
    entries = [seen(str(number)) for number in range(20)]
    for entry in entries:
        ours.put(entry)
    ours.start()
    _until(lambda: door.tried > 3)
    assert journal.is_rotated
    assert entries[3:] == [entry for entry in journal.replay() if entry in entries[3:]]
    ours.put(seen("late"))
    ours._run = lambda work: work()
    assert ours.flush(DEADLINE_SECONDS)
    assert not journal.is_rotated
    assert len(calls.listed(store, ACME)) == 21
    ours.stop()


def test_a_full_disk_for_the_journal_is_an_alarm_and_entries_reach_the_store(store: Store, journal: Journal) -> None:
    door = Door()
    door.is_open = False
    ours = Writer(store, journal, run=door)
    ours.start()
    with files_end_at(300):
        ours.put(seen("a"))
        ours.put(seen("b"))
        assert ours._journal_alarm is not None and "the disk is full" in ours._journal_alarm
    assert len(journal.replay()) < 2
    # The disk has room again: before the store takes them, the journal has them.
    _until(lambda: len(journal.replay()) == 2)
    assert ours._journal_alarm is None
    door.is_open = True
    assert ours.flush(DEADLINE_SECONDS)
    assert {call.id for call in calls.listed(store, ACME)} == {"a", "b"}
    assert ours.stop() and ours.alarm is None
