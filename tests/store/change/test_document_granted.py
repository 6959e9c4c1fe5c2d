"""What a document grants, and what sub-admins may change with one."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access import scopes
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope
from fsplug.store.change import carrying, planning, waiting_rows
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from tests.store.change.documents import Change, apply_company
from tests.store.whole import DOMAIN, whole

SUB_ADMIN = Actor("sub", AdminScope.SUB_ADMIN, company=DOMAIN, departments=frozenset({"Sales"}))
CHIEF = Actor("chief", AdminScope.COMPANY_ADMIN, company=DOMAIN)


@pytest.mark.parametrize(
    "change",
    [
        lambda c: c["user"][0].update(rights=[]),
        lambda c: c["user"][1].update(licences=["contact-pro"]),
        lambda c: c["user"][1].update(role="my-console", email="bo@whole.example"),
        lambda c: c["user"][1].update(admin="company-admin"),
        lambda c: c["user"][0].update(admin_departments=["Sales"]),
        lambda c: c["user"].append({"username": "eva", "extension": "1009", "admin": "company-admin"}),
    ],
)
def test_what_is_granted_is_changed_by_operators_and_company_admins_only(furnished: Store, change: Change) -> None:
    company = whole()
    change(company)
    with pytest.raises(Refused, match="sub is not allowed to change"):
        apply_company(furnished, company, SUB_ADMIN)
    assert policies.current_version(furnished, DOMAIN) == 1
    apply_company(furnished, company, CHIEF)
    _confirmed(furnished)
    assert not planning.plan(furnished, {"company": [company]})
    assert policies.history(furnished, DOMAIN)[0].by == f"chief@{DOMAIN}"


def _confirmed(store: Store) -> None:
    """The operator is the second person to everything that waits."""
    for one in waiting_rows.listed(store, DOMAIN, scopes.operator("root")):
        if one.is_waiting:
            carrying.confirm(store, DOMAIN, one.id, scopes.operator("root"))


def test_a_sub_admin_may_change_what_is_not_granted(furnished: Store) -> None:
    company = whole()
    company["user"][0]["name"] = "Anna Holm"
    company["user"].append({"username": "eva", "extension": "1009", "department": "Sales"})
    assert apply_company(furnished, company, SUB_ADMIN) == {DOMAIN: 2}


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user["device"][0].update(password="a-password-of-mine"),
        lambda user: user["device"].append({"kind": "desk", "name": "mine", "sip_username": "mine"}),
        lambda user: user["mobile_numbers"].append("20999999"),
        lambda user: user.update(email="mine@whole.example"),
    ],
)
def test_a_sub_admin_takes_over_nobody_who_holds_a_right_or_a_role(
    furnished: Store, change: Callable[[dict[str, Any]], object]
) -> None:
    company = whole()
    change(company["user"][0])
    with pytest.raises(Refused, match=r"the phones of anna, who holds a right|the e-mail address of anna"):
        apply_company(furnished, company, SUB_ADMIN)
    assert apply_company(furnished, company, CHIEF) == {DOMAIN: 1}, "a second person is asked"
    _confirmed(furnished)
    assert policies.current_version(furnished, DOMAIN) == 2
