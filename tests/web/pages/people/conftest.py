"""Who administers users."""

from collections.abc import Callable

import pytest

from fsplug.store.change import edit_policy
from tests.store.accountcast import ANNA, BO, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser


@pytest.fixture
def admin(browser: Browser, console: Console) -> Browser:
    """Anna administers the whole company."""
    console.made("1001", ANNA, "my-console")
    console.give("1001", admin="company-admin")
    browser.sign_in()
    return browser


@pytest.fixture
def sub_admin(new_browser: Callable[..., Browser], console: Console) -> Browser:
    """Bo administers Sales."""
    console.made("1002", BO, "my-console")
    console.give("1002", admin="sub-admin", admin_departments=["Sales"])
    browser = new_browser()
    browser.sign_in(email=BO)
    return browser


@pytest.fixture
def delegated(console: Console) -> None:
    """The company lets its administrators say who is recorded."""
    edit_policy.set_admins_set_record(console.store, ACME, True, "operator")
