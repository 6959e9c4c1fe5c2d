"""What the switch's records add on conferences: parts that no event reported, and parts that events decided."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from fsplug.esl.calls.conference_stays import TOGETHER_SECONDS
from fsplug.esl.calls.conferences import CONFERENCE_EVENTS
from fsplug.esl.calls.records import leg_record
from fsplug.esl.calls.witness import OTHERS_SECONDS
from fsplug.esl.protocol.event import Event, plain_event
from fsplug.store.calls import calls, conversations, gaps, witnessed
from tests.esl.calls.legrecords import CUSTOMER, encoded, of_leg, raw, read, rows
from tests.esl.story import ACME, Story

PARTS: Mapping[str, list[tuple[str, str, bool, str, str | None]]] = {
    "conference": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
    "conference-of-a-talk": [
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        (CUSTOMER, "1001", True, "department-policy", "1001"),
        (CUSTOMER, "1003", True, "department-policy", "1003"),
    ],
}


@pytest.mark.parametrize("flow", PARTS)
def test_parts_in_a_conference_that_no_event_reported_get_their_decisions_and_gaps(flow: str, tmp_path: Path) -> None:
    story = Story(tmp_path)
    records = read(flow)
    users = {uuid for uuid, record in records.items() if record.stay and record.stay.leg.signed_in}
    assert users.isdisjoint(story.witness.settle(records, {}))
    waited = dict.fromkeys(records, OTHERS_SECONDS)
    # What they recorded may depend on records of others in their conference.
    assert story.witness.settle(records, waited) == frozenset()
    assert rows(story) == PARTS[flow]
    story.until(TOGETHER_SECONDS)
    assert story.witness.settle(records, waited) == frozenset(records)
    assert rows(story) == PARTS[flow]
    assert {one.cause for one in gaps.listed(story.store, ACME)} == {"unheard"}
    account = witnessed.account(story.store, ACME, 0.0)
    assert (account.missed, account.gaps, account.differences) == (len(PARTS[flow]), len(PARTS[flow]), ())
    assert all(one.ended_at and one.answered_at for one in calls.listed(story.store, ACME))
    assert len(conversations.listed(story.store, ACME)) == 1
    story.witness.settle(records, waited)
    assert (rows(story), story.rejects()) == (PARTS[flow], [])


def test_nobody_s_part_should_have_been_recorded_where_somebody_was_who_is_never_recorded(tmp_path: Path) -> None:
    story = Story(tmp_path)
    text = json.dumps(raw("conference")).replace(CUSTOMER, "+4522334499")
    records = {one.uuid: one for one in map(leg_record, map(encoded, json.loads(text)))}
    story.witness.settle(records, dict.fromkeys(records, OTHERS_SECONDS))
    assert [row[2:4] for row in rows(story)] == [(False, "excluded-number")] * 2
    assert gaps.listed(story.store, ACME) == []


def test_a_user_alone_in_a_conference_had_no_part(tmp_path: Path) -> None:
    story = Story(tmp_path)
    [alone, *_] = [one for one in read("conference").values() if one.stay and one.stay.leg.signed_in]
    story.witness.settle({alone.uuid: alone}, {alone.uuid: OTHERS_SECONDS})
    story.until(TOGETHER_SECONDS)
    assert story.witness.settle({alone.uuid: alone}, {alone.uuid: OTHERS_SECONDS}) == frozenset({alone.uuid})
    assert rows(story) == []


def test_parts_that_were_decided_by_events_are_witnessed_and_nothing_is_added(tmp_path: Path) -> None:
    story = Story(tmp_path)
    records = read("conference")
    stays = sorted((one.stay for one in records.values() if one.stay), key=lambda one: one.at)
    for seconds, stay in enumerate(stays):
        story.receives((seconds, stay.leg.uuid, "CHANNEL_ANSWER", of_leg(stay.leg)))
        comes = {"Event-Name": "CUSTOM", "Event-Subclass": CONFERENCE_EVENTS, "Action": "add-member"}
        ids = {"Unique-ID": stay.leg.uuid, "Conference-Unique-ID": stay.conference}
        story.watch.see(Event(plain_event({**comes, **ids})))
        story.until(seconds + 0.5)
    decided_live = rows(story)
    assert len(decided_live) == 3
    for uuid in records:
        story.receives((9.0, uuid, "CHANNEL_HANGUP_COMPLETE", {"Hangup-Cause": "NORMAL_CLEARING"}))
    story.until(60.0)
    story.witness.settle(records, {})
    story.until(60.0 + TOGETHER_SECONDS)
    assert story.witness.settle(records, {}) == frozenset(records)
    assert rows(story) == decided_live
    account = witnessed.account(story.store, ACME, 0.0)
    assert (account.answered, account.missed) == (3, 0)
    assert {one.reason for one in account.differences} <= {"neither-recording-nor-gap"}
    assert story.rejects() == []
