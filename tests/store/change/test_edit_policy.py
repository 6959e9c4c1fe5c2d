"""Edits of a policy: saved as one version, only by people who may, and never over what somebody else has changed."""

from dataclasses import replace
from typing import Any

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import AdminScope, DepartmentPolicy, GroupMode, GroupPolicy, Role
from fsplug.policy.recording.edit import PolicyDifference, PolicyEdit, Subject, What
from fsplug.store.change import edit_policy
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from tests.policysets import set_department_policy
from tests.store.cast import ACME, BETA

ANNA = Actor("1001", AdminScope.NONE, Role.SUPERUSER, ACME)


def policy_edit(store: Store, **wanted: Any) -> PolicyEdit:
    """Of today's policy: incoming calls of Support, unless said otherwise."""
    support = {"Support": DepartmentPolicy("Support", incoming=True)}
    return replace(PolicyEdit(policies.current_version(store, ACME), support), **wanted)


def test_a_wish_is_saved_as_one_version(store: Store) -> None:
    groups = {"2001": GroupPolicy("2001", GroupMode.NEVER)}
    wanted = policy_edit(store, groups=groups, never={"+4522334455": "a patient"}, again=frozenset({"+4570101155"}))
    assert edit_policy.save(store, ACME, wanted, ANNA) == wanted.version + 1
    found = policies.snapshot(store, ACME)
    assert found.departments["Support"].incoming and found.groups == groups
    assert found.excluded == frozenset({"+4522334455"})


def test_a_wish_of_what_is_makes_no_version(store: Store) -> None:
    before = policies.snapshot(store, ACME)
    same = PolicyEdit(before.version, before.departments, before.groups)
    assert edit_policy.save(store, ACME, same, ANNA) == before.version


def test_the_slower_of_two_is_refused_and_sees_what_differs(store: Store) -> None:
    slow = policy_edit(store)
    set_department_policy(store, ACME, DepartmentPolicy("Sales", outgoing=True), "bo")
    with pytest.raises(Refused) as refused:
        edit_policy.save(store, ACME, slow, ANNA)
    assert refused.value.code == "policy-changed"
    differences = edit_policy.theirs(store, ACME, slow.version)
    assert differences == [PolicyDifference(Subject.DEPARTMENT, "Sales", What.INCOMING, "yes", "no")]
    assert "Support" not in policies.snapshot(store, ACME).departments


def test_who_may_not_change_policy_changes_nothing(store: Store) -> None:
    version = policies.current_version(store, ACME)
    for actor in (
        Actor("1002", AdminScope.NONE, Role.MY_CONSOLE, ACME),
        Actor("1003", AdminScope.COMPANY_ADMIN, Role.NONE, ACME),
        Actor("1001", AdminScope.NONE, Role.SUPERUSER, BETA),
    ):
        with pytest.raises(Refused):
            edit_policy.save(store, ACME, policy_edit(store), actor)
    assert policies.current_version(store, ACME) == version


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"departments": {"Nowhere": DepartmentPolicy("Nowhere", incoming=True)}}, "unknown-department"),
        ({"groups": {"9999": GroupPolicy("9999", GroupMode.ALWAYS)}}, "unknown-group"),
        ({"version": 99}, "unknown-version"),
        ({"never": {"112": ""}}, "invalid-entry"),
        ({"never": {"+4522334455": "two\nlines"}}, "invalid-entry"),
    ],
)
def test_what_is_wrong_with_a_wish_is_said_and_nothing_is_saved(
    store: Store, wanted: dict[str, Any], code: str
) -> None:
    before = policies.snapshot(store, ACME)
    with pytest.raises(Invalid) as invalid:
        edit_policy.save(store, ACME, policy_edit(store, **wanted), operator("root"))
    assert invalid.value.code == code
    assert policies.snapshot(store, ACME) == before
