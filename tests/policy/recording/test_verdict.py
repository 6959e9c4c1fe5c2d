"""The rules of recording, each on its own and against each other; values only."""

import itertools

import pytest

from fsplug.policy.entities import (
    DepartmentPolicy,
    Direction,
    GroupMode,
    GroupPolicy,
    Party,
    PolicySnapshot,
    Talk,
    User,
)
from fsplug.policy.recording.verdict import Rule, VerdictReason, verdict
from fsplug.policy.terms import Terms

ANNA = User("1001", "1001", "Anna", department="Sales", records=True, numbers=("+4570101001",))
BO = User("1002", "1002", "Bo", department="Sales", records=False)
CLARA = User("1003", "1003", "Clara", department="Support", records=True)
CUSTOMER = Party(numbers=("+4522334455",))
EVERY_BOX = DepartmentPolicy("Sales", outgoing=True, internal=True, incoming=True)


def talk(caller, answerer, direction, **more):
    return Talk("acme.example", caller, answerer, direction, **more)


def incoming(user, **more):
    return talk(CUSTOMER, Party(user), Direction.INCOMING, **more)


def snapshot(*departments, groups=(), excluded=()):
    return PolicySnapshot(
        "acme.example",
        version=7,
        country="DK",
        departments={policy.department: policy for policy in departments},
        groups={policy.group: policy for policy in groups},
        excluded=frozenset(excluded),
    )


def group(mode, **more):
    return GroupPolicy("2001", mode, **more)


def test_nothing_is_recorded_until_a_policy_is_configured():
    outcome = verdict(incoming(ANNA), snapshot())
    assert (outcome.record, outcome.rule, outcome.reason) == (False, Rule.NO_POLICY, VerdictReason.NO_POLICY_APPLIES)


@pytest.mark.parametrize("box", list(Direction))
@pytest.mark.parametrize("direction", list(Direction))
def test_each_box_counts_for_its_own_direction_only(box, direction):
    talks = {
        Direction.INCOMING: incoming(ANNA),
        Direction.OUTGOING: talk(Party(ANNA), CUSTOMER, Direction.OUTGOING),
        Direction.INTERNAL: talk(Party(ANNA), Party(BO), Direction.INTERNAL),
    }
    outcome = verdict(talks[direction], snapshot(DepartmentPolicy("Sales", **{box.value: True})))
    assert outcome.record is (box is direction)
    assert outcome.rule is Rule.DEPARTMENT_POLICY


def test_a_user_without_the_flag_is_not_recorded_by_a_department():
    outcome = verdict(incoming(BO), snapshot(EVERY_BOX))
    assert (outcome.record, outcome.reason, outcome.user) == (False, VerdictReason.USER_WITHOUT_FLAG, "1002")


def test_a_user_without_the_flag_is_not_recorded_by_a_group_either():
    outcome = verdict(incoming(BO, groups=("2001",)), snapshot(groups=[group(GroupMode.ALWAYS)]))
    assert (outcome.record, outcome.rule, outcome.reason) == (False, Rule.GROUP_ALWAYS, VerdictReason.USER_WITHOUT_FLAG)


def test_every_departments_boxes_serve_those_without_their_own():
    everyone = DepartmentPolicy("*", incoming=True)
    assert verdict(incoming(CLARA), snapshot(everyone)).record
    assert not verdict(incoming(CLARA), snapshot(everyone, DepartmentPolicy("Support"))).record


def test_a_group_set_to_always_records_what_no_department_would():
    outcome = verdict(incoming(ANNA, groups=("2001",)), snapshot(groups=[group(GroupMode.ALWAYS)]))
    assert (outcome.record, outcome.rule, outcome.group) == (True, Rule.GROUP_ALWAYS, "2001")


def test_a_group_set_to_never_beats_the_department():
    outcome = verdict(incoming(ANNA, groups=("2001",)), snapshot(EVERY_BOX, groups=[group(GroupMode.NEVER)]))
    assert (outcome.record, outcome.rule, outcome.group) == (False, Rule.GROUP_NEVER, "2001")


def test_the_mode_belongs_to_the_group_the_call_came_through_not_to_the_agent():
    policy = snapshot(groups=[GroupPolicy("2001", GroupMode.ALWAYS), GroupPolicy("2002", GroupMode.NEVER)])
    assert verdict(incoming(ANNA, groups=("2001",)), policy).record
    assert not verdict(incoming(ANNA, groups=("2002",)), policy).record


def test_a_group_that_follows_the_department_leaves_it_to_the_department():
    policy = snapshot(EVERY_BOX, groups=[group(GroupMode.DEPARTMENT)])
    assert verdict(incoming(ANNA, groups=("2001",)), policy).rule is Rule.DEPARTMENT_POLICY


def test_a_caller_who_refused_keeps_that_wish_when_the_call_moves_to_another_group():
    policy = snapshot(groups=[GroupPolicy("2002", GroupMode.NEVER), GroupPolicy("2001", GroupMode.ALWAYS)])
    outcome = verdict(incoming(ANNA, groups=("2002", "2001")), policy)
    assert (outcome.record, outcome.rule, outcome.group) == (False, Rule.GROUP_NEVER, "2002")


@pytest.mark.parametrize("mode", list(GroupMode))
def test_an_excluded_number_beats_every_rule(mode):
    policy = snapshot(EVERY_BOX, groups=[group(mode)], excluded=["+4522334455"])
    outcome = verdict(incoming(ANNA, groups=("2001",)), policy)
    assert (outcome.record, outcome.rule, outcome.number) == (False, Rule.EXCLUDED_NUMBER, "+4522334455")


@pytest.mark.parametrize(
    "spelling",
    [
        "22334455",
        "0045 22 33 44 55",
        "sip:+4522334455@x",
        "tel:22-33-44-55",
        "4522334455",
        "9004522334455*1",
        "022334455",
    ],
)
@pytest.mark.parametrize("place", ["calling", "called", "forwarding"])
def test_an_excluded_number_counts_in_every_spelling_and_every_place(spelling, place):
    other = Party(numbers=(spelling,))
    talks = {
        "calling": talk(other, Party(ANNA), Direction.INCOMING),
        "called": talk(Party(ANNA), other, Direction.OUTGOING),
        "forwarding": talk(Party(), Party(ANNA), Direction.INCOMING, forwarders=(spelling,)),
    }
    assert verdict(talks[place], snapshot(EVERY_BOX, excluded=["+4522334455"])).rule is Rule.EXCLUDED_NUMBER


@pytest.mark.parametrize("numbers", [(), ("anonymous",), ("TDC",), ("",)])
def test_a_withheld_or_alphanumeric_caller_is_nobody_excluded_and_follows_the_rules(numbers):
    policy = snapshot(EVERY_BOX, excluded=["+4522334455"])
    assert verdict(talk(Party(numbers=numbers), Party(ANNA), Direction.INCOMING), policy).record


def test_a_withheld_caller_whose_asserted_identity_is_excluded_is_not_recorded():
    asserted = talk(Party(numbers=("anonymous", "+4522334455")), Party(ANNA), Direction.INCOMING)
    assert not verdict(asserted, snapshot(EVERY_BOX, excluded=["+4522334455"])).record


def test_in_an_internal_call_either_users_policy_is_enough():
    policy = snapshot(DepartmentPolicy("Support", internal=True))
    for pair in itertools.permutations((Party(BO), Party(CLARA))):
        outcome = verdict(talk(*pair, Direction.INTERNAL), policy)
        assert (outcome.record, outcome.user) == (True, "1003")


def test_when_both_users_qualify_the_callers_leg_is_recorded():
    policy = snapshot(DepartmentPolicy("*", internal=True))
    assert verdict(talk(Party(CLARA), Party(ANNA), Direction.INTERNAL), policy).user == "1003"


def test_the_nearest_miss_is_reported():
    policy = snapshot(DepartmentPolicy("Sales", internal=True), DepartmentPolicy("Support"))
    outcome = verdict(talk(Party(CLARA), Party(BO), Direction.INTERNAL), policy)
    assert (outcome.user, outcome.reason) == ("1002", VerdictReason.USER_WITHOUT_FLAG)


def test_a_talk_without_users_is_not_recorded():
    assert verdict(talk(CUSTOMER, CUSTOMER, Direction.INCOMING), snapshot(EVERY_BOX)).reason is VerdictReason.NO_USER


def test_the_terms_are_those_of_the_rule_that_won():
    terms = Terms(purpose="contract")
    policy = snapshot(EVERY_BOX, groups=[group(GroupMode.ALWAYS, terms=terms)])
    assert verdict(incoming(ANNA, groups=("2001",)), policy).terms == terms
    assert verdict(incoming(ANNA), policy).terms == Terms()


def test_the_verdict_carries_the_policy_version():
    assert verdict(incoming(ANNA), snapshot(EVERY_BOX)).version == 7


@pytest.mark.parametrize(
    ("stopped", "record", "user"),
    [((), True, "1001"), (("1001",), True, "1003"), (("1003",), True, "1001"), (("1001", "1003"), False, "1001")],
)
def test_who_has_stopped_in_the_conversation_is_not_recorded_again_and_a_colleague_is(stopped, record, user):
    every_box = DepartmentPolicy("*", outgoing=True, internal=True, incoming=True)
    outcome = verdict(talk(Party(ANNA), Party(CLARA), Direction.INTERNAL, stopped=stopped), snapshot(every_box))
    assert (outcome.record, outcome.user) == (record, user)
    assert (outcome.reason is VerdictReason.STOPPED_BY_USER) is not record
    assert outcome.rule is (Rule.DEPARTMENT_POLICY if record else Rule.STOPPED)


def test_no_stop_hides_that_a_number_is_never_recorded():
    outcome = verdict(incoming(ANNA, stopped=("1001",)), snapshot(EVERY_BOX, excluded=CUSTOMER.numbers))
    assert outcome.rule is Rule.EXCLUDED_NUMBER
