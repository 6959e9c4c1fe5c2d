"""Recordings of today and of before, and who looks at their list."""

import pytest

from fsplug.store.calls import ledger
from tests.store.accountcast import Console
from tests.store.cast import BETA
from tests.store.story import recorded_call
from tests.web.conftest import Browser
from tests.web.pages.recordings.listed import ANNA, BO, DAY, NOW, recorded_talk


@pytest.fixture
def past(console: Console) -> Console:
    """Today: a customer to Anna, Bo to a customer, Bo to Anna. Yesterday: Anna to another customer. And Beta's."""
    for entries in (
        recorded_talk("today-in", "22334455", ANNA, NOW - 60),
        recorded_talk("today-out", BO, "33445566", NOW - 50),
        recorded_talk("today-within", BO, ANNA, NOW - 40),
        recorded_talk("older", ANNA, "70112233", NOW - DAY),
        recorded_call("beta", BETA, NOW - 30),
    ):
        ledger.apply(console.store, entries)
    return console


@pytest.fixture
def anna(browser: Browser, past: Console) -> Browser:
    """The superuser's."""
    past.made()
    browser.sign_in()
    return browser


@pytest.fixture
def bo(browser: Browser, past: Console) -> Browser:
    """Of somebody who hears their own."""
    past.made("1002", "bo@acme.example", "my-console")
    browser.sign_in(email="bo@acme.example")
    return browser
