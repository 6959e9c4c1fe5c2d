"""The page of a long conversation: whoever signs in to it, its lines, and what is heard there."""

import re
from collections.abc import Mapping
from typing import Any

from fsplug.store.change.draft import edit
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

DAVID_NOW = {"username": "1004", "extension": "1004", "name": "David Krogh", "department": "Support"}
PAGE = "/conversations/call"
FIRST, ASKED, SECOND = (
    "/recordings/call-call-b-rec",
    "/recordings/call-ask-call-ask-b-rec",
    "/recordings/call-call-ask-b-rec",
)


def put_user(console: Console, user: Mapping[str, Any]) -> None:
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", user))


def signed_in_to(browser: Browser, console: Console, username: str, role: str = "my-console") -> Browser:
    email = f"{username}@acme.example"
    console.made(username, email, role)
    browser.sign_in(email=email)
    browser.post("/language", language="en", back="/")
    return browser


def lines_of(page: str) -> list[list[str]]:
    """The table's cells, without markup."""
    rows = re.findall(r"<tr(?: data-row)?>(.*?)</tr>", "".join(re.split("<tbody[^>]*>", page)[1:]), re.DOTALL)
    cells = (re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows)
    return [[" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row] for row in cells]


def heard_on(page: str) -> list[str]:
    return re.findall(r'href="(/recordings/[^"]+)"', page)
