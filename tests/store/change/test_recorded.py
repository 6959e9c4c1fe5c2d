"""Whose recording a change decides without changing any policy: who may move, remove, or renumber them."""

from collections.abc import Callable

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, DepartmentPolicy, Role
from fsplug.policy.terms import OnFailure, Terms
from fsplug.store.change import edit_policy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store
from tests.policysets import set_department_policy
from tests.store.cast import ACME
from tests.tables import table

CHIEF = Actor("boss", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)
SUB = Actor("boss", AdminScope.SUB_ADMIN, Role.NONE, ACME, frozenset({"Sales", "Support", "Stock"}))
BOTH = Actor("boss", AdminScope.COMPANY_ADMIN, Role.SUPERUSER, ACME)
SUPERUSER = Actor("boss", AdminScope.NONE, Role.SUPERUSER, ACME)
Change = Callable[[Draft], None]


@pytest.fixture
def company(store: Store) -> Store:
    """Acme, where Stock is recorded as Sales is, and Support is not; 1001 and 1003 may be recorded, 1002 may not."""

    def furnish(draft: Draft) -> None:
        draft.put("department", {"name": "Stock"})
        draft.put("policy", {**draft.entry("policy", "Sales"), "department": "Stock"})

    edit(store, ACME, "operator", furnish)
    return store


def _set(username: str, **values: object) -> Change:
    return lambda draft: draft.put("user", {**draft.entry("user", username), **values}, username)


def _remove_and_add(username: str) -> Change:
    def change(draft: Draft) -> None:
        kept = {name: value for name, value in draft.entry("user", username).items() if name != "record"}
        draft.remove("user", username)
        draft.put("user", {**kept, "name": "Another"})

    return change


def _remove(draft: Draft) -> None:
    draft.remove("user", "1003")


def _add(draft: Draft) -> None:
    draft.put("user", {"username": "1009", "extension": "1009", "department": "Sales"})


def _trouble(store: Store, actor: Actor, change: Change) -> str | None:
    try:
        assert edit(store, ACME, actor, change, dry_run=True).changed
    except Refused as refused:
        assert "is recorded" in refused.text or "is never recorded" in refused.text, refused.text
        return refused.code
    return None


@pytest.mark.parametrize("actor", [CHIEF, SUB], ids=["company-admin", "sub-admin"])
def test_who_sets_no_policy_moves_and_removes_nobody_whose_recording_that_decides(company: Store, actor: Actor) -> None:
    with table() as rows:
        for name, change, wanted in (
            ("recorded, to where nothing is", _set("1001", department="Support"), "not-superuser"),
            ("not recorded, to where calls are", _set("1003", department="Sales"), "not-superuser"),
            ("to where the same is recorded", _set("1001", department="Stock"), None),
            ("without the flag", _set("1002", department="Support"), None),
            ("gone, with the flag", _remove, "not-superuser"),
            ("gone and back without the flag", _remove_and_add("1003"), "not-superuser"),
            ("gone and back, who had no flag", _remove_and_add("1002"), None),
            ("somebody new where calls are recorded", _add, None),
        ):
            with rows.row(name):
                assert _trouble(company, actor, change) == wanted
                assert _trouble(company, BOTH, change) is None


def test_where_administrators_say_who_is_recorded_they_move_and_remove_them_too(company: Store) -> None:
    edit_policy.set_admins_set_record(company, ACME, True, "operator")
    for change in (_set("1001", department="Support"), _remove, _remove_and_add("1003")):
        for actor in (CHIEF, SUB):
            assert _trouble(company, actor, change) is None


def test_a_superuser_says_who_is_recorded_also_where_administrators_may(company: Store) -> None:
    edit_policy.set_admins_set_record(company, ACME, True, "operator")
    assert _trouble(company, SUPERUSER, _set("1001", record=False)) is None


def test_the_boxes_for_every_department_and_the_terms_count(company: Store) -> None:
    set_department_policy(company, ACME, DepartmentPolicy("*", outgoing=True, incoming=True), "operator")
    to_support = _set("1001", department="Support")
    assert _trouble(company, CHIEF, to_support) is None, "Support has those of every department, which are the same"
    closed = DepartmentPolicy("Support", True, False, True, Terms(on_failure=OnFailure.CLOSED))
    set_department_policy(company, ACME, closed, "operator")
    assert _trouble(company, CHIEF, to_support) == "not-superuser"
    for name in ("Support", "*"):
        set_department_policy(company, ACME, DepartmentPolicy(name), "operator")
    assert _trouble(company, CHIEF, _set("1003", department=None)) is None, "no box is ticked in either"
    assert _trouble(company, CHIEF, to_support) == "not-superuser"


def test_an_excluded_number_is_given_and_taken_by_who_sets_policy(company: Store) -> None:
    edit_policy.exclude(company, ACME, {"+4570101002": "the shop steward"}, "operator")
    give = _set("1002", fixed_number="+4570101002")
    assert _trouble(company, CHIEF, give) == "not-superuser"
    assert _trouble(company, CHIEF, _set("1002", fixed_number="+4570101003")) is None
    edit(company, ACME, BOTH, give)
    assert _trouble(company, CHIEF, _set("1002", fixed_number="+4570101003")) == "not-superuser"
    assert _trouble(company, CHIEF, _set("1002", name="Bo B")) is None


def _remove_group(draft: Draft) -> None:
    draft.remove("number", "+4570102001")
    draft.remove("group", "2001")


def _without_policy(draft: Draft) -> None:
    group = draft.entry("group", "2001")
    draft.remove("group", "2001")
    draft.put("group", {name: group[name] for name in ("number", "name", "members")})


def _group(**terms: object) -> Change:
    return lambda draft: draft.put("group", {"number": "2009", "name": "New", **terms})


def test_a_ring_group_s_policy_is_neither_removed_nor_brought_along_by_who_sets_none(company: Store) -> None:
    with table() as rows:
        for name, change, is_policy in (
            ("removed with its policy", _remove_group, True),
            ("removed and added without it", _without_policy, True),
            ("added with a policy", _group(mode="never"), True),
            ("added with terms that would count later", _group(max_seconds=1), True),
            ("added", _group(), False),
        ):
            with rows.row(name):
                if is_policy:
                    with pytest.raises(Refused, match="group policy"):
                        edit(company, ACME, CHIEF, change, dry_run=True)
                else:
                    edit(company, ACME, CHIEF, change)
                    edit(company, ACME, CHIEF, lambda draft: draft.remove("group", "2009"))
                assert edit(company, ACME, BOTH, change, dry_run=True).changed
