"""Who is in a call, as a company sees its own people."""

from pathlib import Path
from typing import Any

import pytest

from fsplug.esl.listenin.book import ListenBook
from fsplug.esl.listenin.gate_facts import ListenFacts
from fsplug.esl.listenin.live_list import LiveList
from fsplug.policy.entities import Direction
from tests.esl.flows import Flow, called, caller, customer
from tests.esl.story import ACME, BETA, Story

ACME_CALLS_BETA = {
    "A": caller("1001", "+4681001001"),
    "B": {**called("1001", by="A"), "variable_fsplug_company": BETA, "Caller-Destination-Number": "+4681001001"},
}
TALKING = """
    0.00  A  ANSWER
    0.00  B  ANSWER
    0.02  A  BRIDGE   A-B
"""


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def seen(story: Story, company: str) -> list[tuple[str, str, Direction]]:
    """Who talks, with whom, in which direction."""
    nobody: Any = None
    live = LiveList(story.book, ListenBook(), ListenFacts(story.store, story.book, story.switch), nobody)
    return [(one.user, one.other, one.direction) for one in live.of(company)]


def test_another_company_s_user_is_a_number_to_this_one(story: Story) -> None:
    Flow(story, ACME_CALLS_BETA).begins(TALKING)
    assert seen(story, ACME) == [("1001", "+4681001001", Direction.OUTGOING)]
    assert seen(story, BETA) == [("1001", "1001", Direction.INCOMING)]


def test_a_colleague_is_named(story: Story) -> None:
    Flow(story, {"A": caller("1003", "1001"), "B": called("1001", by="A")}).begins(TALKING)
    assert set(seen(story, ACME)) == {("1003", "1001", Direction.INTERNAL), ("1001", "1003", Direction.INTERNAL)}


def test_a_customer_is_their_number(story: Story) -> None:
    Flow(story, {"A": customer(), "B": called("1001", by="A")}).begins(TALKING)
    assert seen(story, ACME) == [("1001", "+4522334455", Direction.INCOMING)]
