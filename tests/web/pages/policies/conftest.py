"""Who sets policy."""

import pytest

from tests.store.accountcast import Console
from tests.web.conftest import Browser


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser; she is a superuser."""
    console.made()
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser
