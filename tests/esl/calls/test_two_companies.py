"""One conversation in two companies of one switch: the operator's dialplan leads callers from one to the other.

A is the customer's leg, B the one of 1001 of the first company, C the one of 1001 of the second.
"""

import tomllib
from collections.abc import Mapping

import pytest

from fsplug.esl.calls.seen_talks import SeenTalk
from fsplug.policy.consent import Form, Result
from fsplug.policy.recording.control import Act, By
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls import calls, conversation_access, decisions
from fsplug.store.calls.conversation_entries import ConsentTaken
from fsplug.store.change import planning
from fsplug.store.recordings import recordings
from fsplug.store.schema.calls import CallChanges
from fsplug.store.schema.companies import Companies
from tests.esl.calls.pausedflow import PausedFlow, may_pause
from tests.esl.flows import Marks, called, customer
from tests.esl.story import ACME, BETA, CUSTOMER, START, Story
from tests.furnished import DEMO

IN_ACME = """
    0.00  A  ASKS     1001
    0.32  B  ANSWER
    0.32  B  START
    0.34  A  ANSWER
    0.34  A  BRIDGE   A-B
"""
LEAVES_ACME = """
    6.00  B  STOP     success-silence
    6.00  A  UNBRIDGE A-B
    6.00  B  HANGUP   NORMAL_CLEARING
"""
IN_BETA = """
    6.20  A  ASKS     1001
    7.00  C  ANSWER
    7.00  C  START
    7.00  A  BRIDGE   A-C
"""
ENDS = """
    20.0  C  STOP     success-silence
    20.0  A  UNBRIDGE A-C
    20.0  C  HANGUP   NORMAL_CLEARING
    20.0  A  HANGUP   NORMAL_CLEARING
"""


def in_beta(marks: Marks) -> Marks:
    return {**marks, "variable_fsplug_company": BETA}


LEGS = {"A": customer(), "B": called("1001", by="A"), "C": in_beta(called("1001", by="A"))}


class LedFlow(PausedFlow):
    """A flow in which the dialplan may lead a leg to the second company."""

    def is_led_on(self, leg: str) -> None:
        """Its dialplan is the second company's from now on; fsplug has armed it in the first."""
        self._marks[leg] |= {"variable_fsplug_company": BETA, "variable_fsplug_version": f"1@{ACME}"}

    def sends(self, leg: str, to: str) -> None:
        """Its phone refers, as the switch tells of it at its end."""
        self._marks[leg]["variable_transfer_to"] = to

    def changes(self) -> list[tuple[str, str, str | None]]:
        """Kind, company and user of each change."""
        self.story.write_down()
        found = CallChanges.select(CallChanges.kind, Companies.domain, CallChanges.username)
        joined = found.join(Companies, on=(Companies.id == CallChanges.company))
        return [tuple(row) for row in self.story.store.query(joined.order_by(CallChanges.at))]

    def verdicts(self, company: str) -> list[tuple[bool, str]]:
        """Record and rule of each decision of the company."""
        self.story.write_down()
        found = decisions.listed(self.story.store, company)
        return [(one.record, one.rule) for one in sorted(found, key=lambda one: one.at)]

    def calls(self, company: str) -> list[tuple[str, str, float, float | None, float | None, str | None]]:
        """Each call of the company, with its conversation, when it began, was answered and ended, and why."""
        self.story.write_down()
        found = sorted(calls.listed(self.story.store, company), key=lambda one: one.id)
        times = [[at and round(at - START, 1) for at in (one.at, one.answered_at, one.ended_at)] for one in found]
        return [(one.id, one.conversation or one.id, *at, one.cause) for one, at in zip(found, times, strict=True)]

    def talks(self, company: str) -> list[tuple[float, float | None]]:
        """Each talk that the company reads in the conversation: from when until when."""
        self.story.write_down()
        found = conversation_access.seen(self.story.store, company, "A", None).timeline(self.story.store)
        return [(round(one.at - START, 1), one.until and round(one.until - START, 1)) for one in found.parts]

    def is_withdrawn(self, company: str) -> None:
        """A user of this company has withdrawn the customer's consent; fsplug was killed before it did anything."""
        self.story.entries.append(
            ConsentTaken("w", company, "A", "A", CUSTOMER, None, Form.WITHDRAWAL, Result.WITHDRAWN, START + 6.0)
        )

    def recorded(self, company: str) -> list[tuple[str | None, str | None, str]]:
        """Call, leg and state of each recording of the company."""
        self.story.write_down()
        found = recordings.listed(self.story.store, company)
        return [(one.call, one.leg, one.state) for one in sorted(found, key=lambda one: one.at)]

    def paused(self) -> list[tuple[str, str | None, float, float | None]]:
        """Each pause of either company: kind, by whom, from when until when."""
        self.story.write_down()
        found = CallChanges.select(CallChanges.kind, CallChanges.username, CallChanges.at, CallChanges.until)
        rows = self.story.store.query(found.where(CallChanges.kind.in_(("pause", "silenced"))).order_by(CallChanges.at))
        return [(kind, who, round(at - START, 1), until and round(until - START, 1)) for kind, who, at, until in rows]

    def is_killed(self) -> None:
        """fsplug is killed and started while A and C talk."""
        running = {(one.leg, one.path) for one in self.story.book.recordings.values() if one.leg == "C"}
        self.story.switch.bridged, self.story.switch.records = [("A", "C")], running
        self.story.start_again()


@pytest.fixture
def story(tmp_path) -> Story:
    return may_pause(Story(tmp_path))


@pytest.fixture
def flow(story: Story) -> LedFlow:
    return LedFlow(story, LEGS)


def excluded_in_beta(story: Story) -> None:
    """The second company never records the customer, since a version that the first has not reached."""
    document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
    beta = document["company"][1]
    for number in ("+4522334470", "+4522334471", "+4522334472", CUSTOMER):
        beta["excluded"] = [{"number": number}]
        planning.apply_plan(story.store, planning.plan(story.store, document), by="test")


def test_a_call_that_is_led_on_is_recorded_in_each_company_and_found_by_what_seals_it(flow: LedFlow) -> None:
    flow.begins(IN_ACME + LEAVES_ACME)
    flow.is_led_on("A")
    flow.begins(IN_BETA + ENDS)
    assert flow.recorded(ACME) == [("A", "B", "stopped")]
    assert flow.recorded(BETA) == [("A", "C", "stopped")]
    unsealed = recordings.in_states(flow.story.store, "switch", recordings.UNFINISHED)
    assert [one.company for one in unsealed] == [ACME, BETA]


@pytest.mark.parametrize("is_killed", [False, True])
def test_each_company_has_the_call_with_what_it_decided_and_with_nothing_of_the_other(
    flow: LedFlow, is_killed: bool
) -> None:
    flow.begins(IN_ACME + LEAVES_ACME)
    flow.is_led_on("A")
    flow.begins(IN_BETA)
    if is_killed:
        flow.is_killed()
    flow.begins(ENDS)
    assert flow.calls(ACME) == [("A", "A", 0.0, 0.3, 20.0, "NORMAL_CLEARING")]
    assert flow.calls(BETA) == [("A", "A", 6.2, 7.0, 20.0, "NORMAL_CLEARING")]
    assert flow.talks(ACME) == [(0.3, 6.0)]
    assert flow.talks(BETA) == [(7.0, 20.0)]


def test_a_call_that_is_led_on_in_a_conversation_is_part_of_the_one_that_the_other_company_has_too(
    story: Story,
) -> None:
    legs: Mapping[str, Marks] = {
        **LEGS,
        "C": in_beta(called("1001", by="D")),
        "D": in_beta(customer("+4681001001", "+4570101001")),
    }
    flow = LedFlow(story, legs)
    flow.begins(
        IN_ACME
        + """
        2.00  D  ASKS     1001
        3.00  C  ANSWER
        3.00  C  START
        3.00  D  ANSWER
        3.00  D  BRIDGE   D-C
        5.00  D  UNBRIDGE D-C
        5.00  D  HANGUP   NORMAL_CLEARING
        5.00  B  STOP     success-silence
        5.00  A  UNBRIDGE A-B
        5.00  B  HANGUP   NORMAL_CLEARING
        5.02  A  BRIDGE   A-C
        5.50  C  STOP     success-maxtime
        5.50  C  START
        8.00  C  STOP     success-silence
        8.00  A  UNBRIDGE A-C
        8.00  C  HANGUP   NORMAL_CLEARING
        """
    )
    flow.is_led_on("A")
    flow.begins("8.2 A ASKS 1001\n9.0 A HANGUP ORIGINATOR_CANCEL")
    assert [one[:3] for one in flow.calls(ACME)] == [("A", "A", 0.0)]
    assert [one[:3] for one in flow.calls(BETA)] == [("A", "D", 8.2), ("D", "D", 2.0)]


def test_a_consent_withdrawn_in_one_company_destroys_nothing_of_the_other_after_a_restart(flow: LedFlow) -> None:
    flow.begins(IN_ACME + LEAVES_ACME)
    flow.is_led_on("A")
    flow.begins(IN_BETA)
    flow.is_withdrawn(ACME)
    flow.is_killed()
    flow.begins(ENDS)
    assert flow.recorded(BETA) == [("A", "C", "stopped")]
    assert flow.story.book.calls == {}


def test_who_sent_the_call_on_stands_in_their_own_company_also_if_the_other_is_asked_first(flow: LedFlow) -> None:
    flow.begins(IN_ACME)
    flow.sends("B", "blind:A")
    flow.is_led_on("A")
    flow.begins("6.00 A ASKS 1001\n" + LEAVES_ACME)
    flow.begins(IN_BETA.replace("    6.20  A  ASKS     1001\n", ""))
    assert flow.changes() == [("transfer", ACME, "1001"), ("parted", ACME, None)]


def test_the_company_that_a_call_is_led_to_decides_by_its_own_policy_of_that_moment(flow: LedFlow) -> None:
    flow.begins(IN_ACME + LEAVES_ACME)
    excluded_in_beta(flow.story)
    flow.is_led_on("A")
    flow.begins(IN_BETA.replace("    7.00  C  START\n", ""))
    assert flow.verdicts(BETA) == [(False, "excluded-number")]
    assert flow.verdicts(ACME) == [(True, "department-policy")]


@pytest.mark.parametrize("is_killed", [False, True])
def test_who_gets_a_call_from_another_company_pauses_it(flow: LedFlow, is_killed: bool) -> None:
    flow.begins(IN_ACME + LEAVES_ACME)
    flow.is_led_on("A")
    flow.begins(IN_BETA)
    if is_killed:
        flow.is_killed()
    flow.begins("8.0 C ASKED")
    control = flow.story.control
    [own] = control.own_calls(BETA, "1001")
    assert (own.call, own.conversation, control.own_calls(ACME, "1001")) == ("A", "A", [])
    control.do(Act.PAUSE, BETA, "A", "1001", By.KEY)
    flow.begins("9.0 C ASKED")
    control.do(Act.RESUME, BETA, "A", "1001", By.KEY)
    assert flow.paused() == [("pause", "1001", 8.0, 9.0)]


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_pause_goes_on_in_the_company_that_the_call_is_led_to_which_reads_when_and_not_by_whom(
    flow: LedFlow, is_killed: bool
) -> None:
    flow.begins(IN_ACME + "5.0 A PAUSES 1001\n" + LEAVES_ACME)
    flow.is_led_on("A")
    flow.begins(IN_BETA)
    if is_killed:
        flow.is_killed()
    flow.begins("66.0 C ASKED")
    assert flow.paused() == [("pause", "1001", 5.0, 65.0), ("silenced", None, 6.2, 65.0)]
    assert "65.0 unmask C" in flow.told


def test_of_two_companies_the_one_whose_user_talks_to_the_customer_decides(story: Story) -> None:
    legs: Mapping[str, Marks] = {
        **LEGS,
        "C": in_beta(called("1001", by="D")),
        "D": in_beta(customer("+4681001001", "+4570101001")),
    }
    flow = LedFlow(story, legs)
    flow.begins(
        IN_ACME
        + """
        2.00  D  ASKS     1001
        3.00  C  ANSWER
        3.00  C  START
        3.00  D  ANSWER
        3.00  D  BRIDGE   D-C
        5.00  D  UNBRIDGE D-C
        5.00  D  HANGUP   NORMAL_CLEARING
        5.00  B  STOP     success-silence
        5.00  A  UNBRIDGE A-B
        5.00  B  HANGUP   NORMAL_CLEARING
        5.02  A  BRIDGE   A-C
        5.20  C  STOP     success-maxtime
        5.24  C  START
        """
    )
    assert flow.verdicts(ACME) == [(True, "department-policy")]
    assert flow.verdicts(BETA) == [(True, "department-policy")] * 2
    assert flow.recorded(BETA) == [("D", "C", "stopped"), ("D", "C", "recording")]


def test_the_records_of_the_legs_say_the_same_company() -> None:
    customers, theirs = Leg("A", ACME, call="A", called_in=True), Leg("C", BETA, call="D", username="1001")
    for pair in ((customers, theirs), (theirs, customers)):
        seen = SeenTalk(*pair, 0, 0.0, 0.0, 1.0, True, "", ("A", "C"), None)
        assert seen.company == BETA
