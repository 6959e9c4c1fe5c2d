"""What the switch's records add on a call that was armed before its answer."""

import json
from pathlib import Path

import pytest

from fsplug.esl.calls.decision_rows import early_id
from fsplug.esl.calls.records import LegRecord, leg_record
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls import gaps, outages
from tests.esl.calls.legrecords import decided, encoded, raw, read
from tests.esl.story import ACME, Story, talk_begins, talk_ends, without

ARMED = {"A": "inbound", "B1001": "outbound"}


def armed_records() -> dict[str, LegRecord]:
    """The records of a call whose legs are A and B1001, after A's dialplan has asked."""
    facts = raw("incoming-user")
    text = json.dumps(facts)
    for name, direction in ARMED.items():
        uuid = next(one["variables"]["uuid"] for one in facts if one["channel_data"]["direction"] == direction)
        text = text.replace(uuid, name)
    return {one.uuid: one for one in map(leg_record, map(encoded, json.loads(text)))}


@pytest.mark.parametrize("is_recorded", [True, False])
@pytest.mark.parametrize("order", ["record alone", "record first", "events first"])
def test_what_was_prepared_before_the_answer_is_the_decision_of_the_record_too(
    order: str, is_recorded: bool, tmp_path: Path
) -> None:
    """fsplug armed the call and heard no more of it: the switch may have recorded it by itself."""
    story = Story(tmp_path)
    story.asks()
    recording = story.recording_of("1001")
    if is_recorded:
        story.spool.files.add(recording)
    story.write_down()
    steps = {
        "record alone": [settle],
        "record first": [settle, hear],
        "events first": [hear, settle],
    }
    for step in steps[order]:
        step(story, recording if is_recorded else None)
        story.write_down()
    [decision] = decided(story)
    assert (decision.call, decision.talk, decision.record) == ("A", "A:B1001:0", True)
    kept = story.recordings()
    if is_recorded:
        assert (decision.recording, kept) == (recording, {recording: "stopped"})
        assert story.gaps() == []
    elif order == "record alone":
        assert (decision.recording, kept, story.gaps()) == (None, {}, ["unheard"])
    assert [one.talks for one in outages.listed(story.store, ACME)] == ([] if order == "events first" else [1])
    assert story.rejects() == []


def settle(story: Story, recording: str | None = None) -> None:
    records = armed_records()
    assert story.witness.settle(records, {}) == frozenset(records)


def hear(story: Story, recording: str | None) -> None:
    lines = [*talk_begins(recording or ""), *talk_ends(recording or "")]
    story.receives(*(lines if recording else without("RECORD_START RECORD_STOP", lines)))
    story.until(60.0)


@pytest.mark.parametrize(("flow", "is_wanted"), [("attended-transfer", True), ("uuid-bridge", False)])
def test_what_began_for_a_leg_s_next_partner_while_fsplug_was_away_is_kept_if_policy_wants_it(
    flow: str, is_wanted: bool, tmp_path: Path
) -> None:
    for folder in ("before", "after"):
        (tmp_path / folder).mkdir()
    before, story = Story(tmp_path / "before"), Story(tmp_path / "after")
    records = read(flow)
    before.witness.settle(records, {})
    before.write_down()
    last = decided(before)[-1]
    one, other, ordinal = last.talk.split(":")
    early = early_id(ACME, Leg(one, ACME), Leg(other, ACME), int(ordinal))
    story.spool.files.add(early)
    story.witness.settle(records, {})
    story.write_down()
    assert [one.recording for one in decided(story) if one.id == last.id] == ([early] if is_wanted else [None])
    assert story.spool.files == ({early} if is_wanted else set())
    assert last.id not in {one.decision for one in gaps.listed(story.store, ACME)}
