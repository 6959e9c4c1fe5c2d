"""Files that the switch recorded while fsplug was away: the records say who talked, and only what was ordered is kept.

A is the customer's leg, B the one towards 1001, C 1001's second call, and D the leg towards 1003, which is armed for C.
fsplug is killed where a table ends; the legs have hung up when it is back. RECORDS have the same legs.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from fsplug.esl.calls.left_files import RECORDS_SECONDS
from fsplug.esl.calls.records import LegRecord, leg_record
from tests.esl.calls.flowtables.partner import DOCTOR
from tests.esl.calls.flowtables.semi_attended import SEMI_ATTENDED
from tests.esl.calls.legrecords import encoded, raw
from tests.esl.flows import Flow, assert_nothing_is_left, customer, lines
from tests.esl.story import CUSTOMER, Story

BEFORE = """
    0.00  A  ASKS     1001
    0.02  B  RINGS
    0.04  B  ANSWER
    0.04  B  {begins}
    0.06  A  ANSWER
    0.06  A  BRIDGE   A-B
    0.54  C  ASKS     1003
    0.56  D  RINGS
"""
ORDINARY, NEVER = BEFORE.format(begins="START"), BEFORE.format(begins="RINGS")
NEVER_LEGS = {**SEMI_ATTENDED, "A": customer(who=DOCTOR)}


@dataclass(frozen=True, slots=True)
class Kind:
    """What happened: `records` of the switch, the events told `before` fsplug was killed, and files that it left.

    Then the outcome: talks decided, recordings kept, files cut to so many seconds, gap rows.
    """

    name: str
    legs: Mapping[str, Mapping[str, str]]
    before: str
    records: str
    left: str
    talks: str
    kept: str = ""
    gaps: str = ""
    cut: float | None = None


KINDS = [
    Kind(
        "a never customer is connected with the ringing phone, which answers",
        NEVER_LEGS,
        NEVER,
        "semi-attended",
        "D",
        """
        A-B not-recorded 1001
        A-D not-recorded 1003
        """,
        gaps="not-ordered",
    ),
    Kind(
        "another customer is connected with the ringing phone, which answers",
        SEMI_ATTENDED,
        ORDINARY,
        "semi-attended",
        "D",
        """
        A-B recorded 1001
        A-D recorded 1003
        """,
        "B stopped",
        """
        not-ordered
        unheard
        """,
    ),
    Kind(
        "the same, and fsplug could not disarm the phone in time",
        NEVER_LEGS,
        NEVER + "0.76 C LEAVES NORMAL_CLEARING",
        "semi-attended",
        "D",
        """
        A-B not-recorded 1001
        A-D not-recorded 1003
        """,
        gaps="not-ordered",
    ),
    Kind(
        "the consultation is answered, and then the customer is connected with it",
        SEMI_ATTENDED,
        ORDINARY,
        "attended-transfer",
        "D",
        """
        A-B recorded 1001
        C-D recorded 1003
        A-D recorded 1003
        """,
        """
        B stopped
        D stopped
        """,
        "unheard",
        cut=1.42,
    ),
    Kind(
        "the consultation is answered, and then a never customer is connected with it",
        NEVER_LEGS,
        NEVER,
        "attended-transfer",
        "D",
        """
        A-B not-recorded 1001
        C-D recorded 1003
        A-D not-recorded 1003
        """,
        "D stopped",
        cut=1.42,
    ),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_file_is_kept_for_the_talk_it_was_ordered_for_and_no_longer_than_that(story, kind):
    flow = Flow(story, kind.legs)
    flow.begins(kind.before)
    for leg in kind.left:
        flow.begins(f"1.00 {leg} FILE")
    came_back(story)
    records = records_of(kind.records, DOCTOR if kind.legs is NEVER_LEGS else CUSTOMER)
    assert story.witness.settle(records, {}) == frozenset(records)
    story.reconciler.look()
    assert sorted(flow.talks()) == sorted(lines(kind.talks))
    assert sorted(flow.kept()) == lines(kind.kept)
    assert flow.files() == len(flow.kept())
    assert list(story.spool.cuts.values()) == ([kind.cut] if kind.cut else [])
    if kind.cut:
        # Its file stands still while a leg holds: what came after its talk is as long as the leg says.
        first, other, *_ = records["D"].talks
        assert [*story.spool.off_the_end.values()] == [round(records["D"].ended_at - min(first.until, other.at), 2)]
    story.until(100)
    story.reconciler.look()
    assert sorted(story.gaps()) == lines(kind.gaps)
    assert_nothing_is_left(story, "\n".join(story.gaps()))


def test_a_file_of_which_no_record_tells_in_time_is_destroyed(story):
    flow = Flow(story, NEVER_LEGS)
    flow.begins(NEVER + "1.00 D FILE")
    came_back(story)
    story.until(RECORDS_SECONDS)
    story.reconciler.look()
    assert len(story.spool.files) == 1
    story.until(RECORDS_SECONDS + 10.0)
    story.reconciler.look()
    assert (story.spool.files, flow.kept(), flow.talks()) == (set(), [], ["A-B not-recorded 1001"])
    assert_nothing_is_left(story, "not-ordered")


def test_while_events_are_missing_the_end_of_its_caller_does_not_say_that_a_phone_still_rang(story):
    flow = Flow(story, {leg: SEMI_ATTENDED[leg] for leg in "AB"})
    flow.begins("""
        0.00  A  ASKS    1001
        0.02  B  RINGS
        1.00  B  FILE
        3.00  A  LEAVES  NORMAL_CLEARING
    """)
    story.switch.live = {}
    for seconds in (5.0, 10.0):
        story.until(seconds)
        story.reconciler.look()
    assert len(story.spool.files) == 1
    story.write_down()
    story.witness.settle(records_of("incoming-user", CUSTOMER), {})
    story.reconciler.look()
    assert (flow.talks(), flow.kept(), flow.files()) == (["A-B recorded 1001"], ["B stopped"], 1)
    story.until(100)
    story.reconciler.look()
    assert_nothing_is_left(story, "\n".join(story.gaps()))


def test_a_file_that_a_record_has_explained_is_not_destroyed_with_the_call_whose_bridge_no_event_told(story):
    flow = Flow(story, {leg: SEMI_ATTENDED[leg] for leg in "AB"})
    flow.begins("""
        0.00  A  ASKS    1001
        0.02  B  RINGS
        0.60  B  ANSWER
        0.60  B  START
        0.62  A  ANSWER
    """)
    story.switch.live = {}
    for seconds in (5.0, 6.1):
        story.until(seconds)
        story.reconciler.look()
    story.write_down()
    story.witness.settle(records_of("incoming-user", CUSTOMER), {})
    story.reconciler.look()
    story.until(100)
    story.reconciler.look()
    assert (flow.talks(), flow.kept(), flow.files()) == (["A-B recorded 1001"], ["B stopped"], 1)
    assert_nothing_is_left(story)


def test_a_bridge_that_a_look_found_is_no_second_talk_when_its_end_is_reported_meanwhile(story):
    flow = Flow(story, {leg: SEMI_ATTENDED[leg] for leg in "AB"})
    flow.begins("""
        0.00  A  ASKS    1001
        0.02  B  RINGS
    """)
    flow.goes_unseen("""
        0.60  B  ANSWER
        0.60  B  FILE
        0.62  A  ANSWER
        0.62  A  BRIDGE  A-B
    """)
    story.until(5.0)
    story.reconciler.look()
    asked = story.switch.channel

    def ends_meanwhile(leg):
        dump = asked(leg)
        flow.begins("""
            6.20  A  UNBRIDGE A-B
            6.20  A  LEAVES   NORMAL_CLEARING
            6.20  B  HANGUP   NORMAL_CLEARING
            6.20  A  HANGUP   NORMAL_CLEARING
        """)
        return dump

    story.switch.channel = ends_meanwhile
    story.until(6.1)
    story.switch.channel, story.switch.bridged = asked, []
    assert flow.talks() == []
    story.witness.settle(records_of("incoming-user", CUSTOMER), {})
    for seconds in (100.0, 102.0):
        story.until(seconds)
        story.reconciler.look()
    assert (flow.talks(), flow.kept(), flow.files()) == (["A-B recorded 1001"], ["B stopped"], 1)
    assert_nothing_is_left(story)


def test_a_second_restart_does_not_forget_the_file(story):
    flow = Flow(story, NEVER_LEGS)
    flow.begins(NEVER + "1.00 D FILE")
    came_back(story)
    story.until(10.0)
    came_back(story)
    records = records_of("semi-attended", DOCTOR)
    story.witness.settle(records, {})
    story.reconciler.look()
    assert (story.spool.files, flow.kept()) == (set(), [])
    assert_nothing_is_left(story, "not-ordered")


def came_back(story: Story) -> None:
    """fsplug is killed, and back when every leg is gone."""
    story.switch.live, story.switch.bridged = {}, []
    story.start_again()
    story.until(story.clock.now - 1_800_000_000.0 + 5.0)
    story.reconciler.look()


def records_of(flow: str, customer_number: str) -> dict[str, LegRecord]:
    """The records of a flow, with its legs called A, B, C and D, and this number for the customer."""
    facts = raw(flow)
    text = json.dumps(facts).replace(CUSTOMER, customer_number)
    for one in facts:
        variables = one["variables"]
        is_customer = one["channel_data"]["direction"] == "inbound" and not variables.get("sip_auth_username")
        name = {"1001": "B", "1003": "D"}.get(variables.get("fsplug_leg", ""), "A" if is_customer else "C")
        text = text.replace(variables["uuid"], name)
    return {one.uuid: one for one in map(leg_record, map(encoded, json.loads(text)))}


def test_a_file_of_which_its_cut_would_leave_nothing_is_destroyed(story):
    flow = Flow(story, SEMI_ATTENDED)
    flow.begins(ORDINARY + "1.00 D FILE")
    came_back(story)
    records = dict(records_of("attended-transfer", CUSTOMER))
    first = records["D"].talks[0]
    records["D"] = replace(records["D"], answered_at=first.until - 0.06)
    assert story.witness.settle(records, {}) == frozenset(records)
    story.reconciler.look()
    assert (flow.kept(), story.spool.cuts, flow.files()) == (["B stopped"], {}, 1)
    assert sorted(story.gaps()) == ["not-ordered", "unheard"]
