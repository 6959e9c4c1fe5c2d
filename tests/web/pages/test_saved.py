"""Filters kept by a name: one's own, of the list, checked as if they were typed."""

import re
from collections.abc import Callable

import pytest

from fsplug.store.accounts import saved_filters
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.edit_entry import leave_groups
from fsplug.store.config import actors, users
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME
from tests.web.conftest import Browser

QUERY = "period=month&direction=incoming&number=2233"


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna has saved one filter."""
    console.made()
    browser.sign_in()
    assert browser.post("/filters", list="recordings", name=" This  month ", query=f"?{QUERY}").status_code == 303
    return browser


def _names(page: str) -> list[str]:
    box = page.partition('<div class="saved">')[2].partition("</nav>")[0]
    return re.findall(r'<li><a class="button" href="[^"]*"[^>]*>([^<]*)</a>', box)


def _id(page: str) -> str:
    return "".join(re.findall(r'action="/filters/([0-9a-f]+)/rename"', page)[:1])


def test_a_saved_filter_is_chosen_renamed_and_deleted_on_its_list(anna: Browser) -> None:
    page = anna.get("/recordings").text
    assert _names(page) == ["This month"]
    assert f'href="/recordings?{QUERY.replace("&", "&amp;")}"' in page
    assert 'aria-current="true"' in anna.get(f"/recordings?{QUERY}").text
    assert _names(anna.get("/activity").text) == []
    back = anna.post(f"/filters/{_id(page)}/rename", name="Mine", query=f"?{QUERY}&before=1.0_x")
    assert back.headers["Location"] == f"/recordings?{QUERY}"
    assert _names(anna.get("/recordings").text) == ["Mine"]
    assert anna.post(f"/filters/{_id(page)}/remove").status_code == 303
    assert _names(anna.get("/recordings").text) == []


def test_a_name_is_one_filter_s_alone(anna: Browser) -> None:
    anna.post("/filters", list="recordings", name="This month", query="?period=week")
    page = anna.get("/recordings").text
    assert (_names(page), "/recordings?period=week" in page) == (["This month"], True)
    anna.post("/filters", list="recordings", name="Another", query="")
    another = _id(anna.get("/recordings").text)
    assert anna.post(f"/filters/{another}/rename", name="This month").status_code == 422


NO_FILTERS: tuple[dict[str, str], ...] = (
    {"list": "recordings", "name": " "},
    {"list": "recordings", "name": "n" * 61},
    {"list": "people", "name": "n"},
    {"list": "recordings", "name": "n", "query": "number=" + "1" * 8000},
)


def test_what_is_no_filter_is_not_saved(anna: Browser) -> None:
    assert [anna.post("/filters", **form).status_code for form in NO_FILTERS] == [422] * len(NO_FILTERS)
    assert _names(anna.get("/recordings").text) == ["This month"]


def test_no_more_are_kept_than_a_page_has_room_for(anna: Browser) -> None:
    answers = [anna.post("/filters", list="activity", name=f"n{one}").status_code for one in range(31)]
    assert answers == [303] * 30 + [422]


def test_a_saved_filter_leads_to_its_list_only(anna: Browser) -> None:
    anna.post("/filters", list="activity", name="n", query="//evil.example/?next=//evil.example")
    [saved] = re.findall(r'<li><a class="button" href="([^"]*)"', anna.get("/activity").text)
    assert saved.startswith("/activity")
    assert "//evil" not in saved


def test_nobody_sees_or_changes_those_of_others(
    anna: Browser, console: Console, new_browser: Callable[..., Browser]
) -> None:
    saved = _id(anna.get("/recordings").text)
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    assert _names(bo.get("/recordings").text) == []
    assert bo.post(f"/filters/{saved}/rename", name="mine").status_code == 422
    assert bo.post(f"/filters/{saved}/remove").status_code == 422
    assert _names(anna.get("/recordings").text) == ["This month"]


def test_it_opens_nothing_that_the_address_would_not(anna: Browser, console: Console) -> None:
    anna.post("/filters", list="activity", name="all", query="?period=year")
    console.give("1001", role="my-console")
    anna.sign_in()
    assert anna.get("/activity?period=year").status_code == 403
    assert _names(anna.get("/recordings").text) == ["This month"]


def _remove(draft: Draft) -> None:
    leave_groups(draft, "1001")
    draft.remove("number", "+4570101001")
    draft.remove("user", "1001")


def test_a_successor_under_the_username_has_none_of_them(anna: Browser, console: Console) -> None:
    former = actors.actor(console.store, ACME, "1001")
    entry = Draft(console.store, ACME).entry("user", "1001")
    edit(console.store, ACME, "operator", _remove)
    assert saved_filters.listed(console.store, ACME, former) == [], "they end with the user"
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", {**entry, "name": "Bodil", "email": ANNA}))
    successor = actors.actor(console.store, ACME, "1001")
    assert successor.tenure == users.tenure(console.store, ACME, "1001") != former.tenure
    # As if the former's were there still.
    saved_filters.save(console.store, ACME, former, "recordings", "Hers", QUERY)
    assert saved_filters.listed(console.store, ACME, successor) == []
    saved_filters.save(console.store, ACME, successor, "recordings", "Hers", "period=week")
    assert [one.query for one in saved_filters.listed(console.store, ACME, successor)] == ["period=week"]
    assert saved_filters.listed(console.store, ACME, former) == []
