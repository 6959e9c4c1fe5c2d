"""Edits of a policy: rebased on what others changed meanwhile, reduced to the fewest changes, and described."""

from dataclasses import replace

from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.recording.edit import (
    PolicyDifference,
    PolicyEdit,
    Subject,
    What,
    differences,
    of_department,
    rebased,
    to_put,
)
from fsplug.policy.terms import Channels, OnFailure, Terms

SALES = DepartmentPolicy("Sales", outgoing=True)
OTHERS = DepartmentPolicy("*", internal=True, terms=Terms(purpose="safety"))
SEEN = PolicySnapshot(
    "acme.example",
    7,
    "DK",
    {"Sales": SALES, "*": OTHERS},
    {"2001": GroupPolicy("2001", GroupMode.ALWAYS)},
    frozenset({"+4570101155"}),
)


def test_a_department_without_boxes_of_its_own_has_those_of_every_other() -> None:
    assert of_department("Support", SEEN) == replace(OTHERS, department="Support")
    assert of_department("Support", PolicySnapshot("acme.example", 1, "DK")) == DepartmentPolicy("Support")


def test_what_a_wish_leaves_alone_is_as_others_made_it_meanwhile() -> None:
    theirs = replace(SALES, outgoing=False, terms=Terms(OnFailure.CLOSED, Channels.MONO))
    current = replace(SEEN, version=8, departments={**SEEN.departments, "Sales": theirs})
    policy_edit = PolicyEdit(7, {"Sales": replace(SALES, incoming=True)})
    assert rebased(policy_edit, SEEN, current) == PolicyEdit(8, {"Sales": replace(theirs, incoming=True)})


def test_of_two_who_change_the_same_box_the_wish_stands() -> None:
    theirs = replace(SALES, terms=Terms(purpose="theirs"))
    current = replace(SEEN, departments={"Sales": theirs})
    policy_edit = PolicyEdit(7, {"Sales": replace(SALES, terms=Terms(purpose="mine"))})
    assert rebased(policy_edit, SEEN, current).departments["Sales"].terms.purpose == "mine"


def test_numbers_that_others_excluded_or_freed_are_no_wish_any_more() -> None:
    current = replace(SEEN, excluded=frozenset({"+4570101166"}))
    policy_edit = PolicyEdit(7, never={"+4570101166": "", "+4570101177": ""}, again=frozenset({"+4570101155"}))
    assert rebased(policy_edit, SEEN, current) == PolicyEdit(7, never={"+4570101177": ""})


def test_a_wish_of_what_is_takes_no_change() -> None:
    departments = {name: of_department(name, SEEN) for name in ("Sales", "Support", "*")}
    assert list(to_put(PolicyEdit(7, departments, SEEN.groups), SEEN)) == []


def test_when_everyone_else_changes_departments_get_boxes_of_their_own_only_to_stay_as_wished() -> None:
    others = replace(OTHERS, incoming=True)
    as_before = replace(OTHERS, department="Support")
    policy_edit = PolicyEdit(7, {"Support": as_before, "*": others})
    assert list(to_put(policy_edit, SEEN)) == [as_before, others]
    alike = PolicyEdit(7, {"Support": replace(others, department="Support"), "*": others})
    assert list(to_put(alike, SEEN)) == [others]


def test_differences_are_listed_for_each_department_group_and_number() -> None:
    after = replace(
        SEEN,
        departments={"Sales": SALES, "*": replace(OTHERS, internal=False, terms=Terms(OnFailure.CLOSED))},
        groups={"2001": GroupPolicy("2001", GroupMode.NEVER)},
        excluded=frozenset({"+4570101166"}),
    )
    assert differences(SEEN, after, ["Sales"]) == [
        PolicyDifference(Subject.DEPARTMENT, "*", What.INTERNAL, "yes", "no"),
        PolicyDifference(Subject.DEPARTMENT, "*", "on-failure", "open", "closed"),
        PolicyDifference(Subject.DEPARTMENT, "*", "purpose", "safety", "quality"),
        PolicyDifference(Subject.GROUP, "2001", What.MODE, "always", "never"),
        PolicyDifference(Subject.NUMBER, "+4570101155", What.EXCLUDED, "yes", "no"),
        PolicyDifference(Subject.NUMBER, "+4570101166", What.EXCLUDED, "no", "yes"),
    ]


def test_who_follows_everyone_else_differs_with_them() -> None:
    after = replace(SEEN, departments={"Sales": SALES, "*": replace(OTHERS, internal=False)})
    assert [one.name for one in differences(SEEN, after, ["Sales", "Support"])] == ["*", "Support"]
