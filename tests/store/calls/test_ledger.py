"""Entries become rows: in any order, any number of times, each for itself."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from fsplug.errors import Invalid
from fsplug.policy.terms import Terms
from fsplug.store.calls import calls, decisions, gaps, ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import CallAnswered, CallEnded, GapFound, JournalEntry, RecordingLost, Unreadable
from fsplug.store.config.versioned import unknown_company
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, sealed, seen, started, stopped

TABLES = {
    "call": "id, company",
    "call_change": "id",
    "decision": "id",
    "recording": "id",
    "gap": "decision",
    "ledger_reject": "id",
}
LOST = RecordingLost("a-rec", "disk-full", "no space", 105.0)
STALL = GapFound(ACME, "a", "a-dec", "a-rec", "write-stalled", "the file stands still", 105.0)
SHORT = GapFound(ACME, "a", "a-dec", "a-rec", "short", "7.0 s of 9.0 s", 111.0)


def _everything(store: Store) -> dict[str, list[Any]]:
    return {table: store.rows(f"SELECT * FROM {table} ORDER BY {key}") for table, key in TABLES.items()}


def _states(store: Store) -> list[str]:
    return [str(recording.state) for recording in recordings.listed(store, ACME)]


def test_a_recorded_call_ends_as_one_call_one_decision_and_one_sealed_recording(store: Store) -> None:
    ledger.apply(store, recorded_call())
    [call] = calls.listed(store, ACME)
    assert (call.id, call.company, call.switch, call.version, call.group) == ("a", ACME, "fs1", 1, "2001")
    assert (call.started_at, call.answered_at, call.ended_at, call.cause) == (100.0, 101.0, 109.0, "NORMAL_CLEARING")
    assert call.facts == {"ani": "1"}
    [decision] = decisions.listed(store, ACME)
    assert (decision.id, decision.record, decision.rule, decision.user) == ("a-dec", True, "group-always", "1001")
    assert decision.inputs == {"company": ACME}
    [recording] = recordings.listed(store, ACME)
    assert (recording.state, recording.seconds, recording.repaired) == (recordings.State.SEALED, 7.0, False)
    assert (recording.call, recording.decision, recording.switch) == ("a", "a-dec", "fs1")
    assert (recording.terms, recording.talk_seconds) == (Terms(), 7.0)
    assert gaps.listed(store, ACME) == []


@pytest.mark.parametrize(
    ("entries", "state"),
    [
        ([decided()], "expected"),
        ([started()], "recording"),
        ([decided(), started()], "recording"),
        ([decided(), stopped()], "stopped"),
        ([decided(), LOST], "lost"),
        ([decided(), LOST, stopped()], "lost"),
        ([decided(), sealed()], "sealed"),
        ([decided(), sealed(), LOST], "sealed"),
    ],
)
def test_a_recording_is_as_far_as_anything_known_of_it(store: Store, entries: list[JournalEntry], state: str) -> None:
    for entry in entries:
        ledger.apply(store, [entry])
    assert _states(store) == [state]


def test_a_verdict_of_no_makes_a_decision_and_no_recording(store: Store) -> None:
    ledger.apply(store, [decided(record=False, rule="excluded", recording=None, path=None)])
    assert [decision.record for decision in decisions.listed(store, ACME)] == [False]
    assert recordings.listed(store, ACME) == []


def test_the_same_entries_again_change_nothing(store: Store) -> None:
    entries = [*recorded_call(), LOST, SHORT, Unreadable("x", "no JSON"), seen("z", "nobody.example")]
    ledger.apply(store, entries)
    once = _everything(store)
    ledger.apply(store, entries)
    for entry in entries:
        ledger.apply(store, [entry])
    assert _everything(store) == once


@pytest.mark.parametrize("seed", range(12))
def test_any_order_and_any_batches_end_in_the_same_rows(
    store: Store, open_store: Callable[..., Store], seed: int
) -> None:
    held = CallChanged("a-hold", ACME, "a", "hold", 103.0, "a-leg")
    entries = [*recorded_call("a"), LOST, SHORT, *recorded_call("b")[:4], RecordingLost("b-rec", "killed", "", 200.0)]
    entries += [CallJoined("b", ACME, "a", 150.0), CallJoined("b", ACME, "earlier", 160.0), held]
    entries += [replace(held, until=104.0), seen("a", BETA, 105.0), CallAnswered("a", 106.0, BETA)]
    entries += [CallEnded("a", 109.0, "NORMAL_CLEARING", BETA)]
    ledger.apply(store, entries)
    in_order = _everything(store)
    _empty(store)
    for batch in _shuffled_batches(entries, random.Random(seed)):
        ledger.apply(store, batch)
    assert _everything(store) == in_order


def _empty(store: Store) -> None:
    with store.atomic():
        for table in TABLES:
            store.run(f"DELETE FROM {table}")


def _shuffled_batches(entries: Sequence[JournalEntry], dice: random.Random) -> list[list[JournalEntry]]:
    # Twice each: an entry may come again in the same batch, in another, before and after the others.
    shuffled = [*entries, *entries]
    dice.shuffle(shuffled)
    batches: list[list[JournalEntry]] = []
    while shuffled:
        size = dice.randint(1, 8)
        batches.append(shuffled[:size])
        shuffled = shuffled[size:]
    return batches


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("others", "causes"),
    [
        ([replace(sealed(), whole=True)], []),
        ([sealed()], ["write-stalled"]),
        ([sealed(), SHORT], ["write-stalled"]),
        (
            [replace(sealed(), whole=True), replace(SHORT, recording="a-rec-2", cause="stopped-early")],
            ["stopped-early"],
        ),
        ([sealed(), replace(SHORT, cause="began-late", at=120.0)], ["began-late"]),
    ],
)
def test_a_file_that_stood_still_and_is_whole_is_no_gap(
    store: Store, others: list[JournalEntry], causes: list[str], seed: int
) -> None:
    entries = [*recorded_call()[:-1], STALL, *others]
    for batch in _shuffled_batches(entries, random.Random(seed)):
        ledger.apply(store, batch)
    assert ledger.rejects(store) == []
    assert [gap.cause for gap in gaps.listed(store, ACME)] == causes


def test_a_decision_is_never_updated(store: Store) -> None:
    ledger.apply(store, [decided()])
    ledger.apply(store, [decided(rule="another", record=False)])
    with pytest.raises(Invalid, match="a decision is never updated"), store.atomic():
        store.run("UPDATE decision SET record = ?", False)
    [decision] = decisions.listed(store, ACME)
    assert (decision.record, decision.rule) == (True, "group-always")


def test_a_second_decision_about_one_talk_is_set_aside_with_its_recording(store: Store) -> None:
    second = decided(decision="other-dec", recording="other-rec")
    ledger.apply(store, [decided(), second])
    assert [decision.id for decision in decisions.listed(store, ACME)] == ["a-dec"]
    assert [recording.id for recording in recordings.listed(store, ACME)] == ["a-rec"]
    [reject] = ledger.rejects(store)
    assert json.loads(reject.entry)["decision"] == "other-dec"


def test_a_talk_is_unique_in_its_company_only(store: Store) -> None:
    ledger.apply(store, [decided("a", talk="t"), decided("b", company=BETA, talk="t")])
    assert ledger.rejects(store) == []
    assert [d.id for d in decisions.listed(store, BETA)] == ["b-dec"]


@pytest.mark.parametrize(
    "poison",
    [
        seen("p", company="nobody.example"),
        decided("p", company="nobody.example"),
        replace(decided("p"), at=None),
        replace(decided("p"), version=2**70),
        seen("p", caller=None),
        replace(started("p"), leg={"not": "text"}),
        replace(sealed("p"), bytes="many"),
        CallEnded("\ud800", 1.0, "x"),
        Unreadable("{torn", "no JSON"),
    ],
    ids=lambda entry: entry.kind,
)
def test_one_bad_entry_is_set_aside_and_the_others_are_written(store: Store, poison: JournalEntry) -> None:
    good = [entry for call in ("a", "b", "c") for entry in recorded_call(call)]
    ledger.apply(store, [*good[:9], poison, *good[9:]])
    assert [call.id for call in calls.listed(store, ACME)] == ["c", "b", "a"]
    assert _states(store) == ["sealed"] * 3


def test_what_was_set_aside_can_be_seen_with_its_reason(open_store: Callable[..., Store]) -> None:
    store = open_store(clock=lambda: 55.0)
    ledger.apply(store, [seen("p", company="nobody.example"), Unreadable("{torn", "no JSON")])
    found = {(reject.error, reject.at) for reject in ledger.rejects(store)}
    assert found == {
        (str(unknown_company("nobody.example")), 55.0),
        ("no JSON", 55.0),
    }


@pytest.mark.parametrize(
    "name", ["NUL \0", "surrogate \ud800", "line \u2028 end", "${system(x)}", "'; DROP TABLE call"]
)
def test_whatever_a_caller_calls_itself_its_call_is_kept(store: Store, name: str) -> None:
    call_seen = seen("a", caller=name, facts={"name": name})
    ledger.apply(store, [call_seen, decided(caller=name, inputs={"name": name}), replace(LOST, detail=name)])
    assert ledger.rejects(store) == []
    [call], [decision], [gap] = calls.listed(store, ACME), decisions.listed(store, ACME), gaps.listed(store, ACME)
    assert call.caller == decision.caller == gap.detail == ledger.clean(name)
    assert call.facts == decision.inputs == {"name": name}


def test_a_lost_recording_is_a_gap_with_its_cause(store: Store) -> None:
    ledger.apply(store, [seen(), decided(), LOST])
    [gap] = gaps.listed(store, ACME)
    assert (gap.decision, gap.call, gap.recording, gap.user) == ("a-dec", "a", "a-rec", "1001")
    assert (gap.cause, gap.detail, gap.at) == ("disk-full", "no space", 105.0)


def test_a_loss_known_before_its_decision_becomes_a_gap_when_the_decision_comes(store: Store) -> None:
    ledger.apply(store, [LOST])
    assert gaps.listed(store, ACME) == []
    ledger.apply(store, [decided()])
    assert [gap.cause for gap in gaps.listed(store, ACME)] == ["disk-full"]


@pytest.mark.parametrize("entries", [[SHORT, LOST], [LOST, SHORT]])
def test_a_decision_has_one_gap_the_earliest(store: Store, entries: list[JournalEntry]) -> None:
    ledger.apply(store, [decided()])
    for entry in entries:
        ledger.apply(store, [entry])
    assert [gap.cause for gap in gaps.listed(store, ACME)] == ["disk-full"]


def test_an_entry_of_one_company_never_touches_anothers_rows(store: Store) -> None:
    ledger.apply(store, [seen(group=None), decided()])
    before = calls.listed(store, ACME), _everything(store)["recording"]
    intruders = [seen(company=BETA, group="666"), replace(started(), company=BETA), replace(SHORT, company=BETA)]
    ledger.apply(store, intruders)
    assert (calls.listed(store, ACME), _everything(store)["recording"]) == before
    assert [one.group for one in calls.listed(store, BETA)] == ["666"] and recordings.listed(store, BETA) == []
    ledger.apply(store, [SHORT])
    assert [(gap.company, gap.user) for gap in gaps.listed(store, BETA)] == [(BETA, None)]


def test_what_an_earlier_version_wrote_of_a_call_is_of_each_company_that_has_it(store: Store) -> None:
    ledger.apply(store, [seen(), seen(company=BETA), seen("other")])
    ledger.apply(store, [CallAnswered("a", 101.0), CallEnded("a", 109.0, "NORMAL_CLEARING"), CallEnded("x", 1.0, "y")])
    ledger.apply(store, [CallAnswered("a", 102.0), CallEnded("a", 110.0, "NO_ANSWER")])
    told = [
        (one.id, one.answered_at, one.ended_at, one.cause)
        for company in (ACME, BETA)
        for one in sorted(calls.listed(store, company), key=lambda call: call.id)
    ]
    ended = ("a", 101.0, 109.0, "NORMAL_CLEARING")
    assert told == [ended, ("other", None, None, None), ended]


def test_a_clock_that_goes_back_spoils_nothing(store: Store) -> None:
    ledger.apply(
        store, [seen(at=1000.0), CallEnded("a", 400.0, "NORMAL_CLEARING"), decided(at=990.0), stopped(at=10.0)]
    )
    [call] = calls.listed(store, ACME)
    assert (call.started_at, call.ended_at) == (1000.0, 400.0)
    assert _states(store) == ["stopped"]
    assert calls.open_on(store, "fs1") == []
