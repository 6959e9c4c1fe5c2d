"""Calls that are one conversation, as their rows tell it: each company sees its own."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from fsplug.policy.conversation.events import Change
from fsplug.policy.conversation.shapes import Timeline, TurnKind
from fsplug.policy.conversation.timeline import timeline
from fsplug.store.calls import calls, conversation_events, conversations, gaps, ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import (
    CallEnded,
    GapFound,
    JournalEntry,
    ListenBegan,
    RecordingHeld,
    TalkWitnessed,
)
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.migrations import runner
from fsplug.store.recordings import recordings
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, sealed, seen, started, stopped
from tests.tables import table


def talk(call: str, legs: str, at: float, user: str = "1001", **facts: object) -> JournalEntry:
    ends = {"caller": {"user": None, "numbers": ["+4522334455"]}, "answerer": {"user": {"username": user}}}
    name = legs.replace(":", "-")
    made = {"decision": f"{name}-dec", "recording": f"{name}-rec", "talk": f"{legs}:0", "user": user, "at": at}
    return replace(decided(call), **{**made, "inputs": ends, "caller": "+4522334455", "answerer": user, **facts})


ATTENDED: Sequence[JournalEntry] = (
    replace(seen("A"), at=100.0),
    talk("A", "A:B", 105.0),
    replace(seen("C"), at=110.0),
    talk(
        "C",
        "C:D",
        112.0,
        "1003",
        caller="1001",
        inputs={"caller": {"user": {"username": "1001", "name": "Anna"}}, "answerer": {"user": {"username": "1003"}}},
    ),
    CallChanged("t", ACME, "A", Change.TRANSFER, 120.0, "B", "A", "1001", "1001", "attended"),
    CallChanged("p", ACME, "A", Change.PARTED, 120.0, "A", "B"),
    CallEnded("C", 120.0, "ATTENDED_TRANSFER"),
    CallJoined("C", ACME, "A", 120.0),
    talk("A", "A:D", 121.0, "1003"),
    CallEnded("A", 150.0, "NORMAL_CLEARING"),
)


def told(store: Store, call: str, company: str = ACME) -> Timeline:
    its = conversations.of_call(store, company, call)
    return timeline(conversation_events.of_calls(store, company, its))


def listed(store: Store, company: str = ACME, **wanted: object) -> list[str]:
    return [one.id for one in conversations.listed(store, company, wanted=Wanted(**wanted))]


def test_calls_that_were_joined_are_listed_as_one_conversation(store: Store) -> None:
    ledger.apply(store, ATTENDED)
    assert ledger.rejects(store) == []
    assert listed(store) == ["A"]
    for call in ("A", "C"):
        assert [one.id for one in conversations.of_call(store, ACME, call)] == ["A", "C"]
    assert [one.id for one in conversations.calls_of(store, ACME, ["A"])["A"]] == ["A", "C"]


def test_its_timeline_has_every_talk_and_who_transferred_whom(store: Store) -> None:
    ledger.apply(store, ATTENDED)
    found = told(store, "C")
    assert [(one.at, one.until, one.is_consultation) for one in found.parts] == [
        (105.0, 120.0, False),
        (112.0, 120.0, True),
        (121.0, 150.0, False),
    ]
    [turn] = found.turns
    assert (turn.kind, turn.at, turn.how) == (TurnKind.TRANSFER, 120.0, "attended")
    assert (turn.by and turn.by.username, turn.whom and turn.whom.number) == ("1001", "+4522334455")
    assert (found.began_at, found.ended_at) == (100.0, 150.0)


def test_its_timeline_says_what_is_recorded_held_missing_and_listened_to(store: Store) -> None:
    entries = [
        *recorded_call("a"),
        RecordingHeld("h", "a-rec", ACME, "user", 103.0, 104.0),
        GapFound(ACME, "a", "a-dec", "a-rec", "short", "7.0 s of 9.0 s", 111.0),
        ListenBegan("l", ACME, "fs1", "1003", "1001", "1001", "page", "a", "leg", "other", 102.0),
        TalkWitnessed("w", ACME, decided("a").talk, "a", "fs1", 101.0, 108.0, True, "a-dec"),
    ]
    ledger.apply(store, entries)
    found = told(store, "a")
    [part] = found.parts
    assert (part.until, part.gap, [(one.id, one.state) for one in part.recordings]) == (
        108.0,
        "short",
        [("a-rec", "sealed")],
    )
    assert [(turn.kind, turn.at, turn.until) for turn in found.turns] == [
        (TurnKind.LISTEN, 102.0, None),
        (TurnKind.HOLD, 103.0, 104.0),
    ]


def test_recordings_gaps_and_listen_ins_name_their_conversation(store: Store) -> None:
    gap = GapFound(ACME, "C", "C-D-dec", None, "short", "", 130.0)
    ledger.apply(store, [*ATTENDED, gap])
    assert {one.id: one.conversation for one in recordings.listed(store, ACME)} == {
        "A-B-rec": "A",
        "C-D-rec": "A",
        "A-D-rec": "A",
    }
    assert [one.conversation for one in gaps.listed(store, ACME)] == ["A"]


def test_a_list_has_the_conversations_of_a_person_or_a_number_in_any_call_of_them(store: Store) -> None:
    ledger.apply(store, [*ATTENDED, *recorded_call("x"), replace(seen("C"), at=110.0, caller="1001")])
    assert listed(store, person="1003") == ["A"]
    assert listed(store, person="1009") == []
    assert listed(store, person="1003", version=1) == ["A"]
    assert listed(store, person="1003", version=2) == []
    assert listed(store, numbers=(seen("x").caller,)) == ["x", "A"]


def test_a_user_finds_the_conversations_in_which_they_talked_whoever_they_were_decided_for(store: Store) -> None:
    ends = {"caller": {"user": {"username": "1001"}}, "answerer": {"user": None}, "others": [_USER_1009]}
    ledger.apply(store, [seen("i"), talk("i", "i:k", 100.0, "1003", inputs=ends), *recorded_call("x", BETA)])
    with table() as rows:
        for person, found in (("1001", ["i"]), ("1003", ["i"]), ("1009", ["i"]), ("1002", [])):
            with rows.row(person):
                assert listed(store, person=person) == found
                assert [one.id for one in calls.listed(store, ACME, wanted=Wanted(person=person))] == found
    assert listed(store, person="1001", version=2) == []


_USER_1009 = {"user": {"username": "1009"}}


def test_who_talked_in_calls_of_before_an_upgrade_is_known_after_it(store: Store) -> None:
    ledger.apply(store, [*ATTENDED, *recorded_call("x", BETA), seen("i"), talk("i", "i:k", 100.0, "1003", inputs={})])
    [step] = [name for name in runner.names() if name.endswith("talk_users")]
    every = "SELECT call, username, decision, company, version FROM talk_user ORDER BY call, username, decision"
    known = store.rows(every)
    with store.atomic():
        store.run("DROP TABLE talk_user")
        store.run("DELETE FROM migration WHERE name = ?", step)
    store.migrate()
    assert store.rows(every) == known
    assert {row[1] for row in known} == {"1001", "1003"}


def test_each_company_sees_its_own_calls_alone(store: Store) -> None:
    betas = {"caller": {"user": None, "numbers": ["+4522334455"]}, "answerer": {"user": {"username": "2001"}}}
    ends = {"company": BETA, "inputs": betas, "answerer": "2001"}
    ledger.apply(
        store,
        [
            *ATTENDED,
            replace(seen("Z", BETA), at=115.0),
            talk("Z", "Z:B", 121.0, "2001", **ends),
            CallChanged("z", BETA, "Z", Change.PAUSE, 122.0, "B", None, "2001", "2001", "console", 123.0),
            CallJoined("Z", BETA, "A", 120.0),
        ],
    )
    assert (listed(store), listed(store, BETA)) == (["A"], ["Z"])
    assert [one.id for one in conversations.of_call(store, BETA, "Z")] == ["Z"]
    assert conversations.of_call(store, BETA, "A") == []
    assert conversations.calls_of(store, BETA, ["A"]) == {"A": [replace(calls.get(store, BETA, "Z"))]}
    assert [one.id for one in conversations.of_call(store, ACME, "A")] == ["A", "C"]
    ours, theirs = told(store, "A"), told(store, "Z", BETA)
    assert [{part.call for part in one.parts} for one in (ours, theirs)] == [{"A", "C"}, {"Z"}]
    assert [[turn.kind for turn in one.turns] for one in (ours, theirs)] == [[TurnKind.TRANSFER], [TurnKind.PAUSE]]
    assert {lane.who.username for lane in theirs.lanes} == {None, "2001"}
    assert "2001" not in {lane.who.username for lane in ours.lanes}
    assert listed(store, person="2001") == [] and listed(store, BETA, person="2001") == ["Z"]


def test_no_entry_of_one_company_joins_a_call_of_another(store: Store) -> None:
    ledger.apply(store, [seen("a"), CallJoined("a", BETA, "b", 120.0)])
    [call] = calls.listed(store, ACME)
    assert call.conversation is None


def test_the_latest_that_is_known_of_a_call_counts(store: Store) -> None:
    joined = [CallJoined("C", ACME, "A", 120.0), CallJoined("C", ACME, "E", 130.0)]
    ledger.apply(store, [seen("A"), seen("C"), seen("E"), *reversed(joined)])
    assert {one.id: one.conversation for one in calls.listed(store, ACME)} == {"A": None, "C": "E", "E": None}


@pytest.mark.parametrize("name", ["odd", "a:b"])
def test_a_talk_that_is_named_otherwise_has_its_part_all_the_same(store: Store, name: str) -> None:
    ledger.apply(store, [seen("a"), replace(decided("a"), talk=name), started("a"), stopped("a"), sealed("a")])
    assert len(told(store, "a").parts) == 1
