"""The policy that the switch arms calls by while fsplug is away: the whole of it, or nothing."""

import pytest

from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot, User
from fsplug.policy.recording.away import (
    AwayCheck,
    AwayPolicy,
    away_arms,
    away_check,
    away_check_text,
    away_policy,
    away_text,
)
from fsplug.policy.recording.legs import Leg
from fsplug.policy.terms import Channels, OnFailure, Terms

ACME = "acme.example"
TERMS = Terms(OnFailure.CLOSED, Channels.MONO, "quality", 30)
ANNA = User("1001", "1001", "Anna Å", "Sales", True, ("+4570101001", "+4520101001"))
POLICY = AwayPolicy(
    PolicySnapshot(
        ACME,
        7,
        "DK",
        {"Sales": DepartmentPolicy("Sales", outgoing=True, incoming=True, terms=TERMS)},
        {"2002": GroupPolicy("2002", GroupMode.NEVER)},
        frozenset({"+4522334499"}),
    ),
    {"1001": ANNA},
    "/var/spool/fsplug",
)
TEXT = away_text(POLICY)


def test_the_text_is_read_as_it_was_written() -> None:
    assert away_policy(TEXT, ACME) == POLICY


def test_what_is_cut_off_anywhere_is_no_policy() -> None:
    for length in range(len(TEXT)):
        with pytest.raises(ValueError):
            away_policy(TEXT[:length], ACME)


@pytest.mark.parametrize(
    "text",
    [
        "null",
        "[]",
        "7",
        "{}",
        TEXT.replace('"format": 1', '"format": 2'),
        TEXT.replace("excluded", "others"),
        TEXT.replace('"version": 7', '"version": 7e999'),
    ],
)
def test_what_is_something_else_is_no_policy(text: str) -> None:
    with pytest.raises(ValueError):
        away_policy(text, ACME)


@pytest.mark.parametrize("at", ["null", '"now"', f"1{'0' * 400}"])
def test_a_time_that_is_none_says_nothing_of_the_policies(at: str) -> None:
    text = away_check_text(AwayCheck(5.0, 60, {ACME: 7}))
    assert away_check(text) == AwayCheck(5.0, 60, {ACME: 7})
    with pytest.raises(ValueError):
        away_check(text.replace("5.0", at))


def test_another_company_s_policy_is_not_this_one_s() -> None:
    with pytest.raises(ValueError, match="not the policy of beta"):
        away_policy(TEXT, "beta.example")


@pytest.mark.parametrize(
    ("numbers", "forwarders", "groups", "records"),
    [
        (("+4522334455",), (), (), True),
        (("0045 22 33 44 99",), (), (), False),
        (("+4522334455",), ("22334499",), (), False),
        (("+4522334455",), (), ("2002",), False),
    ],
)
def test_a_leg_is_armed_as_fsplug_would_arm_it(
    numbers: tuple[str, ...], forwarders: tuple[str, ...], groups: tuple[str, ...], records: bool
) -> None:
    caller = Leg("A", ACME, called_in=True, numbers=numbers, forwarders=forwarders, groups=groups)
    [arm] = away_arms(POLICY, caller, ("1001.desk",))
    assert (arm.leg, arm.verdict.record, arm.verdict.version) == ("1001.desk", records, 7)
    assert not records or arm.verdict.terms == TERMS


def test_the_numbers_of_a_user_who_sent_the_call_on_count() -> None:
    excluded = frozenset({"+4520101001"})
    policy = AwayPolicy(PolicySnapshot(ACME, 7, "DK", POLICY.snapshot.departments, {}, excluded), POLICY.users, "/s")
    caller = Leg("A", ACME, called_in=True, numbers=("+4522334455",), forwarders=("1001",))
    assert away_arms(policy, caller, ("1003",))[0].verdict.rule == "excluded-number"
