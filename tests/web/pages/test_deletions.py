"""Deleting recordings on their page: marked, confirmed, gone, undone."""

import re

import pytest

from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.recordings import deletions, destructions, recordings
from fsplug.store.recordings.deletions import UNDO_SECONDS
from fsplug.store.recordings.recordings import State
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call
from tests.web.conftest import URL, Browser

NOW = 1_800_000_000.0


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """The superuser's, with three recordings of today, and one of Beta's."""
    for number, call in enumerate("bcd"):
        ledger.apply(console.store, recorded_call(call, at=NOW - 100 + number))
    ledger.apply(console.store, recorded_call("beta", BETA, NOW - 100))
    console.made()
    browser.sign_in()
    return browser


def _send(browser: Browser, path: str, *ids: str, **form: str) -> tuple[int, str]:
    headers = {"Sec-Fetch-Site": "same-origin"}
    answer = browser.client.post(path, data={"recording": list(ids), **form}, headers=headers, base_url=URL)
    return answer.status_code, answer.headers.get("Location") or answer.text


def _listed(page: str) -> list[str]:
    return re.findall(r'name="recording" value="([a-z-]+)-rec"', page)


def test_today_s_are_listed_to_be_marked(anna: Browser) -> None:
    page = anna.get("/deletions").text
    assert _listed(page) == ["d", "c", "b"]
    assert 'data-check-all="recording"' in page and "Delete selected" in page


def test_marked_confirmed_and_gone(anna: Browser, console: Console) -> None:
    status, page = _send(anna, "/deletions/confirm", "b-rec", "c-rec", period="week")
    assert status == 200 and "2 recordings will be deleted" in page
    assert recordings.get(console.store, ACME, "b-rec").state is State.SEALED
    assert _send(anna, "/deletions/delete", "b-rec", "c-rec", period="week") == (303, "/deletions?period=week")
    page = anna.get("/deletions").text
    assert _listed(page) == ["d"] and "2 recordings deleted at" in page and "by Anna." in page and "Undo" in page
    assert "b-rec" not in anna.get("/recordings").text
    acts = [(one.act, one.actor) for one in trail.listed(console.store, ACME) if one.act == "delete"]
    assert acts == [("delete", f"1001@{ACME}")] * 2


def test_who_is_asked_sees_what_is_to_be_deleted_and_nothing_that_is_not_there(anna: Browser, console: Console) -> None:
    _send(anna, "/deletions/delete", "d-rec")
    status, page = _send(anna, "/deletions/confirm", "b-rec", "c-rec", "d-rec", "beta-rec", "nonsense")
    assert status == 200 and "2 recordings will be deleted" in page
    assert re.findall(r'name="recording" value="([^"]*)"', page) == ["c-rec", "b-rec"]
    assert page.count("<time") == 2
    for ids, said in ((["d-rec"], "no such recording"), ([f"r{number}" for number in range(1_001)], "1 to 1,000")):
        status, page = _send(anna, "/deletions/confirm", *ids)
        assert status == 422 and said in page


@pytest.mark.parametrize("step", ["confirm", "delete", "undo"])
def test_what_a_form_has_shown_is_loaded_again_as_the_list(anna: Browser, step: str) -> None:
    answer = anna.get(f"/deletions/{step}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/deletions")


def test_the_law_is_said_and_linked(anna: Browser) -> None:
    assert "https://www.datatilsynet.dk/" in anna.get("/deletions").text


def test_undone_within_the_minute(anna: Browser, console: Console) -> None:
    _send(anna, "/deletions/delete", "b-rec")
    [batch] = re.findall(r'name="batch" value="([0-9a-f]+)"', anna.get("/deletions").text)
    assert _send(anna, "/deletions/undo", batch=batch) == (303, "/deletions?period=today")
    page = anna.get("/deletions").text
    assert _listed(page) == ["d", "c", "b"] and "Undo" not in page
    status, page = _send(anna, "/deletions/undo", batch=batch)
    assert status == 422 and "already been undone" in page


def test_after_the_minute_undo_is_gone_and_says_so(anna: Browser, console: Console) -> None:
    _send(anna, "/deletions/delete", "b-rec")
    [batch] = re.findall(r'name="batch" value="([0-9a-f]+)"', anna.get("/deletions").text)
    console.clock.turn(UNDO_SECONDS)
    assert "Undo" not in anna.get("/deletions").text
    status, page = _send(anna, "/deletions/undo", batch=batch)
    assert status == 422 and "too late" in page


def test_what_waits_for_the_archive_is_shown(anna: Browser, console: Console) -> None:
    _send(anna, "/deletions/delete", "b-rec")
    console.clock.turn(UNDO_SECONDS)
    [due] = destructions.due(console.store, ["fs1"])
    lease = deletions.begin(console.store, due)
    assert lease is not None
    deletions.failed(console.store, lease, "archive-missing", "the archive is missing")
    assert "The archive is missing." in anna.get("/deletions").text


def test_nothing_marked_is_said(anna: Browser) -> None:
    status, page = _send(anna, "/deletions/confirm")
    assert status == 422 and "Select at least one" in page


@pytest.mark.parametrize("ids", [["beta-rec"], ["b-rec", "beta-rec"], ["none"], ["b-rec", "'"], ["\x00"], ["💥" * 200]])
def test_what_is_not_theirs_is_not_deleted_nor_what_stands_beside_it(
    anna: Browser, console: Console, ids: list[str]
) -> None:
    status, page = _send(anna, "/deletions/delete", *ids)
    assert status == 422 and "no such recording" in page
    assert _listed(anna.get("/deletions").text) == ["d", "c", "b"]
    assert recordings.get(console.store, BETA, "beta-rec").state is State.SEALED


def test_a_form_sent_twice_deletes_once(anna: Browser, console: Console) -> None:
    for _ in range(2):
        assert _send(anna, "/deletions/delete", "b-rec")[0] == 303
    assert sum(one.act == "delete" for one in trail.listed(console.store, ACME)) == 1


@pytest.mark.parametrize("given", [{"role": "my-console"}, {"role": "none", "admin": "company-admin"}])
@pytest.mark.parametrize("path", ["", "/confirm", "/delete", "/undo"])
def test_others_have_no_such_page(anna: Browser, console: Console, given: dict[str, str], path: str) -> None:
    console.give("1001", **given)
    answer = anna.get("/deletions") if not path else anna.post(f"/deletions{path}", recording="b-rec")
    assert answer.status_code in (302, 403)
    assert recordings.get(console.store, ACME, "b-rec").state is State.SEALED
    assert 'href="/deletions"' not in anna.get("/").text


def test_the_page_speaks_danish(anna: Browser) -> None:
    anna.post("/language", language="da", back="/")
    page = anna.get("/deletions").text
    assert "Slet optagelser" in page and "Slet markerede" in page and "Anvend filtre" in page
