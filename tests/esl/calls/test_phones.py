"""Phones that are gone without a word: when a recorded call is hung up for it, and when it must not be."""

import pytest

from fsplug.esl.calls.phones import FURTHEST_SECONDS, PhoneWatch
from tests.esl.flows import Flow, called, customer
from tests.esl.story import Story

AB = {"A": customer(), "B": called("1001", by="A")}
BEGIN = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  B  START
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""
TIMEOUT, LOOK_SECONDS = 6, 2.0
HUNG_UP = ["hang up B"]


class Looks:
    """A watch that looks every two seconds; the phone sends packets while `sends`."""

    def __init__(self, story: Story, timeout_seconds: int = TIMEOUT) -> None:
        self._story = story
        self.flow = Flow(story, AB)
        self.flow.begins(BEGIN)
        self._watch = PhoneWatch(
            story.book, story.watch._recorder.holds, self._ports(), timeout_seconds, lambda: story.clock.now
        )
        self.packets = 0

    def _ports(self):
        return self._story.watch._ports

    def at(self, *, seconds: float, sends: bool, every: float = LOOK_SECONDS) -> None:
        """So many seconds go by."""
        until = self._story.clock.now + seconds
        while self._story.clock.now < until:
            self.packets += 100 if sends else 0
            self._story.switch.heard = {"A": self.packets * 2, "B": self.packets}
            self._story.switch.live = {leg: self.flow.dump(leg) for leg in "AB"}
            self._watch.look()
            self._story.clock.run_until(self._story.clock.now + every)

    def holds(self, event: str) -> None:
        """HOLD or UNHOLD of B, in small letters where no event comes."""
        self.flow.begins(f"{self._story.clock.now - 1_800_000_000.0} B {event}")


@pytest.fixture
def looks(story):
    return Looks(story)


def test_a_phone_from_which_nothing_comes_is_hung_up_after_the_timeout(looks: Looks) -> None:
    looks.at(seconds=10, sends=True)
    looks.at(seconds=TIMEOUT - LOOK_SECONDS, sends=False)
    assert looks.flow.commanded() == []
    looks.at(seconds=LOOK_SECONDS, sends=False)
    assert looks.flow.commanded() == HUNG_UP


def test_a_phone_that_sends_now_and_then_is_not(looks: Looks) -> None:
    for _ in range(10):
        looks.at(seconds=TIMEOUT - LOOK_SECONDS, sends=False)
        looks.at(seconds=LOOK_SECONDS, sends=True)
    assert looks.flow.commanded() == []


@pytest.mark.parametrize("event", ["HOLD", "hold"])
def test_a_phone_that_holds_may_be_silent_for_any_time(looks: Looks, event: str) -> None:
    looks.at(seconds=4, sends=True)
    looks.holds(event)
    looks.at(seconds=600, sends=False)
    looks.holds(f"UN{event}" if event.isupper() else "UNHOLD")
    looks.at(seconds=TIMEOUT, sends=False)
    assert looks.flow.commanded() == []
    looks.at(seconds=LOOK_SECONDS, sends=False)
    assert looks.flow.commanded() == HUNG_UP


def test_time_in_which_nobody_looked_does_not_count(looks: Looks) -> None:
    looks.at(seconds=4, sends=True)
    looks.at(seconds=100, sends=False, every=FURTHEST_SECONDS + 1)
    assert looks.flow.commanded() == []


def test_without_the_setting_nobody_is_asked(story: Story) -> None:
    looks = Looks(story, timeout_seconds=0)
    looks.at(seconds=60, sends=False)
    assert looks.flow.commanded() == []
