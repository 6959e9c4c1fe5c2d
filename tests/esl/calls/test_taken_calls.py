"""Calls that a phone names to take them over or to connect them (SIP Replaces): its own user's, and nobody else's.

A is the customer's leg, B the one towards 1001, C the one that names B's call, and D the one towards C's partner.
Seconds are the capture's (FreeSWITCH 1.11.1).
"""

import pytest

from fsplug.esl.protocol.event import Event, plain_event
from tests.esl.flows import Flow, called, caller, customer, lines
from tests.esl.story import ACME, BETA

TALKS = """
    0.00  A  ASKS     1001
    0.02  B  RINGS
    0.04  B  ANSWER
    0.04  B  START
    0.04  A  ANSWER
    0.04  A  BRIDGE   A-B
"""


def takes_over(story, replaced="B", user="", company="", **marks):
    """The switch tells that C, which asks for the call of this leg, has answered; returns whom fsplug hangs up."""
    proved = {"variable_sip_auth_username": user, "variable_sip_auth_realm": company} if user else {}
    known = {"variable_fsplug_user": user} if user else {}
    named = {"Other-Leg-Unique-ID": replaced, "variable_sip_replaces_call_id": "b6bc66cf@phone"}
    head = {"Event-Name": "CHANNEL_ANSWER", "Unique-ID": "C", "Call-Direction": "inbound", "Answer-State": "answered"}
    story.watch.see(Event(plain_event({**head, **named, **proved, **known, **marks})))
    story.until(0.5)
    return [command[1] for command in story.switch.commands if command[0] == "hang up"]


@pytest.mark.parametrize(
    ("user", "company", "hung_up"),
    [("1002", ACME, ["C"]), ("1001", BETA, ["C"]), ("", "", ["C"]), ("1001", ACME, [])],
    ids=["a colleague", "the same name in another company", "a trunk", "the user"],
)
def test_who_takes_over_a_talk_that_is_not_theirs_is_hung_up(story, user, company, hung_up):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins(TALKS)
    assert takes_over(story, user=user, company=company) == hung_up


def test_what_a_leg_says_of_itself_without_a_password_takes_over_nothing(story):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins(TALKS)
    claims = {"variable_fsplug_user": "1001", "variable_fsplug_company": ACME, "variable_sip_from_user": "1001"}
    assert takes_over(story, **claims) == ["C"]


@pytest.mark.parametrize(("company", "hung_up"), [(ACME, []), (BETA, ["C"])], ids=["of the company", "of another"])
def test_a_ringing_call_is_picked_up_in_its_own_company(story, company, hung_up):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins("0.00 A ASKS 1001\n0.02 B RINGS")
    assert takes_over(story, user="1002", company=company) == hung_up


def test_a_call_that_nothing_of_ours_concerns_is_the_operator_s(story):
    assert takes_over(story, replaced="Z") == []


def test_a_call_that_cannot_be_found_is_taken_over_by_nobody(story):
    assert takes_over(story, replaced="", user="1001", company=ACME) == ["C"]


@pytest.mark.parametrize(("more", "hung_up"), [("", ["C"]), ("0.40 B HANGUP PICKED_OFF", ["C", "A"])])
def test_who_is_left_in_a_park_by_a_call_that_was_not_taken_over_is_hung_up(story, more, hung_up):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins(TALKS)
    takes_over(story, user="1002", company=ACME)
    flow.begins(more)
    story.until(3)
    assert [command[1] for command in story.switch.commands if command[0] == "hang up"] == hung_up


CONSULTS = """
    0.50  C  ASKS     1003
    0.60  D  ANSWER
    0.60  C  ANSWER
    0.60  C  BRIDGE   C-D
"""
CONNECTS = """
    1.00  A  UNBRIDGE A-B
    1.00  C  UNBRIDGE C-D
    1.00  C  LEAVES   NORMAL_CLEARING
    1.00  C  HANGUP   NORMAL_CLEARING
    1.02  D  BRIDGE   D-A
"""
# The call that is named is over a moment before the phone that named it has left.
ENDS_FIRST = """
    1.00  A  UNBRIDGE A-B
    1.00  B  LEAVES   NORMAL_CLEARING
    1.00  B  HANGUP   NORMAL_CLEARING
    1.00  C  UNBRIDGE C-D
    1.00  C  LEAVES   NORMAL_CLEARING
    1.02  D  BRIDGE   D-A
    1.02  C  HANGUP   NORMAL_CLEARING
"""


def connected(story, user, how=CONNECTS, company=ACME):
    """Who is hung up when C's phone connects D with A (REFER with Replaces, naming B's call)."""
    marks = {**caller(user, "1003"), "variable_refer_uuid": "B", "variable_fsplug_company": company}
    legs = {"A": customer(), "B": called("1001", by="A"), "C": marks, "D": called("1003", by="C")}
    flow = Flow(story, legs)
    flow.begins(TALKS)
    flow.begins(CONSULTS)
    flow.begins(how)
    story.until(3)
    return flow, sorted({command[1] for command in story.switch.commands if command[0] == "hang up"})


@pytest.mark.parametrize("how", [CONNECTS, ENDS_FIRST])
def test_a_phone_connects_its_own_calls(story, how):
    flow, hung_up = connected(story, "1001", how)
    assert hung_up == []
    assert flow.talks() == lines("A-B recorded 1001\nC-D recorded 1003\nD-A recorded 1003")


@pytest.mark.parametrize(("user", "company"), [("1002", ACME), ("1001", BETA)])
@pytest.mark.parametrize(
    "how", [CONNECTS, ENDS_FIRST, "\n".join(sorted(CONNECTS.splitlines(), key=lambda row: "  A  " in row))]
)
def test_a_phone_connects_nobody_with_a_call_that_is_not_its_user_s(story, user, company, how):
    assert connected(story, user, how, company)[1] == ["A", "D"]


def test_a_phone_that_names_another_s_call_in_vain_ends_its_own_alone(story):
    in_vain = """
        1.00  C  UNBRIDGE C-D
        1.00  C  LEAVES   NORMAL_CLEARING
        1.00  C  HANGUP   NORMAL_CLEARING
        1.00  D  HANGUP   NORMAL_CLEARING
    """
    assert connected(story, "1002", in_vain)[1] == []


def counted(story):
    """What the audit trails of companies count: company, act, whose call it was, and who tried."""
    return [(company, act, one.person, one.by, one.address) for company, act, one in story.refused]


FROM = {"variable_sip_network_ip": "192.0.2.7"}


@pytest.mark.parametrize(
    ("user", "company", "counts"),
    [
        ("1002", ACME, [(ACME, "1001", "1002")]),
        ("1001", BETA, [(ACME, "1001", ""), (BETA, "", "1001")]),
        ("", "", [(ACME, "1001", "")]),
        ("1001", ACME, []),
    ],
    ids=["a colleague", "another company", "a trunk", "the user"],
)
def test_a_call_that_is_not_taken_over_is_counted_for_the_trail_of_each_company_it_concerns(
    story, user, company, counts
):
    flow = Flow(story, {"A": customer(), "B": called("1001", by="A")})
    flow.begins(TALKS)
    takes_over(story, user=user, company=company, **FROM)
    act = "call-not-taken-over"
    assert counted(story) == [(trail, act, person, by, "192.0.2.7") for trail, person, by in counts]


@pytest.mark.parametrize(("user", "whose"), [("1002", ["1001"]), ("1001", [])])
def test_calls_that_are_not_connected_are_counted_for_the_trail(story, user, whose):
    connected(story, user)
    assert counted(story) == [(ACME, "calls-not-connected", person, user, "") for person in whose]
