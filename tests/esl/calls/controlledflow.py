"""Flows in which people ask for a recording to start, be kept or stop."""

from collections.abc import Mapping

from fsplug.errors import FsplugError
from fsplug.esl.protocol.keys import KEY, KEY_EVENTS
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import Terms
from fsplug.store.recordings import recordings
from tests.esl.flows import Flow, Marks, Row, rows
from tests.esl.story import ACME, START, Story
from tests.policysets import set_department_policy

USERS = {"B": "1001", "C": "1003"}


class ControlledFlow(Flow):
    """A flow in which people ask, too."""

    def __init__(self, story: Story, legs: Mapping[str, Marks]) -> None:
        super().__init__(story, legs)
        self.story = story
        self.refused: list[str] = []

    def begins(self, table: str) -> None:
        for row in rows(table):
            self.story.clock.run_until(START + row.seconds)
            if row.event == "DOES":
                self._asks_for(row)
            elif row.event == "PRESSES":
                told = {"Event-Subclass": KEY_EVENTS, KEY: row.note, "Event-Name": "CUSTOM"}
                self.story.keys.see(self._event(row, told))
            else:
                super().begins(f"{row.seconds} {row.leg} {row.event} {row.note}")
            self.story.clock.run_until(self.story.clock.now)

    def _asks_for(self, row: Row) -> None:
        try:
            call = row.leg if row.leg in self.story.book.calls else "A"
            self.story.control.do(Act(row.note), ACME, call, USERS.get(row.leg, ""), By.COMMAND)
        except FsplugError as refusal:
            self.refused.append(str(refusal.code))
        for _, leg, variable in (one for one in self.story.switch.commands if one[0] == "mark"):
            name, _, value = variable.partition("=")
            self._marks[leg][f"variable_{name}"] = value

    def kept_lengths(self) -> list[str]:
        self.story.write_down()
        found = sorted(recordings.listed(self.story.store, ACME), key=lambda one: one.started_at or 0.0)
        lengths = ("" if one.talk_seconds is None else f" {one.talk_seconds:.1f}" for one in found)
        return [f"{one.leg} {one.state}{length}" for one, length in zip(found, lengths, strict=True)]


def agrees(story: Story, terms: Terms) -> Story:
    """Everybody is recorded on these terms."""
    for department in ("Sales", "Support"):
        set_department_policy(story.store, ACME, DepartmentPolicy(department, True, True, True, terms), by="test")
    return story
