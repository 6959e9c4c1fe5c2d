"""The forms of the users' page, sent as the page sends them."""

import re
from typing import Any

from fsplug.policy.access.scopes import operator
from fsplug.store.change import carrying, waiting_rows
from fsplug.store.config import policies, user_list
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

CLARA = "1003"


def send(browser: Browser, path: str, *marked: str, **form: str) -> Any:
    """A form for these users."""
    data = {"marked": list(marked), **form}
    return browser.client.post(
        path, data=data, headers={"Sec-Fetch-Site": "same-origin"}, base_url="https://console.example"
    )


def version(console: Console) -> str:
    """What a page asked for now was made of."""
    return str(policies.current_version(console.store, ACME))


def saved(browser: Browser, console: Console, *marked: str, **form: str) -> Any:
    """Seen now, with what it reaches, and saved."""
    summary = send(browser, "/people/summary", *marked, version=version(console), **form).text
    reached = "".join(re.findall(r'name="reached" value="(\w+)"', summary))
    return send(browser, "/people/save", *marked, version=version(console), reached=reached, **form)


def confirmed(console: Console) -> None:
    """The operator is the second person to everything that waits."""
    for one in waiting_rows.listed(console.store, ACME, operator("root")):
        if one.is_waiting:
            carrying.confirm(console.store, ACME, one.id, operator("root"))


def held(console: Console, username: str) -> Any:
    """The user as of now."""
    [found] = user_list.of(console.store, ACME, [username])
    return found
