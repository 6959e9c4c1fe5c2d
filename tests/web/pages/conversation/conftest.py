"""The conversation with everything in it, and a superuser who sees it."""

import pytest

from fsplug.store.calls import ledger
from tests.store.accountcast import Console
from tests.store.longconversation import long_conversation
from tests.web.conftest import Browser
from tests.web.pages.conversation.conversationpage import DAVID_NOW, put_user, signed_in_to


@pytest.fixture
def long(console: Console) -> Console:
    """The conversation with everything in it."""
    put_user(console, DAVID_NOW)
    ledger.apply(console.store, long_conversation(console.clock.now - 600))
    return console


@pytest.fixture
def superuser(browser: Browser, long: Console) -> Browser:
    """Somebody who sees all of the company, in English."""
    return signed_in_to(browser, long, "1001", "superuser")
