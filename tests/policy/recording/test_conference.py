"""The part of a user in a conference: its direction and numbers, and that the strictest party wins."""

import json
from dataclasses import replace

import pytest

from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot, User
from fsplug.policy.recording.conference import heard_in, part_of
from fsplug.policy.recording.facts import talk_facts, talk_from
from fsplug.policy.recording.legs import Leg
from fsplug.policy.recording.verdict import Verdict, verdict

ACME = "acme.example"
ANNA = User("1001", "1001", department="Sales", records=True, numbers=("+4570101001",))
CLARA = User("1003", "1003", department="Support", records=True, numbers=("+4570101003",))
DAVID = User("1004", "1004", department="Support", records=False, numbers=("+4570101004",))
USERS = {user.username: user for user in (ANNA, CLARA, DAVID)}
POLICY = PolicySnapshot(
    ACME,
    1,
    "DK",
    departments={
        "Sales": DepartmentPolicy("Sales", incoming=True, outgoing=True),
        "Support": DepartmentPolicy("Support", incoming=True, outgoing=True, internal=True),
    },
    groups={"2001": GroupPolicy("2001", GroupMode.ALWAYS), "2002": GroupPolicy("2002", GroupMode.NEVER)},
    excluded=frozenset({"+4522334499"}),
)


def dials_in(username: str) -> Leg:
    return Leg(username, ACME, call=username, username=username, called_in=True, numbers=(username,), dialled=("4001",))


def customer(number: str = "+4522334455", *, called_in: bool = True, groups: tuple[str, ...] = ()) -> Leg:
    dialled = ("+4570104001",) if called_in else ()
    return Leg(number, ACME, call=number, called_in=called_in, numbers=(number,), dialled=dialled, groups=groups)


def decided(own: Leg, *others: Leg) -> Verdict:
    return verdict(part_of(own, others, ACME, USERS), POLICY)


def said(own: Leg, *others: Leg) -> str:
    """`incoming +4522334455 +4570104001`: direction and numbers of a part."""
    part = part_of(own, others, ACME, USERS)
    return f"{part.direction} {part.caller.numbers[0]} {part.answerer.numbers[0]}"


def test_each_user_s_part_is_decided_by_that_user_s_own_department_and_flag() -> None:
    anna, clara, david = map(dials_in, ("1001", "1003", "1004"))
    for own, others, record in (
        (anna, (clara, david), False),
        (clara, (anna, david), True),
        (david, (anna, clara), False),
    ):
        assert (decided(own, *others).record, decided(own, *others).user) == (record, own.username)
    for own, others, record in ((anna, (david, customer()), True), (david, (anna, customer()), False)):
        assert (decided(own, *others).record, decided(own, *others).user) == (record, own.username)


@pytest.mark.parametrize(
    ("own", "others", "expected"),
    [
        (dials_in("1001"), [customer()], "incoming +4522334455 +4570104001"),
        (dials_in("1001"), [dials_in("1003"), customer()], "incoming +4522334455 +4570104001"),
        (dials_in("1001"), [dials_in("1003")], "internal 1003 4001"),
        (dials_in("1001"), [customer(called_in=False)], "outgoing 1001 +4522334455"),
        (replace(dials_in("1001"), call="c", called_in=False, dialled=()), [replace(customer(), uuid="c")],
         "incoming +4522334455 +4570104001"),
        (replace(dials_in("1001"), dialled=("22334455",)), [replace(customer(called_in=False), call="1001")],
         "outgoing 1001 22334455"),
    ],
    ids=["customer dials in", "customer comes last", "colleagues", "the switch calls the customer",
         "the user was rung", "the user called"],
)  # fmt: skip
def test_a_part_has_the_direction_and_the_numbers_of_the_first_who_is_not_of_the_company(
    own: Leg, others: list[Leg], expected: str
) -> None:
    assert said(own, *others) == expected


@pytest.mark.parametrize(
    "strict",
    [customer("+4522334499"), customer("22334499"), customer(groups=("2002",)), customer(groups=("2002", "2001"))],
    ids=["excluded", "excluded, spelled otherwise", "came through a group that never records", "and then another"],
)
def test_the_strictest_who_is_there_decides_for_everybody(strict: Leg) -> None:
    anna, clara = dials_in("1001"), dials_in("1003")
    for own, others in (
        (anna, (clara, customer(), strict)),
        (clara, (strict, anna)),
        (clara, (customer(), anna, strict)),
    ):
        assert not decided(own, *others).record


def test_a_colleague_whose_own_number_is_excluded_is_the_strictest_too() -> None:
    policy = replace(POLICY, excluded=frozenset({"+4570101004"}))
    part = part_of(dials_in("1001"), [customer(), dials_in("1004")], ACME, USERS)
    assert verdict(part, policy).rule == "excluded-number"


def test_a_group_that_always_records_counts_for_the_users_who_carry_the_flag() -> None:
    caller = customer(groups=("2001",))
    assert decided(dials_in("1001"), dials_in("1004"), caller).rule == "group-always"
    assert not decided(dials_in("1004"), dials_in("1001"), caller).record


def test_a_user_of_another_company_is_somebody_outside() -> None:
    stranger = replace(dials_in("1003"), company="beta.example")
    part = part_of(dials_in("1001"), [stranger], ACME, USERS)
    assert (part.direction, part.caller.user) == ("incoming", None)


def test_a_part_can_be_decided_again_from_its_facts() -> None:
    part = part_of(dials_in("1001"), [dials_in("1003"), customer(), customer("+4522334466")], ACME, USERS)
    assert talk_from(json.loads(json.dumps(talk_facts(part)))) == part
    assert heard_in(part) == {"1003", "+4522334455", "+4570104001", "+4522334466"} - {"+4570104001"}
