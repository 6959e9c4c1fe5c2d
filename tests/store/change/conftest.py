"""Acme, with and without a key outside the store."""

import copy

import pytest

from fsplug.store.db.database import Store
from tests.store.accountcast import Console
from tests.store.cast import CAST
from tests.store.change.documents import Document, apply_company
from tests.store.change.staff import Company, staffed
from tests.store.whole import whole


@pytest.fixture
def acme(console: Console) -> Company:
    """Acme with two administrators, two superusers, somebody with their own recordings and somebody who listens in."""
    return staffed(console)


@pytest.fixture
def signing_acme(acme: Company) -> Company:
    """Acme, with a key outside the store."""
    acme.store.run("DELETE FROM waiting_change")
    acme.store.audit_keys = ["11" * 32]
    return acme


@pytest.fixture
def document() -> Document:
    """The cast's document, to be changed."""
    return copy.deepcopy(CAST)


@pytest.fixture
def furnished(store: Store) -> Store:
    """A store with the whole company at version 1."""
    apply_company(store, whole())
    return store
