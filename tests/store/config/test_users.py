"""Users, groups and numbers, as of any policy version."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.policy.access.tenure import Tenure
from fsplug.policy.entities import User
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import groups, numbers, policies, users
from fsplug.store.db.database import Store
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA, CAST

ANNA = User("1001", "1001", "Anna", "Sales", True, ("+4570101001", "+4520101001"))


@pytest.fixture
def moved(store: Store) -> Store:
    """Version 2: Anna has left, David has her extension and her mobile number, and the group."""
    company: dict[str, Any] = dict(CAST["company"][0])
    david = {"username": "david", "extension": "1001", "name": "David", "mobile_numbers": ["+4520101001"]}
    david["verified_numbers"] = david["mobile_numbers"]
    company["user"] = [david, *company["user"][1:]]
    company["group"] = [{"number": "2001", "name": "Sales", "members": ["1002", "david"], "mode": "never"}]
    company["number"] = [{"number": "70101001", "group": "2001"}]
    planning.apply_plan(store, planning.plan(store, {"company": [company]}), "operator")
    return store


def test_a_user_comes_with_fixed_number_first_and_mobiles_after(store: Store) -> None:
    assert users.user_at(store, ACME, "1001", 1) == ANNA


def test_a_user_is_found_by_each_number_and_by_extension(store: Store) -> None:
    assert users.by_number(store, ACME, "+4570101001", 1) == ANNA
    assert users.by_number(store, ACME, "+4520101001", 1) == ANNA
    assert users.by_extension(store, ACME, "1001", 1) == ANNA


def test_nobody_is_found_in_another_company(store: Store) -> None:
    assert users.by_number(store, BETA, "+4570101001", 1) is None
    assert users.user_at(store, BETA, "1002", 1) is None
    assert users.user_at(store, BETA, "1001", 1) == User("1001", "1001", "Birgitta")


def test_who_has_left_is_found_as_of_then_and_not_as_of_now(moved: Store) -> None:
    assert users.user_at(moved, ACME, "1001", 1) == ANNA
    assert users.user_at(moved, ACME, "1001", 2) is None
    david = User("david", "1001", "David", None, False, ("+4520101001",))
    assert users.by_extension(moved, ACME, "1001", 1) == ANNA
    assert users.by_extension(moved, ACME, "1001", 2) == david
    assert users.by_number(moved, ACME, "+4520101001", 1) == ANNA
    assert users.by_number(moved, ACME, "+4520101001", 2) == david


def test_a_group_and_its_members_are_those_of_the_version(moved: Store) -> None:
    assert groups.group_at(moved, ACME, "2001", 1) == groups.RingGroup(
        "2001", "Sales", "simultaneous", 20, ("1001", "1002")
    )
    later = groups.group_at(moved, ACME, "2001", 2)
    assert later is not None
    assert later.members == ("1002", "david")
    assert groups.groups(moved, ACME, 2) == [later]
    assert groups.group_at(moved, BETA, "2001", 1) is None


def test_a_number_leads_where_it_led_then(moved: Store) -> None:
    assert numbers.route_at(moved, ACME, "+4570101001", 1) == numbers.Route("+4570101001", user="1001")
    assert numbers.route_at(moved, ACME, "+4570101001", 2) == numbers.Route("+4570101001", group="2001")
    assert numbers.route_at(moved, ACME, "+4570102001", 2) is None
    assert numbers.route_at(moved, BETA, "+4570101001", 1) is None
    assert numbers.owner(moved, "+4570101001") == ACME
    assert numbers.owner(moved, "+4570102001") is None


def test_users_come_in_pages_by_username(store: Store) -> None:
    first = users.users(store, ACME, 1, limit=2)
    assert [user.username for user in first] == ["1001", "1002"]
    assert first[0] == ANNA
    assert [user.username for user in users.users(store, ACME, 1, after="1002")] == ["1003"]


def test_departments_are_the_companys_own(store: Store) -> None:
    assert users.departments(store, ACME) == ["Sales", "Support"]
    assert users.departments(store, BETA) == []


def test_a_change_of_people_is_a_policy_version(moved: Store) -> None:
    assert policies.current_version(moved, ACME) == 2
    assert policies.snapshot(moved, ACME).groups["2001"].mode == "never"
    assert policies.snapshot(moved, ACME, 1).groups["2001"].mode == "always"


def test_many_users_are_found_by_name_at_once(store: Store) -> None:
    wanted = ["1003", "nobody", "1001", *(f"u{number}" for number in range(1200))]
    assert users.named(store, ACME, wanted, 1) == {
        "1001": ANNA,
        "1003": User("1003", "1003", "Clara", "Support", True),
    }
    assert users.named(store, BETA, ["1003"], 1) == {}


def test_a_department_s_people_are_those_of_the_version(moved: Store) -> None:
    assert users.in_department(moved, ACME, "Sales", 1) == ["1001", "1002"]
    assert users.in_department(moved, ACME, "Sales", 2) == ["1002"]
    assert users.in_department(moved, ACME, None, 2) == ["david"]
    assert users.in_department(moved, BETA, "Sales", 1) == []


def test_a_username_given_to_another_person_is_theirs_from_then_on(console: Console) -> None:
    def change(act: Callable[[Draft], None]) -> None:
        console.clock.turn(60.0)

        def change(draft: Draft) -> None:
            act(draft)

        edit(console.store, ACME, "operator", change)

    newcomer = {"username": "1003", "extension": "1003", "name": "Carl"}
    change(lambda draft: draft.put("user", {**newcomer, "name": "Clara K"}, "1003"))
    assert users.tenure(console.store, ACME, "1003").at == 0.0, "Clara is who she was"
    change(lambda draft: draft.remove("user", "1003"))
    change(lambda draft: draft.put("user", newcomer))
    began_at = console.clock.now
    change(lambda draft: draft.put("user", {**newcomer, "name": "Carl L"}, "1003"))
    assert users.tenure(console.store, ACME, "1003").at == began_at
    assert users.tenure(console.store, ACME, "1002") == users.tenure(console.store, ACME, "nobody") == Tenure()
