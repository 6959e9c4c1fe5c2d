"""A call that nobody has made."""

import pytest

from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, Party, PolicySnapshot, User
from fsplug.policy.recording.legs import TRUNK
from fsplug.policy.recording.simulate import simulate
from fsplug.policy.recording.verdict import Rule, VerdictReason

ANNA = User("1001", "1001", department="Sales", records=True, numbers=("+4570101001",))
BO = User("1002", "1002", department="Sales")
CUSTOMER = Party(None, ("22334455",))
POLICY = PolicySnapshot(
    "acme.example",
    3,
    "DK",
    departments={"Sales": DepartmentPolicy("Sales", outgoing=True, incoming=True)},
    groups={"2001": GroupPolicy("2001", GroupMode.ALWAYS), "2002": GroupPolicy("2002", GroupMode.NEVER)},
    excluded=frozenset({"+4570101155"}),
)


def test_each_leg_that_may_answer_gets_its_own_verdict() -> None:
    anna, bo = simulate(CUSTOMER, {"1001": ANNA, "1002": BO}, POLICY, dialled=("2001",), groups=("2001",))
    assert (anna.leg, anna.verdict.record, anna.verdict.rule) == ("1001", True, Rule.GROUP_ALWAYS)
    assert (bo.leg, bo.verdict.record, bo.verdict.reason) == ("1002", False, VerdictReason.USER_WITHOUT_FLAG)
    assert (anna.on_caller, anna.verdict.version) == (False, 3)


def test_a_user_who_calls_out_is_recorded_on_their_own_leg() -> None:
    [arm] = simulate(Party(ANNA, ("1001",)), {TRUNK: None}, POLICY, dialled=("+4644556677",))
    assert (arm.verdict.record, arm.verdict.user, arm.on_caller) == (True, "1001", True)


@pytest.mark.parametrize("place", ["caller", "dialled", "forwarder"])
def test_an_excluded_number_counts_wherever_it_takes_part(place: str) -> None:
    number = ("0045 70 10 11 55",)
    caller = Party(None, number) if place == "caller" else CUSTOMER
    dialled = number if place == "dialled" else ("1001",)
    forwarders = number if place == "forwarder" else ()
    [arm] = simulate(caller, {"1001": ANNA}, POLICY, dialled=dialled, forwarders=forwarders)
    assert (arm.verdict.record, arm.verdict.number) == (False, "+4570101155")
