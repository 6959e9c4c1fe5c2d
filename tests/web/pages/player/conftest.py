"""Who plays the recording, and its file."""

from pathlib import Path

import pytest

from tests.store.accountcast import Console
from tests.web.conftest import Browser
from tests.web.pages.player.playerpage import PAGE


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """A superuser, signed in."""
    console.made()
    browser.sign_in()
    return browser


@pytest.fixture
def hearing(anna: Browser) -> Browser:
    """She pressed play."""
    assert anna.post(f"{PAGE}/play").headers["Location"] == PAGE
    return anna


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    """The recording's file."""
    return (tmp_path / "archive/acme/a-rec.wav").read_bytes()
