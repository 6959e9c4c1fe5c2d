"""Ring groups in the console: listed, added, changed and removed, and refused where recording policy says so."""

import re
from typing import Any

import pytest

from fsplug.store.change.draft import Draft
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser


@pytest.fixture
def admin(admin: Browser) -> Browser:
    """She reads English."""
    admin.post("/language", language="en", back="/")
    return admin


def send(browser: Browser, path: str, **form: Any) -> Any:
    """The form of the page at the path, with these fields."""
    page = browser.get(path.removesuffix("/remove")).text
    looked_at = "".join(re.findall(r'name="looked_at" value="(\w*)"', page)[:1])
    data = {"looked_at": looked_at, **form}
    return browser.client.post(path, data=data, headers={"Sec-Fetch-Site": "same-origin"}, base_url=URL)


def test_a_group_is_added_its_members_ordered_and_it_is_removed(admin: Browser, console: Console) -> None:
    form = {"number": "2005", "name": "Orders", "strategy": "sequential", "ring_seconds": "15"}
    assert send(admin, "/groups/new", **form, member_add=["1002", "1003"]).headers["Location"] == "/groups"
    assert "Orders" in admin.get("/groups").text
    order = {"member": ["1002", "1003"], "place": ["2", "1"], "overflow_kind": "user", "overflow_to": "1001"}
    assert send(admin, "/groups/edit/2005", name="Orders", **order).status_code == 303
    found = Draft(console.store, ACME).entry("group", "2005")
    assert (found["members"], found["overflow"], found["ring_seconds"]) == (["1003", "1002"], {"user": "1001"}, 15)
    assert send(admin, "/groups/edit/2005", member=["1003", "1002"], member_remove="1003").status_code == 303
    assert Draft(console.store, ACME).entry("group", "2005")["members"] == ["1002"]
    assert send(admin, "/groups/edit/2005/remove").status_code == 303
    assert admin.get("/groups/edit/2005").status_code == 404


def test_what_is_wrong_or_not_allowed_is_said_and_what_was_typed_stays(admin: Browser) -> None:
    taken = send(admin, "/groups/new", number="1002", name="Orders")
    assert taken.status_code == 422 and "already has extension 1002" in taken.text and 'value="Orders"' in taken.text
    assert "already a ring group" in send(admin, "/groups/new", number="2001").text
    # That group is always recorded: which calls come to it is recording policy.
    assert send(admin, "/groups/new", number="2006", member_add="1003", overflow_kind="user", overflow_to="1001")
    to_it = {"member": "1003", "overflow_kind": "group", "overflow_to": "2001"}
    refused = send(admin, "/groups/edit/2006", **to_it)
    assert refused.status_code == 403 and 'role="alert"' in refused.text
