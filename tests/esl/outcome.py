"""What a story has left once its events are written down: its calls, decisions, recordings and commands."""

from fsplug.store.calls import calls, decisions
from fsplug.store.recordings import recordings
from tests.esl.story import ACME, Story


class Outcome:
    """What is left of this story."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def talks(self) -> list[str]:
        """`A-B recorded 1001` for each decided talk, in their order, by the two legs and the user it is decided for."""
        self._story.write_down()
        found = sorted(decisions.listed(self._story.store, ACME), key=lambda one: one.at)
        said = {True: "recorded", False: "not-recorded"}
        return [f"{'-'.join(one.talk.split(':')[:2])} {said[one.record]} {one.user}" for one in found]

    def kept(self) -> list[str]:
        """`B stopped` for each recording that is kept, in the order they began, by its leg and its state."""
        self._story.write_down()
        found = sorted(recordings.listed(self._story.store, ACME), key=lambda one: one.started_at or 0.0)
        return [f"{one.leg} {one.state}" for one in found]

    def kept_lengths(self) -> list[str]:
        """`B stopped 19.0` for each recording that is kept: its leg, state, and the seconds of its talk."""
        self._story.write_down()
        found = sorted(recordings.listed(self._story.store, ACME), key=lambda one: one.started_at or 0.0)
        return [f"{one.leg} {one.state} {one.talk_seconds:.1f}" for one in found]

    def files(self) -> int:
        """How many files the spool still has, and each is of a recording that is kept."""
        assert self._story.spool.files == set(self._story.recordings())
        return len(self._story.spool.files)

    def decided(self) -> list[str]:
        """Rule, direction, and the numbers of both parties of each talk, in their order."""
        self._story.write_down()
        found = sorted(decisions.listed(self._story.store, ACME), key=lambda one: one.at)
        return [f"{one.rule} {one.direction} {one.caller} {one.answerer}" for one in found]

    def calls(self) -> list[str]:
        """`A incoming +4522334455 +4570101001` for each call: its id, direction, both numbers, and its group if any."""
        self._story.write_down()
        found = sorted(calls.listed(self._story.store, ACME), key=lambda one: one.started_at or 0.0)
        return [f"{one.id} {one.direction} {one.caller} {one.called} {one.group or ''}".strip() for one in found]

    def commanded(self) -> list[str]:
        """`stop D` for each command, in their order; `disarm D` where the switch shall record nothing at D's answer."""
        return [" ".join(_said(command)) for command in self._story.switch.commands]


def _said(command: tuple[str, ...]) -> tuple[str, ...]:
    disarms = command[0] == "mark" and command[2:] == ("execute_on_answer=",)
    return ("disarm", command[1]) if disarms else command[:2]
