"""Policies and who is none of their company's: forged fields, another company's policy, another site's form."""

import pytest

from fsplug.store.config import policies
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.web.conftest import Browser
from tests.web.pages.policies.policyform import changed, review, save

_FORGED: list[dict[str, list[str]]] = [
    {"department": ["Nowhere"], "incoming": ["Nowhere"]},
    {"group": ["9999"], "mode.9999": ["always"]},
    {"mode.2001": ["sometimes"]},
    {"on_failure.department.Sales": ["explode"]},
    {"version": ["-1"]},
    {"version": ["999999"]},
    {"version": ["x"]},
    {"version": ["9" * 400]},
    {"exclude": ["+4570101166\nEvil: 1"]},
    {"exclude": ["'; DROP TABLE company; --"]},
    {"purpose.department.Sales": ["x\r\ny"]},
    {"purpose.department.Sales": ["x" * 300]},
    {"max_seconds.department.Sales": ["0"]},
    {"max_seconds.department.Sales": ["-5"]},
    {"max_seconds.department.Sales": ["86401"]},
    {"max_seconds.department.Sales": ["1.5"]},
    {"max_seconds.department.Sales": ["a while"]},
    {"max_seconds.department.Sales": ["9" * 5000]},
]


@pytest.mark.parametrize("forged", _FORGED, ids=range(len(_FORGED)))
@pytest.mark.parametrize("path", ["/policies", "/policies/save"])
def test_forged_fields_change_nothing(anna: Browser, console: Console, forged: dict[str, list[str]], path: str) -> None:
    version = policies.current_version(console.store, ACME)
    fields = {**changed(anna.get("/policies"), internal=["Sales"]), **forged, "act": ["review"]}
    assert anna.post(path, **fields).status_code == 422
    assert policies.current_version(console.store, ACME) == version


def test_another_company_s_policy_is_not_touched(anna: Browser, console: Console) -> None:
    before = policies.current_version(console.store, BETA)
    save(anna, review(anna, anna.get("/policies"), internal=["Sales"]))
    assert policies.current_version(console.store, BETA) == before


def test_a_form_of_another_site_s_is_not_taken(anna: Browser, console: Console) -> None:
    assert anna.post("/policies/save", site="cross-site", version="1").status_code == 403
