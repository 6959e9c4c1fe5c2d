"""What a company allows those who administer its users."""

import pytest

from fsplug.store.change import edit_policy
from tests.store.accountcast import Console
from tests.store.cast import ACME


@pytest.fixture
def delegated(console: Console) -> None:
    """The company lets its administrators say who is recorded."""
    edit_policy.set_admins_set_record(console.store, ACME, True, "operator")
