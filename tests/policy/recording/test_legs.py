"""Which talks legs make, and which leg is armed for them."""

import json

import pytest

from fsplug.policy.entities import DepartmentPolicy, Direction, GroupMode, GroupPolicy, PolicySnapshot, User
from fsplug.policy.recording.facts import ringing_facts, ringing_from, talk_facts, talk_from
from fsplug.policy.recording.legs import TRUNK, Leg, Ringing, arms, expected_talk, talk_between

ANNA = User("1001", "1001", department="Sales", records=True)
BO = User("1002", "1002", department="Sales", records=False)
CLARA = User("1003", "1003", department="Support", records=True)
USERS = {user.username: user for user in (ANNA, BO, CLARA)}

FROM_CUSTOMER = Leg("a", "acme.example", called_in=True, numbers=("+4522334455",), dialled=("+4570101001",))
FROM_ANNA = Leg("a", "acme.example", username="1001", called_in=True, numbers=("1001",), dialled=("22334455",))
FROM_BO = Leg("a", "acme.example", username="1002", called_in=True, numbers=("1002",), dialled=("1003",))


def policy(*departments, groups=()):
    return PolicySnapshot(
        "acme.example",
        3,
        "DK",
        departments={one.department: one for one in departments},
        groups={one.group: one for one in groups},
    )


EVERYTHING = policy(DepartmentPolicy("*", outgoing=True, internal=True, incoming=True))


def armed(ringing, snapshot=EVERYTHING):
    return {arm.leg: (arm.verdict.record, arm.on_caller) for arm in arms(ringing, snapshot)}


def test_every_member_that_may_answer_is_armed_by_its_own_verdict():
    ringing = Ringing(FROM_CUSTOMER, None, {"1001": ANNA, "1002": BO})
    assert armed(ringing) == {"1001": (True, False), "1002": (False, False)}


def test_an_outgoing_call_is_armed_on_the_users_own_leg():
    assert armed(Ringing(FROM_ANNA, ANNA, {TRUNK: None})) == {TRUNK: (True, True)}


def test_a_call_between_two_users_is_armed_once():
    assert armed(Ringing(FROM_ANNA, ANNA, {"1003": CLARA})) == {"1003": (True, True)}
    assert armed(Ringing(FROM_BO, BO, {"1003": CLARA})) == {"1003": (True, False)}


def test_a_leg_that_is_answered_already_is_not_armed_for_its_answer():
    answered = Leg("a", "acme.example", username="1001", called_in=True, answered=True)
    assert armed(Ringing(answered, ANNA, {TRUNK: None})) == {TRUNK: (True, False)}


def test_legs_that_disagree_are_armed_one_by_one():
    snapshot = policy(DepartmentPolicy("*", internal=True), groups=[GroupPolicy("2001", GroupMode.ALWAYS)])
    caller = Leg("a", "acme.example", username="1003", called_in=True, groups=("2001",))
    assert armed(Ringing(caller, CLARA, {"1001": ANNA, "1002": BO}), snapshot) == {
        "1001": (True, False),
        "1002": (True, False),
    }


def test_one_leg_that_is_not_recorded_keeps_the_callers_leg_unarmed():
    internal_only = policy(DepartmentPolicy("*", internal=True))
    assert armed(Ringing(FROM_ANNA, ANNA, {"1003": CLARA, TRUNK: None}), internal_only) == {
        "1003": (True, False),
        TRUNK: (False, False),
    }


@pytest.mark.parametrize(
    ("caller", "name", "direction"),
    [
        (FROM_CUSTOMER, "1001", Direction.INCOMING),
        (FROM_ANNA, TRUNK, Direction.OUTGOING),
        (FROM_BO, "1003.desk", Direction.INTERNAL),
    ],
)
def test_the_direction_is_seen_from_the_user(caller, name, direction):
    users = {name: USERS.get(name.partition(".")[0])}
    assert expected_talk(Ringing(caller, USERS.get(caller.username), users), name).direction is direction


def test_the_number_the_caller_dialled_belongs_to_the_leg_that_is_called():
    talk = expected_talk(Ringing(FROM_ANNA, ANNA, {TRUNK: None}), TRUNK)
    assert "22334455" in talk.answerer.numbers


def test_after_a_transfer_the_one_who_did_not_dial_receives_the_call():
    clara = Leg("v", "acme.example", call="u", name="1003", username="1003")
    talk = talk_between(clara, FROM_CUSTOMER, USERS)
    assert (talk.direction, talk.caller.numbers, talk.answerer.user) == (Direction.INCOMING, ("+4522334455",), CLARA)


def test_a_customer_who_was_called_out_to_and_then_transferred_is_received_by_the_next_user():
    called_out = Leg("x", "acme.example", call="u", name=TRUNK, numbers=("+4522334455",))
    clara = Leg("v", "acme.example", call="x", name="1003", username="1003")
    assert talk_between(called_out, clara, USERS).direction is Direction.INCOMING


def test_the_groups_of_both_legs_count():
    one = Leg("a", "acme.example", called_in=True, groups=("2002",))
    other = Leg("b", "acme.example", call="c", username="1003", groups=("2001",))
    assert talk_between(one, other, USERS).groups == ("2002", "2001")


def test_facts_written_as_json_give_the_same_talk_and_the_same_ringing_call_back():
    ringing = Ringing(FROM_ANNA, ANNA, {TRUNK: None, "1003": CLARA})
    talk = expected_talk(ringing, TRUNK)
    assert talk_from(json.loads(json.dumps(talk_facts(talk)))) == talk
    assert ringing_from(json.loads(json.dumps(ringing_facts(ringing)))) == ringing
