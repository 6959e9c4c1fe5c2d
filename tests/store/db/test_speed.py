"""What the path of a call asks of the store costs the same however much is in it.

Counted in steps of SQLite's virtual machine, which are the same in every run; time is measured by scripts/bench.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fsplug.policy.access.scopes import operator
from fsplug.store.calls import calls, conversation_events, conversations, decisions, ledger, witnessed
from fsplug.store.change import planning
from fsplug.store.change.present import Present
from fsplug.store.config import numbers, policies, users
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import access, recordings
from fsplug.store.recordings.recordings import UNFINISHED
from tests.store.cast import ACME
from tests.store.story import recorded_call, seen, started

NOWHERE = [f"nowhere-{number}" for number in range(100)]
USERS, NUMBERS, EXCLUSIONS, PAST_CALLS = 4_000, 400, 2_000, 1_000
# A look-up goes a little deeper in a bigger tree; a scan of all rows would cost a hundred times as much.
NOT_DEARER = 1.5
# Each excluded number is a row of the answer.
STEPS_A_ROW = 40


def _steps(store: Store, work: Callable[[], object]) -> int:
    """What SQLite does for it."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    with store.connection():
        connection = store._db.connection()
        connection.set_progress_handler(count, 1)
        try:
            work()
        finally:
            connection.set_progress_handler(None, 0)
    return counted


@pytest.fixture(scope="module")
def full_and_empty(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """The cast alone, and the cast in the middle of a big company with a past."""
    folder = tmp_path_factory.mktemp("speed")
    full, small = (Store(shutil.copy(sqlite_template, folder / name)) for name in ("full.db", "small.db"))
    [company] = planning.export(full, ACME)["company"]
    company["range"] += [
        {"first": "+4570000000", "last": "+4570019999"},
        {"first": "+4580000000", "last": "+4580099999"},
    ]
    company["user"] += [_user(number) for number in range(USERS)]
    company["number"] += [{"number": f"+458{number:07d}", "user": "1001"} for number in range(NUMBERS)]
    company["excluded"] += [{"number": f"+452{number:07d}"} for number in range(EXCLUSIONS)]
    planning.apply_plan(full, planning.plan(full, {"company": [company]}), "operator")
    ledger.apply(full, [entry for number in range(PAST_CALLS) for entry in recorded_call(f"past-{number}", at=number)])
    for store in (full, small):
        ledger.apply(store, [seen("live"), started("live")])
    return full, small


def _numbers_leading(column: str, store: Store) -> list[Any]:
    return Present(store, ACME).holding(numbers.NUMBER, column, ["nobody"])


def _user(number: int) -> dict[str, Any]:
    return {"username": f"u{number}", "extension": str(200_000 + number), "fixed_number": f"+457{number:07d}"}


@pytest.mark.parametrize(
    "asked",
    [
        lambda store: policies.snapshot(store, ACME),
        lambda store: policies.current_version(store, ACME),
        lambda store: users.user_at(store, ACME, "1001", 1),
        lambda store: users.by_extension(store, ACME, "1001", 1),
        lambda store: users.by_number(store, ACME, "+4570101001", 1),
        lambda store: calls.open_on(store, "fs1"),
        lambda store: recordings.in_states(store, "fs1", UNFINISHED),
        lambda store: calls.listed(store, ACME, limit=1),
        lambda store: conversations.listed(store, ACME, limit=1),
        lambda store: conversations.calls_of(store, ACME, NOWHERE),
        lambda store: conversations.by_call(store, ACME, NOWHERE),
        lambda store: conversations.members(store, NOWHERE),
        lambda store: decisions.of_calls(store, ACME, NOWHERE),
        lambda store: witnessed.decided(store, ACME, NOWHERE),
        lambda store: recordings.of_decisions(store, ACME, NOWHERE),
        lambda store: conversation_events.of_calls(store, ACME, conversations.of_call(store, ACME, "live")),
        lambda store: access.reachable(store, ACME, NOWHERE, operator("root")),
        lambda store: recordings.listed(store, ACME, limit=1, wanted=Wanted(person="nobody")),
        lambda store: users.in_department(store, ACME, "Nowhere", 1),
        lambda store: Present(store, ACME).holding(users.USER, "department", ["Nowhere"]),
        *(partial(_numbers_leading, column) for column in ("username", "group", "ivr", "closed_to")),
    ],
    ids=[
        "snapshot",
        "version",
        "user",
        "extension",
        "number",
        "open calls",
        "unfinished recordings",
        "newest call",
        "newest conversation",
        "calls of conversations",
        "conversations of calls",
        "calls of conversations in any company",
        "decisions of calls",
        "decided talks of calls",
        "recordings of decisions",
        "what happened in a conversation",
        "recordings that somebody may hear",
        "a person's recordings",
        "a department's users",
        "users of a department that is removed",
        *(f"numbers of a {noun} that is removed" for noun in ("user", "group", "IVR", "destination")),
    ],
)
def test_a_full_store_does_no_more_for_an_answer_than_an_empty_one(
    full_and_empty: tuple[Store, Store], asked: Callable[[Store], object]
) -> None:
    full, small = full_and_empty
    policies.snapshot(full, ACME)
    policies.snapshot(small, ACME)
    assert 0 < _steps(full, lambda: asked(full)) < NOT_DEARER * _steps(small, lambda: asked(small))


def test_ten_thousand_exclusions_are_read_row_by_row(full_and_empty: tuple[Store, Store]) -> None:
    full, _ = full_and_empty

    def read_anew() -> None:
        full.snapshots.clear()
        assert len(policies.snapshot(full, ACME).excluded) == EXCLUSIONS + 1

    assert _steps(full, read_anew) < STEPS_A_ROW * EXCLUSIONS


def test_an_entry_costs_the_same_however_much_is_there(full_and_empty: tuple[Store, Store]) -> None:
    full, small = full_and_empty
    batch = [entry for number in range(100) for entry in recorded_call(f"new-{number}")]
    assert _steps(full, lambda: ledger.apply(full, batch)) < NOT_DEARER * _steps(
        small, lambda: ledger.apply(small, batch)
    )
