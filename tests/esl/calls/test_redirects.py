"""Phones that send a call elsewhere (302): whom it rings next, what is decided then, and where it ends.

A is the caller's leg; B, C and D are the legs towards 1001, 1003 and 1002. Each part of a table is what the switch
tells until the caller's dialplan asks where the call goes on to.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import gevent
import pytest

from fsplug.esl.calls import redirects
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.calls import decisions
from fsplug.store.change import edit_policy
from tests.esl.flows import Flow, Marks, assert_nothing_is_left, called, caller, customer, lines
from tests.esl.story import ACME, Story

LEGS = {
    "A": customer(),
    "B": called("1001", by="A"),
    "C": called("1003", by="A"),
    "D": called("1002", by="A"),
}
FROM_A_COLLEAGUE = {**LEGS, "A": caller("1002", "1001")}
NAMES = {"B": "1001", "C": "1003", "D": "1002"}
RINGS = """
    {at}.00  A  ASKS     {user}
    {at}.02  {leg}  RINGS
    {at}.10  {leg}  LEAVES   REQUESTED_CHAN_UNAVAIL
    {at}.10  {leg}  HANGUP   REQUESTED_CHAN_UNAVAIL
"""
TALKS = """
    {at}.00  A  ASKS     {user}
    {at}.02  {leg}  RINGS
    {at}.50  {leg}  ANSWER
    {at}.50  {leg}  START
    {at}.50  A  ANSWER
    {at}.52  A  BRIDGE   A-{leg}
    {at}.90  {leg}  STOP     success-silence
    {at}.90  A  UNBRIDGE A-{leg}
    {at}.90  {leg}  HANGUP   NORMAL_CLEARING
    {at}.90  A  HANGUP   NORMAL_CLEARING
"""
IN_VAIN = "{at}.20  A  HANGUP   NO_ANSWER"


def sends(leg: str, *contacts: str, status: int = 302) -> Marks:
    """This leg's phone answers with these contacts."""
    found = {f"variable_sip_redirect_contact_{number}": contact for number, contact in enumerate(contacts)}
    return {
        **found,
        "variable_proto_specific_hangup_cause": f"sip:{status}",
        "variable_sip_from_host": "192.0.2.7",
        "variable_sip_local_network_addr": "192.0.2.7",
    }


def to(number: str) -> str:
    return f"<sip:{number}@acme.example>"


class Redirected:
    """A call whose phones send it elsewhere; `failed` are the legs that have ended so."""

    def __init__(self, story: Story, legs: Mapping[str, Marks] = LEGS) -> None:
        self.story = story
        self.legs = {name: dict(marks) for name, marks in legs.items()}
        self.failed: list[str] = []
        self._at = 0

    def sent_on(self, leg: str, *contacts: str, status: int = 302) -> str:
        """The phone of this leg sends the call on, and the dialplan asks: what it is told to dial."""
        self.legs[leg] |= sends(leg, *contacts, status=status)
        self.plays(RINGS, leg)
        return self.asks(leg)

    def asks(self, *legs: str) -> str:
        """The dialplan asks where the call goes on whose legs have failed so."""
        # The switch names the legs of earlier bridges again (1.11.1).
        self.failed += legs
        causes = [f"{leg};REQUESTED_CHAN_UNAVAIL" for leg in self.failed]
        marks = {"variable_originate_causes": causes[0] if len(causes) == 1 else f"ARRAY::{'|:'.join(causes)}"}
        event = self.story.event("A", "CHANNEL_DATA", marks_of_leg=False, **{**self.legs["A"], **marks})
        variables = self.story.redirects.answer(event)
        self.story.switch_takes(variables)
        self.legs["A"] |= {f"variable_{name}": value for name, value in variables.items()}
        dial = variables["fsplug_redirect"]
        if dial:
            dialled = self.legs["A"]["Caller-Destination-Number"]
            self.legs["A"] |= {"Caller-RDNIS": dialled, "Caller-Destination-Number": dial}
        return dial

    def talks(self, leg: str, is_recorded: bool = True) -> None:
        """This leg is answered, and the call ends after a talk."""
        told = [line for line in TALKS.splitlines() if is_recorded or not {"START", "STOP"} & set(line.split())]
        self.plays("\n".join(told), leg)
        self._ends()

    def ends_in_vain(self) -> None:
        """The caller hears that nobody answers."""
        self.plays(IN_VAIN, "A")
        self._ends()

    def plays(self, table: str, leg: str) -> None:
        """The switch tells this of a leg."""
        flow = Flow(self.story, self.legs)
        flow.begins(table.format(at=self._at, leg=leg, user=NAMES.get(leg, "")))
        self._at += 1

    def _ends(self) -> None:
        self.story.until(60)
        self.story.reconciler.look()
        assert_nothing_is_left(self.story)


def rows(story: Story) -> list[str]:
    """Rule, user, direction, caller, answerer and forwarders of each decision."""
    story.write_down()
    return [
        " ".join(
            (one.rule, one.user or "-", one.direction, one.caller, one.answerer, *sorted(one.inputs["forwarders"]))
        )
        for one in sorted(decisions.listed(story.store, ACME), key=lambda one: one.at)
    ]


@pytest.mark.parametrize("status", [300, 301, 302])
def test_a_call_that_a_phone_sends_to_a_colleague_is_decided_for_the_colleague(story: Story, status: int) -> None:
    call = Redirected(story)
    assert call.sent_on("B", to("1003"), status=status) == "1003"
    call.talks("C")
    assert rows(story) == lines("department-policy 1003 incoming +4522334455 1003 +4570101001 1001")
    assert list(story.recordings().values()) == ["stopped"]


def test_a_number_of_who_sent_a_call_on_counts_as_one_of_the_call_s(story: Story) -> None:
    edit_policy.exclude(story.store, ACME, {"+4570101001": None}, by="test")
    call = Redirected(story, FROM_A_COLLEAGUE)
    assert call.sent_on("B", to("1003")) == "1003"
    call.talks("C", is_recorded=False)
    assert [row.split()[0] for row in rows(story)] == ["excluded-number"]
    assert story.recordings() == {}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Contacts that lead nowhere, and why."""

    why: str
    contacts: tuple[str, ...]


REFUSALS = [
    Refusal("outside", (to("22334455"), to("+4522334455"), to("004522334455"))),
    Refusal("nobody there", (to("1999"), to("9"))),
    Refusal("another host", ("<sip:1003@elsewhere.example>", "<sip:1003@192.0.2.8>")),
    Refusal("an emergency number", (to("112"), to("114"))),
    Refusal("listen-in", (to("*28*1003"), to("%2A28%2A1003"))),
    Refusal("the phone itself", (to("1001"), to("+4570101001"))),
    Refusal("the caller", (to("1002"), to("+4570101002"))),
    Refusal("no contact", ()),
    Refusal("no URI", ("1003", "<>", "<sip:>", "${uuid}")),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=[one.why for one in REFUSALS])
def test_what_is_not_followed_ends_as_an_unanswered_call(story: Story, refusal: Refusal) -> None:
    call = Redirected(story, FROM_A_COLLEAGUE)
    assert call.sent_on("B", *refusal.contacts) == ""
    call.ends_in_vain()
    assert (rows(story), story.recordings()) == ([], {})


@pytest.mark.parametrize("status", [305, 380, 486, 503])
def test_another_answer_leads_nowhere(story: Story, status: int) -> None:
    call = Redirected(story)
    assert call.sent_on("B", to("1003"), status=status) == ""
    call.ends_in_vain()


@pytest.mark.parametrize("contact", [to("2001"), to("3001"), to("+4570102001")])
def test_a_ring_group_an_ivr_and_a_number_of_the_company_are_inside(story: Story, contact: str) -> None:
    assert Redirected(story).sent_on("B", contact) == contact.removeprefix("<sip:").partition("@")[0]


def test_of_several_contacts_the_first_that_is_inside_is_followed(story: Story) -> None:
    call = Redirected(story)
    assert (
        call.sent_on("B", f"{to('1002')};q=0.1", f"{to('22334455')};q=0.9", f"{to('1003')};q=0.5", status=300) == "1003"
    )


def test_phones_that_send_a_call_round_end_it(story: Story) -> None:
    call = Redirected(story)
    assert [call.sent_on("B", to("1003")), call.sent_on("C", to("1001"))] == ["1003", ""]
    call.ends_in_vain()
    assert (rows(story), story.recordings()) == ([], {})


def test_a_phone_that_sent_the_call_on_before_is_not_waited_for(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    call = Redirected(story)
    call.sent_on("B", to("1003"))
    monkeypatch.setattr(redirects, "EVENT_SECONDS", PATIENCE_SECONDS)
    with gevent.Timeout(PATIENCE_SECONDS / 2):
        assert call.sent_on("C", to("1002")) == "1002"


def test_a_chain_of_phones_is_followed_to_who_answers_and_all_of_them_have_forwarded(story: Story) -> None:
    call = Redirected(story)
    assert [call.sent_on("B", to("1003")), call.sent_on("C", to("1002"))] == ["1003", "1002"]
    assert call.legs["A"]["variable_fsplug_redirects"] == "1003:1001"
    call.talks("D")
    assert rows(story) == lines("department-policy 1002 incoming +4522334455 1002 +4570101001 +4570101003 1001 1003")


def test_after_a_talk_the_same_phone_may_send_the_call_on_again(story: Story) -> None:
    call = Redirected(story)
    assert call.sent_on("B", to("1003")) == "1003"
    begun = TALKS.split("    {at}.90  A  HANGUP")[0]
    call.plays(begun, "C")
    assert call.sent_on("B", to("1003")) == "1003"


def test_a_leg_that_failed_for_another_reason_asks_for_nothing(story: Story) -> None:
    call = Redirected(story)
    call.legs["B"] |= sends("B", to("1003"))
    call.plays(RINGS, "B")
    assert call.asks() == ""


def test_what_a_phone_answered_is_waited_for(story: Story) -> None:
    call = Redirected(story)
    call.legs["B"] |= sends("B", to("1003"))
    ringing, leaving = RINGS.split("    {at}.10", 1)
    call.plays(ringing, "B")
    asking = gevent.spawn(call.asks, "B")
    gevent.idle()
    assert not asking.ready()
    call.plays(f"{{at}}.10 {leaving}", "B")
    assert asking.get(timeout=PATIENCE_SECONDS) == "1003"


def test_what_never_comes_is_not_waited_for_longer_than_a_caller_would(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redirects, "EVENT_SECONDS", 0.01)
    call = Redirected(story)
    call.plays(RINGS.split("    {at}.10", 1)[0], "B")
    assert call.asks("B") == ""


def test_a_call_that_fsplug_does_not_know_is_told_nothing(story: Story) -> None:
    assert Redirected(story).asks("B") == ""
