"""Looking for recordings: every filter alone and together, a page at a time, whatever is added or typed meanwhile."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from fsplug.policy.entities import Direction, User
from fsplug.policy.terms import Terms
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import RecordingExpected
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search import query, results
from fsplug.store.recordings.search.keywords import Keyword
from fsplug.store.recordings.search.order import Order
from fsplug.store.recordings.search.results import RecordingFilter, RecordingPage
from tests.store.cast import ACME, BETA
from tests.store.recordings.lookedfor import CUSTOMER, TALKS, calls_of, longest_first, recorded_talk, talk_of
from tests.store.story import decided, recorded_call, seen, started
from tests.tables import table

WANTED: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "gfedcba"),
    ({"since": 102.0}, "gfedc"),
    ({"until": 102.0}, "ba"),
    ({"since": 101.0, "until": 104.0}, "dcb"),
    ({"direction": Direction.INTERNAL}, "gc"),
    ({"direction": Direction.OUTGOING}, "eb"),
    ({"people": ("1003",)}, "edc"),
    ({"people": ("1002", "1003")}, "gfedc"),
    ({"people": ("1002", "1003"), "direction": Direction.INTERNAL}, "gc"),
    ({"people": ()}, ""),
    ({"people": ("nobody",)}, ""),
    ({"department": "Sales"}, "gfcba"),
    ({"department": "Support"}, "edc"),
    ({"department": "Support", "direction": Direction.INCOMING}, "d"),
    ({"department": "Nowhere"}, ""),
    ({"group": "2001"}, "fa"),
    ({"group": "2001", "department": "Sales"}, "fa"),
    ({"group": "2001", "department": "Support"}, ""),
    ({"group": "2001", "people": ("1002",)}, "f"),
    ({"group": "2001", "direction": Direction.OUTGOING}, ""),
    ({"number": "22 33 44 55"}, "ba"),
    ({"number": "+45 22 33 44 55"}, "ba"),
    ({"number": "004522334455"}, "ba"),
    ({"number": "3344"}, "fba"),
    ({"number": "334455"}, "fba"),
    ({"number": "33445566"}, "f"),
    ({"number": "46812345678"}, "d"),
    ({"number": "0812345678"}, "d"),
    ({"number": "123 45"}, "d"),
    ({"number": "+46 (0)8 123"}, "d"),
    ({"number": "(0)8-12"}, "d"),
    ({"number": "999"}, ""),
    ({"number": "3344", "direction": Direction.INCOMING}, "fa"),
    ({"number": "3344", "department": "Sales", "group": "2001", "people": ("1001",)}, "a"),
    ({"own": "1001"}, "gcba"),
    ({"own": "1001", "people": ("1003",)}, "c"),
    ({"own": "1001", "people": ("1002", "1003")}, "gc"),
    ({"own": "1003", "number": "3344"}, ""),
    ({"own": "nobody"}, ""),
)


def test_what_is_found_is_found_in_every_order_whatever_leads(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with table() as rows:
        for few, (wanted, calls) in itertools.product((0, 2, 2_000), WANTED):
            monkeypatch.setattr(query, "FEW", few)
            with rows.row(wanted, few):
                longest = longest_first(calls)
                orders = (calls, calls[::-1], longest, longest[::-1])
                for order, expected in zip(Order, orders, strict=True):
                    assert calls_of(results.search(busy, ACME, RecordingFilter(**wanted, order=order))) == expected


def test_pages_of_every_size_hold_everything_once(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    filters = [
        RecordingFilter(),
        RecordingFilter(number="3344"),
        RecordingFilter(department="Sales"),
        RecordingFilter(people=("1001", "1003")),
        RecordingFilter(people=("1001", "1003"), order=Order.OLDEST),
        RecordingFilter(number="3344", order=Order.OLDEST),
        RecordingFilter(order=Order.LONGEST),
        RecordingFilter(department="Sales", order=Order.SHORTEST),
    ]
    for wanted, limit, few in itertools.product(filters, (1, 2, 3, 7), (0, 2_000)):
        monkeypatch.setattr(query, "FEW", few)
        assert "".join(map(calls_of, _pages(busy, wanted, limit))) == calls_of(results.search(busy, ACME, wanted))


def test_recordings_of_one_moment_are_not_lost_between_pages(store: Store) -> None:
    for call in "abcde":
        ledger.apply(store, recorded_talk(call, 100.0, **TALKS["a"]))
    assert "".join(map(calls_of, _pages(store, RecordingFilter(), 2))) == "edcba"
    assert "".join(map(calls_of, _pages(store, RecordingFilter(order=Order.OLDEST), 2))) == "abcde"


def test_pages_of_one_s_own_are_full(busy: Store) -> None:
    assert list(map(calls_of, _pages(busy, RecordingFilter(own="1001"), 2))) == ["gc", "ba"]


def test_two_keywords_of_one_hash_show_nobody_what_is_not_theirs(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Keyword, "id", lambda keyword, company: 1)
    ledger.apply(busy, recorded_talk("x", 200.0, **TALKS["a"]))
    ledger.apply(busy, recorded_call("y", BETA, 201.0))
    assert calls_of(results.search(busy, ACME, RecordingFilter())) == "x"
    assert calls_of(results.search(busy, ACME, RecordingFilter(own="1003"))) == ""


def test_what_is_added_between_two_pages_shifts_nothing(busy: Store) -> None:
    first = results.search(busy, ACME, RecordingFilter(), 3)
    ledger.apply(busy, recorded_talk("z", 999.0, **TALKS["a"]))
    assert calls_of(results.search(busy, ACME, RecordingFilter(), 3, first.before)) == "dcb"


def test_looking_for_what_is_seldom_among_much_ends_and_goes_on(busy: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query, "FEW", 0)
    monkeypatch.setattr(query, "_STEPS", (1, 1))
    monkeypatch.setattr(query, "_MOST_NUMBERS", 0)
    first = results.search(busy, ACME, RecordingFilter(number="12345678"))
    assert (calls_of(first), first.looked_back_to) == ("", 105.0)
    second = results.search(busy, ACME, RecordingFilter(number="12345678"), before=first.before)
    assert (calls_of(second), second.looked_back_to) == ("d", 103.0)
    assert calls_of(_pages(busy, RecordingFilter(number="12345678"), 50)[-1]) == ""
    by_length = RecordingFilter(number="12345678", order=Order.LONGEST)
    assert [(calls_of(one), one.looked_back_to) for one in _pages(busy, by_length, 50)] == [
        ("", 9.0), ("", 7.0), ("d", 3.0), ("", None),
    ]  # fmt: skip


def test_what_has_no_length_is_in_no_order_of_lengths(busy: Store) -> None:
    ledger.apply(busy, recorded_talk("x", 200.0, **TALKS["a"])[:3])
    assert calls_of(results.search(busy, ACME, RecordingFilter())) == "xgfedcba"
    assert calls_of(results.search(busy, ACME, RecordingFilter(order=Order.LONGEST))) == longest_first("gfedcba")


def _pages(store: Store, wanted: RecordingFilter, limit: int) -> Sequence[RecordingPage]:
    leaves: list[RecordingPage] = []
    before: Cursor | None = None
    while not leaves or before is not None:
        leaves.append(results.search(store, ACME, wanted, limit, before))
        before = leaves[-1].before
    return leaves


def test_a_row_says_who_they_were_then(busy: Store) -> None:
    [internal] = [one for one in results.search(busy, ACME, RecordingFilter()).recordings if one.id == "c-rec"]
    assert (internal.caller.name, internal.answerer.name, internal.answerer.department) == ("Anna", "Clara", "Support")
    assert (internal.user, internal.person.name if internal.person else "", internal.people) == (
        "1001",
        "Anna",
        ["1001", "1003"],
    )
    assert (internal.state, internal.seconds) == ("sealed", 12.0)


def test_a_recording_whose_decision_comes_later_moves_to_where_it_belongs(store: Store) -> None:
    ledger.apply(store, [started("c", at=500.0)])
    [early] = results.search(store, ACME, RecordingFilter()).recordings
    assert (early.at, early.direction) == (500.0, None)
    further = RecordingExpected("c-2", ACME, "c", "c-dec", "1001", "c-b", "/spool/c-2.wav", Terms(), 502.0)
    ledger.apply(store, [further])
    ledger.apply(store, [seen("c"), decided("c", at=499.0, **TALKS["c"])])
    assert [(one.id, one.at) for one in results.search(store, ACME, RecordingFilter()).recordings] == [
        ("c-2", 502.0),
        ("c-rec", 499.0),
    ]
    assert calls_of(results.search(store, ACME, RecordingFilter(people=("1003",)))) == "c-2c"


def test_in_whatever_order_entries_come_the_same_is_filed(store: Store, open_store: Callable[..., Store]) -> None:
    def filed() -> list[Any]:
        tables = ("recording_keyword", "filed_recording", "number_part", "keyword")
        return [sorted(store.rows(f"SELECT * FROM {table}")) for table in tables]

    entries = [*recorded_talk("a", 100.0, **TALKS["a"]), *recorded_talk("c", 100.0, **TALKS["c"])]
    ledger.apply(store, entries)
    once = filed()
    ledger.apply(store, entries)
    assert filed() == once
    with store.atomic():
        for table in ("recording_keyword", "filed_recording", "recording", "decision", "gap", "call"):
            store.run(f"DELETE FROM {table}")
    for entry in reversed(entries):
        ledger.apply(store, [entry])
    assert filed() == once


def test_names_that_no_database_takes_as_they_are_can_be_looked_for(store: Store) -> None:
    odd = User("1001", "1001", "A\x00", "Sa\x00les\ud800")
    ledger.apply(store, recorded_talk("a", 100.0, **talk_of(CUSTOMER, odd)))
    [name] = results.departments(store, ACME)
    assert calls_of(results.search(store, ACME, RecordingFilter(department=name))) == "a"
