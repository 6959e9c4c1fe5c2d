"""kill -9 while a program writes, and two programs on one database: whole rows, and nothing lost."""

from pathlib import Path
from threading import Thread

import pytest

from fsplug.store.calls import ledger
from fsplug.store.calls.journal import Journal
from fsplug.store.calls.writer import Writer
from fsplug.store.db.database import Store
from tests.store.db.soundness import (
    DEADLINE_SECONDS,
    assert_sound,
    child_at_work,
    reported_safe_until_killed,
    sealed_calls,
)


@pytest.mark.parametrize("count", [1, 7, 40])
def test_killed_in_a_commit_every_call_reported_safe_is_there_in_full(store: Store, url: str, count: int) -> None:
    with child_at_work("apply", url, "x") as child:
        safe = reported_safe_until_killed(child, count)
    assert len(safe) >= count
    assert_sound(store)
    found = sealed_calls(store)
    assert set(safe) <= found
    assert len(found) <= len(safe) + 1


@pytest.mark.parametrize("count", [1, 50, 500])
def test_killed_between_journal_and_store_every_entry_is_there_after_the_next_start(
    store: Store, url: str, tmp_path: Path, count: int
) -> None:
    path = tmp_path / "journal"
    with child_at_work("put", url, str(path)) as child:
        safe = reported_safe_until_killed(child, count)
    journal = Journal(path)
    writer = Writer(store, journal)
    writer.start()
    assert writer.flush(DEADLINE_SECONDS)
    assert_sound(store)
    whole = store.rows(
        "SELECT c.id FROM call c JOIN decision d ON d.call = c.id JOIN recording r ON r.call = c.id "
        "WHERE c.started_at IS NOT NULL AND c.ended_at IS NOT NULL AND r.state = 'sealed'"
    )
    assert set(safe) <= {call for (call,) in whole}
    assert ledger.rejects(store) == []
    assert writer.stop()
    journal.close()


def test_two_instances_write_to_one_database_and_neither_loses_a_row(store: Store, url: str) -> None:
    safe: dict[str, list[str]] = {}
    with (
        child_at_work("apply", url, "x") as one,
        child_at_work("apply", url, "y") as two,
        child_at_work("apply", url, "x") as twin,
    ):
        # The twin writes the same entries as the first: both are told that they are safe, each is there once.
        children = {"x": one, "y": two, "twin": twin}
        readers = [
            Thread(target=lambda name=name, child=child: safe.update({name: reported_safe_until_killed(child, 30)}))
            for name, child in children.items()
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(DEADLINE_SECONDS)
    assert set(safe) == set(children)
    assert_sound(store)
    assert {name for names in safe.values() for name in names} <= sealed_calls(store)
    assert store.rows("SELECT call FROM decision GROUP BY call HAVING COUNT(*) > 1") == []
    assert ledger.rejects(store) == []
