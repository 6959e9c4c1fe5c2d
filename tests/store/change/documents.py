"""The operator's document, and a company in it, applied and refused."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Actor
from fsplug.store.change import planning
from fsplug.store.db.database import Store
from tests.store.whole import DOMAIN

Document = dict[str, list[dict[str, Any]]]


def apply_document(store: Store, document: Document) -> dict[str, int]:
    return planning.apply_plan(store, planning.plan(store, document), "operator")


def errors_of(store: Store, document: object) -> list[str]:
    with pytest.raises(Invalid) as refused:
        planning.plan(store, document)
    assert refused.value.code == "invalid-document"
    errors = refused.value.facts["errors"]
    assert isinstance(errors, list)
    assert all(error in refused.value.text for error in errors)
    return errors


Company = dict[str, Any]


def apply_company(store: Store, company: Company, by: str | Actor = "operator") -> dict[str, int]:
    return planning.apply_plan(store, planning.plan(store, {"company": [company]}), by)


def exported_company(store: Store, show_secrets: bool = False) -> Company:
    [company] = planning.export(store, DOMAIN, show_secrets)["company"]
    return company


Change = Callable[[Company], object]
