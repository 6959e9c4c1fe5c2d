"""What the switch's records add: each flow as FreeSWITCH 1.11.1 wrote its records, and the whole rows that follow.

The records in `records/` are real ones, without what says nothing of who talked to whom (media, stamps).
"""

import json
import tomllib
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest

from fsplug.esl.calls.records import LegRecord, leg_record
from fsplug.esl.calls.seen_talks import seen_talks
from fsplug.esl.calls.witness import PARTNER_SECONDS
from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.conversation.timeline import timeline
from fsplug.store.calls import calls, conversation_events, conversations, gaps, outages, refused, witnessed
from fsplug.store.calls.entries import OutageSeen
from fsplug.store.calls.refused import RefusedKind
from fsplug.store.change import planning
from tests.esl.calls.legrecords import CUSTOMER, FLOWS, by_direction, decided, encoded, raw, read, rows, tell
from tests.esl.story import ACME, Story
from tests.furnished import DEMO


@pytest.mark.parametrize("flow", FLOWS)
def test_each_answered_talk_of_a_flow_gets_its_decision_and_what_should_have_been_recorded_a_gap(
    flow: str, tmp_path: Path
) -> None:
    story = Story(tmp_path)
    records = read(flow)
    assert story.witness.settle(records, {}) == frozenset(records)
    assert rows(story) == FLOWS[flow]
    wanted = [one.id for one in decided(story) if one.record]
    assert sorted(one.decision for one in gaps.listed(story.store, ACME)) == sorted(wanted)
    assert {one.cause for one in gaps.listed(story.store, ACME)} <= {"unheard"}
    account = witnessed.account(story.store, ACME, 0.0)
    talks = len(FLOWS[flow])
    assert (account.answered, account.decisions, account.missed, account.differences) == (talks, talks, talks, ())
    assert [one.talks for one in outages.listed(story.store, ACME)] == ([talks] if talks else [])
    assert all(one.ended_at and one.answered_at for one in calls.listed(story.store, ACME))
    assert len(conversations.listed(story.store, ACME)) == (1 if talks else 0)
    assert story.rejects() == []


TRANSFERS: Mapping[str, list[str]] = {
    "blind-transfer": ["blind by 1001"],
    "caller-transfers": ["blind by 1001"],
    "colleague-transfers": ["blind by 1001"],
    "attended-transfer": ["attended by 1001"],
    "park": ["blind by 1001"],
    "pick-up": [],
    "incoming-user": [],
}


@pytest.mark.parametrize("flow", TRANSFERS)
def test_the_record_of_a_leg_says_who_transferred(flow: str, tmp_path: Path) -> None:
    story = Story(tmp_path)
    for _ in range(2):
        story.witness.settle(read(flow), {})
        story.write_down()
    [one] = conversations.listed(story.store, ACME)
    its = conversations.of_call(story.store, ACME, one.id)
    turns = timeline(conversation_events.of_calls(story.store, ACME, its)).turns
    told = [one for one in turns if one.kind is TurnKind.TRANSFER]
    assert [f"{one.how} by {one.by.username if one.by else None}" for one in told] == TRANSFERS[flow]
    assert story.rejects() == []


@pytest.mark.parametrize("flow", ["caller-transfers", "colleague-transfers"])
def test_a_conversation_begins_with_the_call_for_which_a_leg_was_made_that_placed_another(
    flow: str, tmp_path: Path
) -> None:
    story = Story(tmp_path)
    records = read(flow)
    story.witness.settle(records, {})
    story.write_down()
    [one] = conversations.listed(story.store, ACME)
    first, later = conversations.of_call(story.store, ACME, one.id)
    assert (first.id, first.caller, later.conversation) == (one.id, "1001", one.id)


def test_who_picks_up_by_a_phone_that_the_dialplan_does_not_mark_is_known_by_signing_in(tmp_path: Path) -> None:
    story = Story(tmp_path)
    found = raw("pick-up")
    [picker] = [one for one in found if "sip_auth_username" in one["variables"]]
    picker["variables"] = {name: value for name, value in picker["variables"].items() if not name.startswith("fsplug_")}
    for part in picker["callflow"]:
        part.pop("extension", None)
    story.witness.settle({one.uuid: one for one in map(leg_record, map(encoded, found))}, {})
    assert rows(story) == FLOWS["pick-up"]


@pytest.mark.parametrize("flow", FLOWS)
def test_the_records_again_and_in_any_order_change_nothing(flow: str, tmp_path: Path) -> None:
    story = Story(tmp_path)
    records = read(flow)
    for order in list(permutations(records))[:6]:
        waiting: dict[str, LegRecord] = {}
        for uuid in order:
            waiting[uuid] = records[uuid]
            for settled in story.witness.settle(waiting, {}):
                del waiting[settled]
            story.write_down()
        assert (waiting, rows(story)) == ({}, FLOWS[flow])
    assert witnessed.account(story.store, ACME, 0.0).answered == len(FLOWS[flow])
    assert story.rejects() == []


@pytest.mark.parametrize("flow", [flow for flow, talks in FLOWS.items() if talks])
@pytest.mark.parametrize("first", ["events", "records"])
def test_a_record_and_the_events_of_a_talk_make_one_row_whichever_come_first(
    flow: str, first: str, tmp_path: Path
) -> None:
    story = Story(tmp_path)
    records = read(flow)
    if first == "records":
        story.witness.settle(records, {})
        story.write_down()
    tell(story, records)
    story.write_down()
    assert story.witness.settle(records, {}) == frozenset(records)
    assert rows(story) == FLOWS[flow]
    account = witnessed.account(story.store, ACME, 0.0)
    assert (account.answered, account.decisions) == (len(FLOWS[flow]), len(FLOWS[flow]))
    assert account.missed == (len(FLOWS[flow]) if first == "records" else 0)
    assert story.rejects() == []


def test_what_was_decided_by_events_gets_no_gap_of_an_outage(tmp_path: Path) -> None:
    story = Story(tmp_path)
    records = read("incoming-user")
    tell(story, records)
    story.write_down()
    story.witness.settle(records, {})
    story.write_down()
    assert outages.listed(story.store, ACME) == []
    assert "unheard" not in {one.cause for one in gaps.listed(story.store, ACME)}


def test_the_gap_of_a_missed_talk_says_why_fsplug_missed_it(tmp_path: Path) -> None:
    story = Story(tmp_path)
    records = read("incoming-user")
    [talk] = seen_talks(records)
    story.entries += [
        OutageSeen("before", "switch", "starved", talk.began_at - 60.0, talk.began_at - 50.0),
        OutageSeen("then", "switch", "frozen", talk.began_at - 1.0, talk.until + 1.0),
        OutageSeen("elsewhere", "another", "away", talk.began_at - 60.0, talk.until + 60.0),
    ]
    story.write_down()
    story.witness.settle(records, {})
    story.write_down()
    [gap], [outage] = gaps.listed(story.store, ACME), outages.listed(story.store, ACME)
    assert (gap.cause, gap.detail) == ("frozen", "fsplug stood still: 2.0 s of talk are not recorded")
    assert (outage.id, outage.cause, outage.talks) == ("then", "frozen", 1)
    assert (outage.at, outage.until) == (talk.began_at - 1.0, talk.until + 1.0)


def test_a_record_waits_for_the_other_leg_while_that_one_is_up_and_a_while_longer(tmp_path: Path) -> None:
    story = Story(tmp_path)
    [*_, answerer], [*_, caller] = by_direction("incoming-user", "outbound"), by_direction("incoming-user", "inbound")
    alone = {answerer.uuid: answerer}
    assert story.witness.settle(alone, {answerer.uuid: PARTNER_SECONDS - 1.0}) == frozenset()
    story.receives((0.0, caller.uuid, "CHANNEL_ANSWER", {"fsplug_company": ACME}))
    assert story.witness.settle(alone, {answerer.uuid: 3 * PARTNER_SECONDS}) == frozenset()
    story.receives((1.0, caller.uuid, "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"}))
    assert story.witness.settle(alone, {answerer.uuid: 3 * PARTNER_SECONDS}) == frozenset(alone)
    assert [(row[0], row[1], row[2]) for row in rows(story)] == [(CUSTOMER, "1001", True)]


@pytest.mark.parametrize(("changed_before", "is_recorded"), [(-60.0, True), (60.0, False)])
def test_a_talk_is_decided_by_the_policy_of_its_time(changed_before: float, is_recorded: bool, tmp_path: Path) -> None:
    """Sales no longer records, from a time before or after the talk on."""
    story = Story(tmp_path)
    records = read("incoming-user")
    [talk] = seen_talks(records)
    document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    for company in document["company"]:
        for policy in company.get("policy", ()):
            policy["incoming"] = False
    planning.apply_plan(story.store, planning.plan(story.store, document), by="test")
    for version, at in ((1, talk.began_at - 3_600.0), (2, talk.began_at - changed_before)):
        story.store.run("UPDATE policy_version SET at = ? WHERE version = ?", at, version)
    story.witness.settle(records, {})
    story.write_down()
    [decision] = decided(story)
    assert (decision.record, decision.version) == (is_recorded, 1 if is_recorded else 2)


def test_a_bridge_that_only_one_leg_reports_was_no_talk(tmp_path: Path) -> None:
    story = Story(tmp_path)
    facts = raw("incoming-user")
    for one in facts:
        if one["channel_data"]["direction"] == "inbound":
            one["callflow"][0]["times"]["bridged_time"] = "0"
    records = {one.uuid: one for one in map(leg_record, map(encoded, facts))}
    assert story.witness.settle(records, {}) == frozenset(records)
    assert rows(story) == []


@pytest.mark.parametrize("first", ["events", "records"])
def test_legs_that_were_bridged_before_the_answer_which_never_came_had_no_talk(first: str, tmp_path: Path) -> None:
    """A decision that events led to all the same is no difference between fsplug and the switch."""
    story = Story(tmp_path)
    facts, talks = raw("outgoing"), read("outgoing")
    for one in facts:
        if one["channel_data"]["direction"] == "outbound":
            one["callflow"][0]["times"]["answered_time"] = "0"
    records = {one.uuid: one for one in map(leg_record, map(encoded, facts))}
    if first == "events":
        tell(story, talks)
        story.write_down()
    assert story.witness.settle(records, {}) == frozenset(records)
    story.write_down()
    account = witnessed.account(story.store, ACME, 0.0)
    assert (account.answered, account.missed, account.unexplained) == (0, 0, 0)
    assert account.decisions == (1 if first == "events" else 0)


def test_only_a_part_that_asks_may_lack_its_verdict() -> None:
    """Without fsplug no part that asks gets a verdict; the talk that a transfer with Replaces makes asks nobody."""
    asked = {flow: [one.asked for one in seen_talks(read(flow))] for flow in ("blind-transfer", "attended-transfer")}
    assert asked == {"blind-transfer": [False, False], "attended-transfer": [False, False, True]}
    facts = raw("blind-transfer")
    for one in facts:
        one["variables"]["fsplug_version"] = "1"
    records = {one.uuid: one for one in map(leg_record, map(encoded, facts))}
    assert [one.asked for one in seen_talks(records)] == [True, False]


def test_a_record_of_a_company_that_is_not_here_makes_no_row(tmp_path: Path) -> None:
    story = Story(tmp_path)
    facts = json.loads(json.dumps(raw("incoming-user")).replace("acme.example", "nobody.example"))
    records = {one.uuid: one for one in map(leg_record, map(encoded, facts))}
    assert story.witness.settle(records, {}) == frozenset(records)
    assert (rows(story), story.entries) == ([], [])


def test_no_text_of_a_caller_marks_a_call(tmp_path: Path) -> None:
    """A caller's name, number and headers arrive in the record: none of them names a company, a user or a group."""
    facts = raw("incoming-user")
    forged = "x\nvariable_fsplug_company: beta.example\nvariable_fsplug_group: 2002"
    for one in facts:
        one["variables"] |= {"sip_h_X-fsplug_company": "beta.example", "sip_from_display": forged}
        one["variables"]["sip_h_a\nvariable_fsplug_company"] = "beta.example"
        for part in one["callflow"]:
            part["caller_profile"]["caller_id_name"] = part["caller_profile"]["caller_id_number"] = forged
            part.get("extension", {}).setdefault("applications", []).append(
                {"app_name": "set", "app_data": "fsplug_company=${sip_h_X-fsplug_company}"}
            )
    for record in map(leg_record, map(encoded, facts)):
        [bridge] = record.bridges
        assert (record.company, bridge.leg.company, bridge.leg.groups) == (ACME, ACME, ())


def test_a_call_that_the_switch_refused_before_its_dialplan_is_counted_once_and_no_other(tmp_path: Path) -> None:
    story = Story(tmp_path)
    for flow in FLOWS:
        story.witness.settle(read(flow), {})
    story.write_down()
    assert refused.counted(story.store, 0.0) == []
    for _ in range(2):
        assert story.witness.settle(read("refused"), {}) == frozenset(read("refused"))
        story.write_down()
    assert refused.counted(story.store, 0.0) == [RefusedKind("internal", "INCOMPATIBLE_DESTINATION", 1)]
    assert story.rejects() == []


@pytest.mark.parametrize(
    "different",
    [
        {"hangup_cause": "ORIGINATOR_CANCEL"},
        {"hangup_cause": "NO_ROUTE_DESTINATION"},
        {"answer_uepoch": "1795968055987924"},
    ],
)
def test_a_call_that_ended_otherwise_was_not_refused(different: dict[str, str]) -> None:
    [facts] = raw("refused")
    assert leg_record(encoded(facts)).refused_on == "internal"
    assert leg_record(encoded({**facts, "variables": {**facts["variables"], **different}})).refused_on is None
    outbound = {**facts["channel_data"], "direction": "outbound"}
    assert leg_record(encoded({**facts, "channel_data": outbound})).refused_on is None
