"""The audit trail in the browser: every act has its words, filters narrow it, and a check says whether it is whole."""

import re
from typing import Any

import pytest

from fsplug.store.audit import browse, trail
from fsplug.store.change.draft import Draft, edit
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.web.conftest import Browser


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser; she is a superuser."""
    console.made()
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser


def _rows(page: str) -> list[str]:
    found = re.search(r'<tbody id="rows">(.*?)</tbody>', page, re.DOTALL)
    return re.findall(r"<tr>.*?</tr>", found.group(1), re.DOTALL) if found else []


def test_the_trail_is_shown_in_words_with_names(anna: Browser, console: Console) -> None:
    trail.add(console.store, ACME, f"1002@{ACME}", "play", "a-rec", ["1001"], call="a", reason="a complaint")
    row = _rows(anna.get("/activity").text)[0]
    assert "Bo" in row and "Played a recording" in row and "Anna" in row and "a complaint" in row


def test_only_who_may_read_the_whole_trail_sees_it(console: Console, new_browser: Any) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    assert bo.get("/activity").status_code == 403
    assert bo.post("/activity/check").status_code == 403
    assert 'href="/activity"' not in bo.get("/account").text


def test_another_company_s_trail_is_never_shown(anna: Browser, console: Console) -> None:
    trail.add(console.store, BETA, "somebody-at-beta", "play", "b-rec", ["1001"])
    for query in ("", "?who=somebody-at-beta", "?about=1001", "?act=play"):
        assert "b-rec" not in anna.get(f"/activity{query}").text


def test_filters_narrow_the_list(anna: Browser, console: Console) -> None:
    store = console.store
    trail.add(store, ACME, f"1002@{ACME}", "play", "one", ["1001"])
    trail.add(store, ACME, f"1002@{ACME}", "delete", "two", ["1003"])
    trail.add(store, ACME, "root", "play", "three", ["1003", "1001"])
    said = {
        "act=delete": {"two"},
        "who=Bo": {"one", "two"},
        "who=root": {"three"},
        "about=Clara": {"two", "three"},
        "about=1001&act=play": {"one", "three"},
        "who=nobody-at-all": set(),
        "act=invented&who=Bo": {"one", "two"},
    }
    for query, wanted in said.items():
        page = anna.get(f"/activity?{query}").text
        assert {name for name in ("one", "two", "three") if f">{name}<" in page} == wanted, query


def test_a_period_holds_its_days_only(anna: Browser, console: Console) -> None:
    trail.add(console.store, ACME, "root", "play", "long-ago", ["1001"])
    console.clock.turn(86_400.0 * 40)
    anna.sign_in()
    trail.add(console.store, ACME, "root", "play", "today-s", ["1001"])
    page = anna.get("/activity?period=today").text
    assert "today-s" in page and "long-ago" not in page
    then = anna.get("/activity?period=dates&first=2027-01-01&last=2027-02-01").text
    assert "long-ago" in then and "today-s" not in then


@pytest.mark.parametrize("query", ["period=dates&first=x", "period=dates&first=2027-02-01&last=2027-01-01"])
def test_invalid_dates_are_reported(anna: Browser, query: str) -> None:
    assert anna.get(f"/activity?{query}").status_code == 422


def test_every_entry_is_on_one_page_and_no_other(
    anna: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsplug.web.pages.activity.views.ROWS", 3)
    for number in range(10):
        trail.add(console.store, ACME, "root", "play", f"rec-{number}", ["1001"])
    found, path = [], "/activity?act=play"
    while path:
        page = anna.get(path).text
        found += re.findall(r">(rec-\d)<", page)
        further = re.search(r'href="(/activity\?[^"]*before=\d+)"', page)
        path = further.group(1).replace("&amp;", "&") if further else ""
    assert found == [f"rec-{number}" for number in reversed(range(10))]


def test_what_stands_in_the_trail_is_shown_as_text(anna: Browser, console: Console) -> None:
    evil = "<img src=x onerror=evil()>"
    trail.add(console.store, ACME, evil, "play", evil, [evil], reason=evil, listed=[evil])
    assert "<img" not in anna.get("/activity").text


def test_a_whole_trail_is_said_to_be_whole(anna: Browser, console: Console) -> None:
    filtered = anna.get("/activity?period=month&act=play").text
    assert "has not been checked" in filtered and 'action="/activity/check?period=month&amp;act=play"' in filtered
    checked = anna.post("/activity/check?period=month&act=play")
    assert (checked.status_code, checked.headers["Location"]) == (303, "/activity?period=month&act=play")
    page = anna.get("/activity").text
    assert "Checked: all" in page and "Intact" in page


def test_a_changed_entry_is_named(anna: Browser, console: Console) -> None:
    number = trail.add(console.store, ACME, "root", "play", "one", ["1001"])
    with console.store.atomic():
        console.store.run("UPDATE audit_entry SET actor = 'nobody' WHERE number = ?", number)
    anna.post("/activity/check")
    page = anna.get("/activity").text
    assert f"Entry {number} was changed" in page and "Altered" in page


def test_a_long_trail_is_checked_in_steps_and_begins_anew_when_it_is_done(console: Console) -> None:
    for _ in range(7):
        trail.add(console.store, ACME, "root", "play", "one", ["1001"])
    steps = [browse.check(console.store, ACME, most=3) for _ in range(3)]
    entries = steps[0].entries
    assert [one.checkpoint.number for one in steps] == [min(3 * step, entries) for step in (1, 2, 3)]
    while not steps[-1].is_whole:
        steps.append(browse.check(console.store, ACME, most=3))
    assert steps[-1].checkpoint.number == entries
    assert browse.check(console.store, ACME, most=3).checkpoint.number == 3


def test_what_was_put_in_after_the_end_is_found_also_when_a_step_ends_there(console: Console) -> None:
    last = trail.add(console.store, ACME, "root", "play", "one", ["1001"])
    with console.store.atomic():
        console.store.run("UPDATE audit_head SET number = ?", last - 1)
    found = browse.check(console.store, ACME, most=last)
    assert found.trouble is not None


def test_what_was_given_and_by_which_way_stands_there_in_words(anna: Browser, console: Console) -> None:
    console.give("1002", role="superuser", rights=["listen-in"], licences=["contact-pro"], email="bo@acme.example")
    trail.add(console.store, ACME, "1002@acme.example", "listen", "1001", ["1001"], door="command")
    page = re.sub(r"<[^>]+>", "", anna.get("/activity").text)
    for text in (
        "Bo 1002: role: no access → superuser",
        "Bo 1002: right: none → Listen-in",
        "Bo 1002: licence: none → Contact Pro",
    ):
        assert text in page
    assert "the console or a command" in page and "->" not in page


def test_whose_recording_was_turned_off_is_found_by_their_name(anna: Browser, console: Console) -> None:
    state = {"name": "At lunch", "active": True}
    allowing = {**state, "allow_listen": True}
    for record, profile in ((False, state), (True, allowing), (False, state)):
        console.give("1002", record=record, profile=[profile])
    page = re.sub(r"<[^>]+>", "", anna.get("/activity?about=Bo").text)
    for text in (
        "Bo 1002: Call recording: On",
        "Bo 1002: Call recording: Off",
        "Bo 1002: Allow listen-in: At lunch: Not allowed",
    ):
        assert text in page


def test_a_changed_user_stands_there_by_name_with_the_old_and_new_values(anna: Browser, console: Console) -> None:
    console.give("1002", department="Support", name="Bo B")
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", anna.get("/activity").text))
    assert "Changed: user Bo B 1002 department: Sales → Support name: Bo → Bo B" in page


def test_values_stand_there_in_the_words_of_the_other_pages(anna: Browser, console: Console) -> None:
    def change(draft: Draft) -> None:
        draft.put("group", {**draft.entry("group", "2001"), "mode": "never", "max_seconds": 5}, "2001")
        draft.put_detail({**draft.detail(), "name": "Acme A/S", "listen_consent": True})

    edit(console.store, ACME, "operator", change)
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", anna.get("/activity").text))
    for text in (
        "recording: Always record (consent via IVR) → Never record",
        "name: Acme → Acme A/S",
        "listen-in needs consent: no → yes",
    ):
        assert text in page
    assert "seconds at most: none → 5" in page


def test_another_name_hides_nobody(anna: Browser, console: Console) -> None:
    trail.add(console.store, ACME, f"1002@{ACME}", "play", "a-rec", ["1003"])
    console.give("1002", name="Anna")
    row = next(one for one in _rows(anna.get("/activity").text) if "a-rec" in one)
    assert re.search(r"<td>Anna <span[^>]*>1002</span></td>", row) and re.search(r"Clara <span[^>]*>1003</span>", row)


def test_wrong_dates_are_reported_in_the_part_that_a_script_puts_into_the_page(anna: Browser) -> None:
    answer = anna.get("/activity?period=dates&first=2026-11-20&last=2026-11-01")
    assert answer.status_code == 422
    assert "Pick two dates" in answer.text.partition('id="found"')[2]


def test_one_act_is_one_row_however_many_recordings_it_is_about(anna: Browser, console: Console) -> None:
    for number in range(60):
        trail.add(
            console.store, ACME, f"1002@{ACME}", "delete", f"r{number}", ["1001" if number else "1003"], batch="b"
        )
    trail.add(console.store, ACME, f"1002@{ACME}", "delete", "other", ["1003"], batch="c")
    for shown in (anna.get("/activity?act=delete").text, anna.get("/activity").text):
        rows = [row for row in _rows(shown) if "Deleted a recording" in row]
        assert len(rows) == 2
        assert "60 recordings" in rows[1] and "Anna" in rows[1] and "Clara" in rows[1] and "r59" in rows[1]
    turned = anna.get("/activity?act=delete&sort=oldest").text
    [first], [newer] = _rows(turned), re.findall(r'href="([^"]*before=[^"]*)"', turned)
    [second] = _rows(anna.get(newer.replace("&amp;", "&")).text)
    assert "60 recordings" in first and "r59" in first and "other" in second


def test_a_name_leads_to_the_settings_of_the_user_for_who_may_change_them(anna: Browser, console: Console) -> None:
    trail.add(console.store, ACME, f"1002@{ACME}", "play", "a-rec", ["1003"])
    links = ['href="/people?marked=1002"', 'href="/people?marked=1003"']
    assert [link in anna.get("/activity?act=play").text for link in links] == [False, False]
    console.give("1001", admin="company-admin")
    anna.sign_in()
    assert [link in anna.get("/activity?act=play").text for link in links] == [True, True]


def test_a_recording_is_named_by_who_talked_and_leads_there(anna: Browser, console: Console) -> None:
    [recording, *_] = results.search(console.store, ACME, RecordingFilter(), 1).recordings
    trail.add(console.store, ACME, f"1002@{ACME}", "play", recording.id, ["1001"], call=recording.call)
    row = _rows(anna.get("/activity?act=play").text)[0]
    assert f'href="/recordings/{recording.id}"' in row and "→" in row


def test_a_call_that_is_known_leads_to_its_conversation(anna: Browser, console: Console) -> None:
    [recording, *_] = results.search(console.store, ACME, RecordingFilter(), 1).recordings
    for call in (recording.call, "nobodys"):
        trail.add(console.store, ACME, f"1002@{ACME}", "pause", "1001", ["1001"], call=call)
    nobodys, known = _rows(anna.get("/activity?act=pause").text)
    assert f'href="/conversations/{recording.call}"' in known
    assert 'href="/conversations/' not in nobodys and "nobodys" in nobodys
