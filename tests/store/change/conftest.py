"""Acme, with and without a key outside the store."""

import pytest

from tests.store.accountcast import Console
from tests.store.change.staff import Company, staffed


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
