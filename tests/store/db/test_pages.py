"""Lists of calls, decisions, recordings and gaps: in pages, filtered, one company at a time."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fsplug.store.calls import calls, decisions, gaps, ledger
from fsplug.store.calls.entries import CallEnded, GapFound
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import State
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, seen, started, stopped
from tests.tables import table

LISTS = [calls.listed, decisions.listed, recordings.listed, gaps.listed]


def _gap(call: str, company: str, at: float) -> GapFound:
    return GapFound(company, call, f"{call}-dec", f"{call}-rec", "short", "", at)


@pytest.fixture
def busy(store: Store) -> Store:
    """Nine calls of Acme, three at each of three moments, and one of Beta; each with a gap."""
    for number in range(9):
        call, at = f"call{number}", 100.0 * (number // 3 + 1)
        user, caller = ("1001", "+4511111111") if number % 2 else ("1002", "+4522222222")
        ledger.apply(store, [seen(call, at=at, caller=caller), decided(call, at=at, user=user, caller=caller)])
        ledger.apply(store, [_gap(call, ACME, at)])
    ledger.apply(store, [*recorded_call("other", BETA, 200.0), _gap("other", BETA, 200.0)])
    return store


def _call(row: Any) -> str:
    return str(row.id if isinstance(row, calls.Call) else row.call)


@pytest.mark.parametrize("listed", LISTS)
def test_pages_together_hold_everything_once_from_either_end(busy: Store, listed: Callable[..., list[Any]]) -> None:
    in_order = [f"call{number}" for number in range(9)]
    for oldest, expected in ((False, in_order[::-1]), (True, in_order)):
        found: list[str] = []
        before = None
        while page := listed(busy, ACME, limit=2, before=before, wanted=Wanted(oldest=oldest)):
            assert len(page) <= 2
            found += [_call(row) for row in page]
            before = page[-1].cursor
        assert found == expected


@pytest.mark.parametrize("listed", LISTS)
def test_what_comes_between_two_pages_shifts_nothing(busy: Store, listed: Callable[..., list[Any]]) -> None:
    first = listed(busy, ACME, limit=4)
    ledger.apply(busy, [seen("new", at=999.0), decided("new", at=999.0), _gap("new", ACME, 999.0)])
    second = listed(busy, ACME, limit=4, before=first[-1].cursor)
    assert [_call(row) for row in second] == ["call4", "call3", "call2", "call1"]


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_holds_one_company(busy: Store, listed: Callable[..., list[Any]]) -> None:
    assert [_call(row) for row in listed(busy, BETA)] == ["other"]
    assert {row.company for row in listed(busy, ACME)} == {ACME}


WANTED: tuple[tuple[Wanted, list[int]], ...] = (
    (Wanted(since=300.0), [8, 7, 6]),
    (Wanted(until=200.0), [2, 1, 0]),
    (Wanted(since=200.0, until=300.0), [5, 4, 3]),
    (Wanted(person="1001"), [7, 5, 3, 1]),
    (Wanted(numbers=("+4511111111",)), [7, 5, 3, 1]),
    (Wanted(person="1001", numbers=("+4522222222",)), []),
    (Wanted(person="1002", since=300.0), [8, 6]),
    (Wanted(person="nobody"), []),
)


def test_a_list_holds_what_is_wanted(busy: Store) -> None:
    with table() as rows:
        for listed, (wanted, expected) in itertools.product(LISTS, WANTED):
            with rows.row(listed.__module__, wanted):
                found = [_call(row) for row in listed(busy, ACME, wanted=wanted)]
                assert found == [f"call{number}" for number in expected]
                turned = listed(busy, ACME, wanted=replace(wanted, oldest=True))
                assert [_call(row) for row in turned] == found[::-1]


def test_another_companys_decision_about_a_call_reveals_nothing_about_it(busy: Store) -> None:
    ledger.apply(busy, [decided("call0", BETA, user="birgitta", decision="x", talk="x", recording="x")])
    assert calls.listed(busy, ACME, wanted=Wanted(person="birgitta")) == []
    assert decisions.of_calls(busy, BETA, ["call0"])["call0"][0].id == "x"
    assert len(decisions.of_calls(busy, ACME, ["call0"])["call0"]) == 1


def test_nobody_gets_a_row_of_another_company_by_its_id(busy: Store) -> None:
    assert calls.get(busy, BETA, "other") is not None and calls.get(busy, ACME, "other") is None
    assert decisions.get(busy, BETA, "other-dec") is not None and decisions.get(busy, ACME, "other-dec") is None
    assert recordings.get(busy, BETA, "other-rec") is not None and recordings.get(busy, ACME, "other-rec") is None
    assert decisions.of_calls(busy, ACME, ["other"]) == {"other": []}


def test_the_decisions_of_calls_come_in_the_order_they_were_made(store: Store) -> None:
    later = decided("a", decision="later", talk="second", at=150.0, recording="second")
    ledger.apply(store, [later, decided("a"), decided("b")])
    found = decisions.of_calls(store, ACME, ["a", "b", "c"])
    assert {call: [d.id for d in made] for call, made in found.items()} == {
        "a": ["a-dec", "later"],
        "b": ["b-dec"],
        "c": [],
    }
    assert decisions.of_calls(store, ACME, []) == {}


def test_open_calls_are_those_of_one_switch_in_every_company(store: Store) -> None:
    elsewhere = seen("c", switch="fs2", at=3.0)
    ended = [seen("d", at=4.0), CallEnded("d", 5.0, "NORMAL_CLEARING")]
    ledger.apply(store, [seen("a", at=2.0), seen("b", BETA, at=1.0), elsewhere, *ended])
    assert [(call.id, call.company) for call in calls.open_on(store, "fs1")] == [("b", BETA), ("a", ACME)]


def test_recordings_are_found_by_switch_and_state(store: Store) -> None:
    unfinished = [seen("a"), decided("a"), seen("b"), decided("b"), started("b"), seen("c"), decided("c"), stopped("c")]
    elsewhere = [seen("e", switch="fs2"), decided("e")]
    ledger.apply(store, [*unfinished, *elsewhere, *recorded_call("d")])
    wanted = [State.EXPECTED, State.RECORDING]
    assert [r.id for r in recordings.in_states(store, "fs1", wanted)] == ["a-rec", "b-rec"]
    assert [r.id for r in recordings.in_states(store, "fs1", [State.STOPPED])] == ["c-rec"]
    assert [r.id for r in recordings.in_states(store, "fs2", wanted)] == ["e-rec"]


def test_a_recording_that_only_the_switch_knows_is_found_by_id(store: Store) -> None:
    ledger.apply(store, [stopped("a")])
    found = recordings.find(store, "a-rec")
    assert found is not None
    assert (found.company, found.state, found.cause) == (None, State.STOPPED, "success-silence")
    assert recordings.find(store, "nothing") is None
