"""Flows in which people pause recordings and go on."""

from collections.abc import Mapping

from peewee import Field

from fsplug.errors import Refused
from fsplug.policy.conversation.events import Change
from fsplug.policy.entities import DepartmentPolicy
from fsplug.policy.recording.control import Act, By
from fsplug.policy.terms import AgentMay, Terms
from fsplug.store.schema.calls import CallChanges
from tests.esl.flows import Flow, Marks, Row, called, customer, rows
from tests.esl.story import ACME, BETA, START, Story
from tests.policysets import set_department_policy

AB = {"A": customer(), "B": called("1001", by="A")}
ABC = {**AB, "C": called("1003", by="A")}
BEGIN = """
    0.00  A  ASKS     1001
    1.00  B  ANSWER
    1.00  B  START
    1.00  A  ANSWER
    1.00  A  BRIDGE   A-B
"""
END = """
    {at}  {leg}  STOP     success-silence
    {at}  A  UNBRIDGE A-{leg}
    {at}  {leg}  HANGUP   NORMAL_CLEARING
    {at}  A  HANGUP   NORMAL_CLEARING
"""
MOVES = """
    6.00  B  STOP     success-silence
    6.00  A  UNBRIDGE A-B
    6.00  B  HANGUP   NORMAL_CLEARING
    6.20  A  ASKS     1003
    7.00  C  ANSWER
    7.00  C  START
    7.00  A  BRIDGE   A-C
"""


class PausedFlow(Flow):
    """A flow in which people ask, too."""

    def __init__(self, story: Story, legs: Mapping[str, Marks]) -> None:
        super().__init__(story, legs)
        self.story = story
        self.refused: list[str] = []
        self.told: list[str] = []

    def begins(self, table: str) -> None:
        for row in rows(table):
            self._until(row.seconds)
            if row.event in ("PAUSES", "RESUMES"):
                self._asks_for(row)
            else:
                super().begins(f"{row.seconds} {row.leg} {row.event} {row.note}")
            self._until(row.seconds)

    def _asks_for(self, row: Row) -> None:
        control = self.story.control
        try:
            act = Act.PAUSE if row.event == "PAUSES" else Act.RESUME
            control.do(act, ACME, row.leg, row.note, By.COMMAND)
        except Refused as refusal:
            self.refused.append(str(refusal.code))

    def _until(self, seconds: float) -> None:
        """In steps of a second, so that it is seen when each command is given."""
        self.story.clock.run_until(self.story.clock.now)
        self._note()
        while self.story.clock.now < START + seconds:
            self.story.clock.run_until(min(START + seconds, self.story.clock.now + 1.0))
            self._note()
        self.story.clock.run_until(self.story.clock.now)
        self._note()

    def _note(self) -> None:
        commands, self.story.switch.commands[:] = list(self.story.switch.commands), []
        silencing = [one for one in commands if one[0] in ("mask", "unmask", "deafen", "hear again")]
        self.told += [f"{self.story.clock.now - START:.1f} {what} {leg}" for what, leg, *_ in silencing]
        self.story.switch.commands += [one for one in commands if one not in silencing]

    def pauses(self, kind: Change = Change.PAUSE, who: Field = CallChanges.username) -> list[str]:
        """Every pause: who, from when, until when."""
        self.story.write_down()
        found = CallChanges.select(who, CallChanges.at, CallChanges.until).where(CallChanges.kind == str(kind))
        times = sorted(self.story.store.query(found), key=lambda one: one[1])
        return [f"{who} {at - START:.1f} {until and round(until - START, 1)}" for who, at, until in times]


def may_pause(story: Story) -> Story:
    """Everybody who is recorded may pause."""
    for company, department in ((ACME, "Sales"), (ACME, "Support"), (BETA, "Kundtjänst")):
        boxes = DepartmentPolicy(department, True, company == ACME, True, Terms(agent_may=frozenset({AgentMay.PAUSE})))
        set_department_policy(story.store, company, boxes, by="test")
    return story


def restart(story: Story) -> None:
    """Kill fsplug and start it while A and B talk, and B is recorded."""
    story.switch.bridged = [("A", "B")]
    story.switch.records = {("B", one.path) for one in story.book.recordings.values()}
    story.start_again()
