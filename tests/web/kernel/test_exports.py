"""Lists as files that spreadsheets open, and in which nothing is calculated."""

import csv
import io
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from fsplug.store.accounts import accounts
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import GapFound
from fsplug.store.change.sheets import headings, importing, reading
from fsplug.store.config import actors, user_list
from fsplug.store.recordings import deletions, shares
from fsplug.store.recordings.shares import Offer
from fsplug.web.kernel import exports
from fsplug.words.catalogue import LANGUAGES
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME
from tests.store.story import decided, recorded_call, seen
from tests.web.conftest import Browser


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna may see every list. She has shared a recording and deleted another, and a third is missing."""
    console.made("1001", ANNA, "superuser")
    console.give("1001", admin="company-admin")
    store, at, superuser = console.store, console.clock.now - 60, actors.actor(console.store, ACME, "1001")
    for call in ("shared", "deleted"):
        ledger.apply(store, recorded_call(call, at=at))
    gap = GapFound(ACME, "missing", "missing-dec", None, "write-stalled", "", at)
    ledger.apply(store, [seen("missing", ACME, at), decided("missing", ACME, at), gap])
    shares.create(store, ACME, Offer("shared-rec", "customer@example.com", "=1+1"), superuser)
    deletions.delete(store, ACME, ["deleted-rec"], superuser)
    browser.sign_in()
    return browser


def test_nothing_that_somebody_typed_is_calculated_by_a_spreadsheet() -> None:
    typed = ["=1+1", "+45 70 10 10 01", "-1", "@SUM(A1)", "\uff1d1+1", "\ttab", "a;b", 'say "so"', "\u00c5se\nHolm", ""]
    text = exports.written(["What"], [[one] for one in typed], ";")
    assert text.startswith("\ufeffWhat\r\n")
    cells = [row[0] if row else "" for row in csv.reader(io.StringIO(text[1:], newline=""), delimiter=";")][1:]
    assert cells[:6] == [f"\t{one}" for one in typed[:6]]
    assert cells[6:] == typed[6:]


@pytest.mark.parametrize(("written", "separator"), list(product(";,", repeat=2)))
def test_a_spreadsheet_that_separates_otherwise_calculates_nothing_either(written: str, separator: str) -> None:
    typed = [
        "x,=1+1",
        "x;=1+1",
        "x\n=1+1",
        "x\r\n@SUM(A1)",
        "x\t=1+1",
        "Holm, \u00c5se",
        '",=1+1',
        '"\n=1+1',
        "=1;=1,=1\t=1",
    ]
    text = exports.written(["Who", "What"], [["Anna", one] for one in typed], written)
    # Excel takes quotes for such at the beginning of a cell alone, as this reader does.
    cells = [cell for row in csv.reader(io.StringIO(text[1:]), delimiter=separator) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.endswith(("Holm, \u00c5se", 'Holm, \u00c5se"', "Holm")) for cell in cells)


def test_moments_and_whole_numbers_stay_what_they_are() -> None:
    row = [datetime(2026, 11, 25, 13, 5, 59), -5, 1.5, None, True]
    assert exports.written([], [row], ";") == "\ufeff\r\n2026-11-25 13:05:59;-5;1.5;;True\r\n"


LISTS = {
    "/recordings/export": ("Time (UTC),", ""),
    "/people/export": ("Username,Extension,Name,", "1003,1003,Clara"),
    "/colleagues/export": ("Name,", "Clara,1003,Support"),
    "/activity/export": ("Entry number,", "Signed in"),
    "/my-calls/export": ("Time (", ""),
    "/changes/export": ("User,", ""),
    "/missing/export": ("Time (UTC),", ",The file stopped growing,"),
    "/shares/export": ("Time (UTC),", 'Anna,customer@example.com,"\t=1+1",'),
    "/deletions/export": ("Time (UTC),", ",Anna,deleted-rec,,"),
}


# What everybody may save of their own, or see of everybody.
OWN = {"/recordings/export", "/colleagues/export", "/my-calls/export"}


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_saved_with_an_entry_in_the_trail(anna: Browser, console: Console, path: str) -> None:
    answer = anna.post(path, period="year")
    heading, row = LISTS[path]
    assert answer.status_code == 200
    assert answer.text.startswith(f"\ufeff{heading}"), answer.text[:200]
    assert row in answer.text
    name = path.split("/")[1]
    assert f'filename="fsplug-{name}-' in answer.headers["Content-Disposition"]
    entry = trail.listed(console.store, ACME, 1)[0]
    assert (entry.act, entry.subject, entry.actor) == ("list-export", name, f"1001@{ACME}")
    assert entry.facts["rows"] == len(answer.text.splitlines()) - 1


def test_the_filters_of_the_page_hold_for_the_file(anna: Browser) -> None:
    text = anna.post("/people/export", q="clara").text
    assert (text.count("\r\n"), "Clara" in text) == (2, True)


@pytest.mark.parametrize(("language", "first"), [("da", "Navn;Lokalnummer;"), ("sv", "Namn;Anknytning;")])
def test_where_the_comma_is_in_decimals_a_semicolon_separates(
    anna: Browser, console: Console, language: str, first: str
) -> None:
    accounts.choose_language(console.store, ACME, "1001", language)
    assert anna.post("/colleagues/export").text.startswith(f"\ufeff{first}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_users_is_imported_again_without_a_change(anna: Browser, console: Console, language: str) -> None:
    accounts.choose_language(console.store, ACME, "1001", language)
    text: Any = anna.post("/people/export").data
    sheet = reading.read(text)
    columns = headings.guessed(sheet.headings)
    assert [row.cells[0] for row in sheet.rows] == [one.username for one in user_list.listed(console.store, ACME)]
    assert None not in columns.fields
    found = importing.preview(console.store, ACME, sheet, columns, actors.actor(console.store, ACME, "1001"))
    assert list(found.taken.changes) == []


def test_nobody_saves_a_list_that_they_may_not_see(browser: Browser, console: Console) -> None:
    console.made("1001", ANNA, "my-console")
    browser.sign_in()
    assert {browser.post(path).status_code for path in LISTS if path not in OWN} == {403}
