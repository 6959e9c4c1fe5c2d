"""Who may see and do what."""

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import (
    Actor,
    Need,
    Reach,
    Touch,
    check_may,
    check_may_change,
    check_own,
    operator,
    reach,
)
from fsplug.policy.entities import AdminScope, Role

ACME = "acme.example"
ADMINS = list(AdminScope)
ROLES = list(Role)
COMPANY, OWN, NOTHING, DEPARTMENTS = Reach.COMPANY, Reach.OWN, Reach.NOTHING, Reach.DEPARTMENTS


def user(scope: AdminScope = AdminScope.NONE, role: Role = Role.NONE, *departments: str) -> Actor:
    return Actor("anna", scope, role, ACME, frozenset(departments))


# What each admin scope reaches without a role, in the order none, sub-admin, company-admin; then what each role
# reaches without an admin scope, in the order none, my-console, superuser.
TABLE = {
    Need.INSTALLATION: ((NOTHING, NOTHING, NOTHING), (NOTHING, NOTHING, NOTHING)),
    Need.SECRETS: ((NOTHING, NOTHING, NOTHING), (NOTHING, NOTHING, NOTHING)),
    Need.COMPANY: ((NOTHING, NOTHING, COMPANY), (NOTHING, NOTHING, NOTHING)),
    Need.USER_LIST: ((NOTHING, DEPARTMENTS, COMPANY), (NOTHING, NOTHING, COMPANY)),
    Need.PEOPLE: ((NOTHING, DEPARTMENTS, COMPANY), (NOTHING, NOTHING, NOTHING)),
    Need.GRANTS: ((NOTHING, NOTHING, COMPANY), (NOTHING, NOTHING, NOTHING)),
    Need.POLICY: ((NOTHING, NOTHING, NOTHING), (NOTHING, NOTHING, COMPANY)),
    Need.RECORDINGS: ((NOTHING, NOTHING, NOTHING), (NOTHING, OWN, COMPANY)),
    Need.SHARING: ((NOTHING, NOTHING, NOTHING), (NOTHING, NOTHING, COMPANY)),
    Need.DELETION: ((NOTHING, NOTHING, NOTHING), (NOTHING, NOTHING, COMPANY)),
    Need.AUDIT: ((NOTHING, NOTHING, COMPANY), (NOTHING, OWN, COMPANY)),
    Need.ACCOUNT: ((NOTHING, NOTHING, COMPANY), (NOTHING, OWN, OWN)),
    Need.CHANGES: ((NOTHING, NOTHING, COMPANY), (NOTHING, OWN, COMPANY)),
}


@pytest.mark.parametrize("need", Need)
def test_everybody_reaches_as_far_as_the_table_says(need: Need) -> None:
    of_admin, of_role = TABLE[need]
    assert tuple(reach(user(scope), need) for scope in ADMINS) == of_admin
    assert tuple(reach(user(role=role), need) for role in ROLES) == of_role
    assert reach(operator("root"), need) is Reach.EVERYTHING


@pytest.mark.parametrize("need", Need)
@pytest.mark.parametrize("scope", ADMINS)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_reaches_into_another_company(need: Need, scope: AdminScope, role: Role) -> None:
    with pytest.raises(Refused) as refused:
        check_may(user(scope, role), need, "beta.example")
    assert refused.value.code == "other-company"
    with pytest.raises(Refused):
        check_may_change(user(scope, role, "Sales"), "beta.example", [Touch(need, "it", frozenset({"Sales"}))])


def test_who_holds_a_role_and_an_admin_scope_has_the_farther_of_both() -> None:
    both = user(AdminScope.COMPANY_ADMIN, Role.MY_CONSOLE)
    assert reach(both, Need.ACCOUNT) is COMPANY
    assert reach(both, Need.RECORDINGS) is OWN


def test_what_is_no_companys_is_the_operators() -> None:
    assert check_may(operator("root"), Need.RECORDINGS, None) is Reach.EVERYTHING
    with pytest.raises(Refused, match="anna is not allowed to do this"):
        check_may(user(AdminScope.COMPANY_ADMIN, Role.SUPERUSER), Need.RECORDINGS, None)


def test_own_is_what_names_the_person() -> None:
    check_own(user(role=Role.MY_CONSOLE), Need.RECORDINGS, ACME, ["anna", "bo"])
    check_own(user(role=Role.SUPERUSER), Need.RECORDINGS, ACME, ["bo"])
    with pytest.raises(Refused, match="anna may only reach their own recordings"):
        check_own(user(role=Role.MY_CONSOLE), Need.RECORDINGS, ACME, ["bo", None])


@pytest.mark.parametrize("actor", [operator("root"), user(AdminScope.COMPANY_ADMIN)])
def test_operators_and_company_admins_may_grant(actor: Actor) -> None:
    assert actor.may_grant
    check_may_change(actor, ACME, [Touch(Need.GRANTS, "right")])


@pytest.mark.parametrize("scope", [AdminScope.SUB_ADMIN, AdminScope.NONE])
@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_may(scope: AdminScope, role: Role) -> None:
    granted = [Touch(Need.GRANTS, "right", frozenset({"Sales"})), Touch(Need.GRANTS, "licence")]
    with pytest.raises(Refused, match="anna is not allowed to change licence, right; ask an administrator") as refused:
        check_may_change(user(scope, role, "Sales"), ACME, granted)
    assert refused.value.code == "not-company-admin"


def test_a_sub_admin_changes_users_of_the_named_departments_and_no_others() -> None:
    sub = user(AdminScope.SUB_ADMIN, Role.NONE, "Sales", "Support")
    check_may_change(sub, ACME, [Touch(Need.PEOPLE, "user 1", frozenset({"Sales", "Support"}))])
    for departments in ({"Legal"}, {"Sales", "Legal"}, {None}, {"Sales", None}, set()):
        named = "users of other departments" if departments else "user 1"
        with pytest.raises(Refused, match=f"is not allowed to change {named};"):
            check_may_change(sub, ACME, [Touch(Need.PEOPLE, "user 1", frozenset(departments))])


def test_what_changes_nothing_is_not_refused() -> None:
    check_may_change(user(), "beta.example", [])
