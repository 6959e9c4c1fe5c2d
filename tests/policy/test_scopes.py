"""Who may grant."""

import pytest

from fsplug.errors import Refused
from fsplug.policy.entities import AdminScope
from fsplug.policy.scopes import Actor, check_may_grant, operator


@pytest.mark.parametrize("actor", [operator("root"), Actor("anna", AdminScope.COMPANY_ADMIN)])
def test_operators_and_company_admins_may_grant(actor: Actor) -> None:
    check_may_grant(actor, {"right"})


@pytest.mark.parametrize("scope", [AdminScope.SUB_ADMIN, AdminScope.NONE])
def test_nobody_else_may(scope: AdminScope) -> None:
    with pytest.raises(Refused, match="anna may not change licence, right; ask an administrator") as refused:
        check_may_grant(Actor("anna", scope), {"right", "licence"})
    assert refused.value.code == "not-company-admin"


def test_what_grants_nothing_is_not_refused() -> None:
    check_may_grant(Actor("anna", AdminScope.SUB_ADMIN), set())
