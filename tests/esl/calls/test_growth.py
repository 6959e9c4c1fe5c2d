"""A file that stands still: what confirms that the talk is no longer recorded, and what a closed company does then."""

import pytest

from fsplug.esl.calls.growth import LOOKS, Signs, Stall, judged
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.terms import OnFailure, Terms
from tests.esl.flows import Flow, called, customer
from tests.esl.story import ACME, Story
from tests.policysets import set_department_policy

AB = {"A": customer(), "B": called("1001", by="A")}
BEGIN = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  B  START
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""
END = """
    60.0  B  STOP     success-silence
    60.0  A  UNBRIDGE A-B
    60.0  B  HANGUP   NORMAL_CLEARING
    60.0  A  HANGUP   NORMAL_CLEARING
"""
FULL = "spool-full: 0 bytes are left"


@pytest.mark.parametrize(
    ("trouble", "leg_lives", "holds", "looks", "stall"),
    [
        (None, True, False, 1, Stall.UNSURE),
        (None, True, False, LOOKS, Stall.YES),
        (None, True, True, LOOKS, Stall.NO),
        (None, False, None, LOOKS, Stall.NO),
        (None, None, None, 1, Stall.UNSURE),
        (None, None, None, 99, Stall.UNSURE),
        (FULL, True, False, 1, Stall.YES),
        (FULL, None, None, 1, Stall.YES),
        (FULL, True, True, 9, Stall.NO),
        (FULL, False, None, 9, Stall.NO),
    ],
)
def test_a_stall_counts_by_two_signs(
    trouble: str | None, leg_lives: bool | None, holds: bool | None, looks: int, stall: Stall
) -> None:
    assert judged(Signs(trouble, leg_lives, holds, looks)) is stall


@pytest.fixture
def story(tmp_path):
    """No call of Anna's goes unrecorded: it is hung up where recording fails."""
    made = Story(tmp_path)
    boxes = DepartmentPolicy("Sales", incoming=True, internal=True, terms=Terms(OnFailure.CLOSED))
    set_department_policy(made.store, ACME, boxes, by="test")
    return made


@pytest.fixture
def flow(story):
    made = Flow(story, AB)
    made.begins(BEGIN)
    return made


def looks(story: Story, flow: Flow, count: int, begin: float = 10.0) -> None:
    """So many looks, two seconds apart, at a file that stands still; the switch answers for the legs as they are."""
    [recording] = story.spool.files
    for number in range(count):
        story.until(begin + 2 * number)
        story.spool.stalled = {recording: 4096}
        story.switch.live = {leg: flow.dump(leg) for leg in "AB"}
        story.growth.look()
    story.until(begin + 2 * count)


def outcome(story: Story, flow: Flow) -> tuple[list[str], list[str]]:
    """The gaps, and the commands given, once the call has ended."""
    commanded = flow.commanded()
    flow.plays(END)
    assert story.rejects() == []
    return story.gaps(), commanded


HUNG_UP = (["write-stalled"], ["hang up B"])
NOTHING = ([], [])


def test_a_stall_that_the_spool_explains_counts_at_once_and_once(story: Story, flow: Flow) -> None:
    story.spool.trouble = FULL
    looks(story, flow, 3)
    assert outcome(story, flow) == HUNG_UP


def test_a_stall_that_the_switch_confirms_counts_at_the_second_look_and_once(story: Story, flow: Flow) -> None:
    looks(story, flow, 1)
    assert flow.commanded() == []
    looks(story, flow, 4, begin=12.0)
    assert outcome(story, flow) == HUNG_UP


def test_one_look_is_not_enough_and_growth_begins_the_count_anew(story: Story, flow: Flow) -> None:
    for begin in (10.0, 20.0, 30.0):
        looks(story, flow, 1, begin)
        story.spool.stalled = {}
        story.growth.look()
    assert outcome(story, flow) == NOTHING


@pytest.mark.parametrize("trouble", [None, FULL])
def test_a_hold_by_the_recorded_person_is_no_stall(story: Story, flow: Flow, trouble: str | None) -> None:
    story.spool.trouble = trouble
    flow.begins("5.00 B HOLD")
    looks(story, flow, 12)
    flow.begins("40.0 B UNHOLD")
    assert outcome(story, flow) == NOTHING


def test_a_hold_that_no_event_reported_is_not_a_stall(story: Story, flow: Flow) -> None:
    flow.begins("5.00 B hold")
    looks(story, flow, 12)
    flow.begins("40.0 B UNHOLD")
    assert outcome(story, flow) == NOTHING


def test_after_a_hold_the_file_is_measured_anew(story: Story, flow: Flow) -> None:
    flow.begins("5.00 B HOLD")
    looks(story, flow, 3)
    flow.begins("16.0 B UNHOLD")
    looks(story, flow, 1, begin=17.0)
    assert outcome(story, flow) == NOTHING


def test_the_customer_s_hold_excuses_nothing(story: Story, flow: Flow) -> None:
    flow.begins("5.00 A HOLD")
    looks(story, flow, 3)
    assert outcome(story, flow) == HUNG_UP


def test_a_leg_whose_end_is_not_read_yet_has_no_stall(story: Story, flow: Flow) -> None:
    [recording] = story.spool.files
    for number in range(5):
        story.until(10.0 + 2 * number)
        story.spool.stalled = {recording: 4096}
        story.switch.live = {}
        story.growth.look()
    assert outcome(story, flow) == NOTHING


def test_a_switch_that_does_not_answer_confirms_nothing(story: Story, flow: Flow) -> None:
    story.switch.is_silent = True
    looks(story, flow, 5)
    assert outcome(story, flow) == NOTHING
