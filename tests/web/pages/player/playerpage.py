"""The page of Anna's recording, its audio, and who has played it."""

from typing import Any

from fsplug.store.audit import trail
from fsplug.store.db.database import Store
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser

PAGE, AUDIO = "/recordings/a-rec", "/recordings/a-rec/audio"


def plays_of(store: Store) -> list[Any]:
    return trail.plays(store, ACME, "a-rec")


def press_by_script(browser: Browser, **form: str) -> Any:
    """The player's script presses play."""
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    return browser.client.post(f"{PAGE}/play", data=form, headers=headers, base_url=URL)
