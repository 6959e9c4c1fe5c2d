"""A leg that is recorded talks to somebody else while fsplug is away: only what was ordered stays of its file.

A is the customer's leg, B the one towards 1001, which is recorded, and X the leg of somebody else. fsplug sees what is
BEFORE, was seen alive until 2.00, and is back at 6.00.
"""

import pytest

from fsplug.esl.calls.left_recordings import FILED_SECONDS, RECORDS_SECONDS
from fsplug.esl.calls.records import Bridge, LegRecord
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls.entries import OutageSeen
from tests.esl.calls.flowtables.left_recordings import BEFORE, KINDS, LEGS, OVER, SEEN_UNTIL
from tests.esl.flows import Flow, assert_nothing_is_left, lines
from tests.esl.story import ACME, START, Story

WHOLE = 100.0


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_of_a_leg_that_went_on_unseen_only_the_ordered_talk_is_kept(tmp_path, kind):
    story = Story(tmp_path)
    flow = Flow(story, kind.legs or LEGS)
    flow.begins(BEFORE)
    story.switch.bridged = [("A", "B")]
    flow.goes_unseen(kind.away)
    comes_back(story, kind.seen_until)
    assert not story.spool.cuts, "the switch has not closed the file yet, or nobody knows its talks"
    if kind.record:
        assert set(story.recordings().values()) == {"recording"}
        story.witness.settle({"B": record_of(kind.record)}, {})
    if kind.after:
        flow.begins(kind.after)
    assert flow.commanded() == lines(kind.commands)
    story.until(WHOLE)
    story.reconciler.look()
    story.until(6.0 + RECORDS_SECONDS)
    story.reconciler.look()
    assert flow.talks() == lines(kind.talks)
    assert flow.kept() == lines(kind.kept)
    assert list(story.spool.cuts.values()) == ([] if kind.cut is None else [kind.cut])
    assert len(story.spool.files) == kind.kept.count("stopped")
    assert_nothing_is_left(story, kind.gaps)


def test_a_file_that_was_closed_before_its_leg_ended_is_not_cut_by_the_end_of_the_leg(tmp_path):
    story = Story(tmp_path)
    flow = Flow(story, LEGS)
    flow.begins(BEFORE)
    flow.goes_unseen(OVER)
    story.spool.written = START + 3.1
    comes_back(story, SEEN_UNTIL)
    story.witness.settle({"B": record_of("A 0.06 3.00\nX 3.06 5.00")}, {})
    assert (flow.kept(), story.spool.cuts) == (["B stopped"], {})


def test_a_second_restart_asks_again_what_a_file_holds(tmp_path):
    story = Story(tmp_path)
    flow = Flow(story, LEGS)
    flow.begins(BEFORE)
    flow.goes_unseen(OVER)
    comes_back(story, SEEN_UNTIL)
    story.until(10.0)
    story.start_again()
    assert flow.kept() == ["B recording"]
    story.witness.settle({"B": record_of("A 0.06 3.00\nX 3.06 5.00")}, {})
    assert (flow.kept(), list(story.spool.cuts.values())) == (["B stopped"], [2.86])


@pytest.mark.parametrize("trouble", ["", "starved", "store-away"])
@pytest.mark.parametrize(
    ("written_at", "cut", "off_the_end", "gaps"),
    [
        pytest.param(1.9, None, None, "", id="with fsplug"),
        pytest.param(2.5, None, None, "", id="at once after fsplug"),
        pytest.param(3.0, 1.86, 1.0, "not-ordered", id="later"),
    ],
)
def test_a_switch_that_died_has_no_record_to_wait_for_and_its_file_ends_with_it(
    tmp_path, written_at, cut, off_the_end, gaps, trouble
):
    story = Story(tmp_path)
    flow = Flow(story, LEGS)
    if trouble:
        # Until it died fsplug was slow, or could write nothing: it saw the legs all the same.
        story.entries.append(OutageSeen("trouble", "switch", trouble, START - 1.0))
    flow.begins(BEFORE)
    story.switch.live, story.spool.written = {}, START + written_at
    story.switch.has_been_up = 1.0
    comes_back(story, SEEN_UNTIL)
    story.until(7.1 + FILED_SECONDS)
    story.reconciler.look()
    assert flow.talks() == ["A-B recorded 1001"]
    assert flow.kept() == ["B stopped"]
    assert (list(story.spool.cuts.values()), list(story.spool.off_the_end.values())) == (
        [] if cut is None else [cut],
        [] if off_the_end is None else [off_the_end],
    )
    assert_nothing_is_left(story, gaps)


WENT_ON, WHOLE_TALK = "A 0.06 3.00\nX 3.06 5.00", "A 0.06 5.00"


@pytest.mark.parametrize(
    ("talks", "told_at", "cut", "gaps"),
    [
        pytest.param(WENT_ON, 5.5, 2.86, "not-ordered", id="it went on, says its record before it is missed"),
        pytest.param(WENT_ON, 8.0, 2.86, "not-ordered", id="it went on, says its record afterwards"),
        pytest.param(WHOLE_TALK, 5.5, None, "", id="it did not, says its record before it is missed"),
        pytest.param(WHOLE_TALK, 8.0, None, "", id="it did not, says its record afterwards"),
        pytest.param("", 0.0, 1.86, "not-ordered", id="it left no record"),
    ],
)
def test_of_a_leg_that_ended_while_the_link_was_down_only_the_ordered_talk_is_kept(tmp_path, talks, told_at, cut, gaps):
    story = Story(tmp_path)
    flow = Flow(story, LEGS)
    flow.begins(BEFORE)
    story.switch.bridged = [("A", "B")]
    story.until(SEEN_UNTIL)
    story.reconciler.look()
    flow.goes_unseen(OVER)
    for at in sorted({6.0, told_at, 7.1, 7.0 + RECORDS_SECONDS, 9.0 + RECORDS_SECONDS}):
        story.until(at)
        if talks and at == told_at:
            story.witness.settle({"B": record_of(talks)}, {})
        if at >= 6.0:
            story.reconciler.look()
    assert flow.talks()[0] == "A-B recorded 1001"
    assert (flow.kept(), list(story.spool.cuts.values())) == (["B stopped"], [] if cut is None else [cut])
    assert_nothing_is_left(story, gaps)


def test_a_file_that_was_closed_unseen_after_its_talk_keeps_all_of_that_and_no_more(tmp_path):
    story = Story(tmp_path)
    flow = Flow(story, LEGS)
    flow.begins(BEFORE)
    story.switch.bridged = [("A", "B")]
    flow.begins("1.50  A  UNBRIDGE  A-B")
    story.until(1.55)
    story.switch.is_silent = True
    flow.goes_unseen("1.60  B  HANGUP  NORMAL_CLEARING\n1.60  A  HANGUP  NORMAL_CLEARING")
    story.spool.written = START + 1.6
    story.until(5.0)
    story.switch.is_silent = False
    story.reconciler.look()
    story.until(10.0)
    assert (flow.kept(), list(story.spool.cuts.values())) == (["B stopped"], [1.46])
    assert_nothing_is_left(story, "")


def comes_back(story: Story, seen_until: float | None) -> None:
    """fsplug is back at 6.00, and was there until then."""
    story.until(6.0)
    if seen_until is not None:
        story.entries.append(OutageSeen("outage", "switch", "away", START + seen_until))
    story.start_again()
    # What is found by looking counts at a second look.
    story.until(7.1)


def record_of(talks: str) -> LegRecord:
    """The record of leg B, with these talks."""
    bridges = tuple(_bridge(*line.split()) for line in lines(talks))
    return LegRecord("B", ACME, "A", START, START + 5.0, "", bridges, "1001", START + 0.04)


def _bridge(partner: str, at: str, until: str) -> Bridge:
    return Bridge(Leg("B", ACME), partner, "", START + float(at), START + float(until), False, 0, True)
