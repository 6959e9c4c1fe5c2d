"""Who administers users, groups and imports."""

from collections.abc import Callable

import pytest

from tests.store.accountcast import ANNA, BO, Console
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
