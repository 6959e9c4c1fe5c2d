"""Users from a file, in the console: how it is read, every fault, what changes for whom, and the import."""

import base64
import io
import re
import zlib
from dataclasses import replace
from typing import Any

import pytest

from fsplug.store.change.sheets import packing
from fsplug.store.change.sheets.reading import Sheet, SheetRow
from fsplug.store.config import policies, user_list
from tests.store.accountcast import BO, Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser


def chosen(browser: Browser, data: bytes) -> Any:
    """The file is chosen and sent."""
    form = {"file": (io.BytesIO(data), "brugere.csv")}
    return browser.client.post(
        "/people/import/review", data=form, headers={"Sec-Fetch-Site": "same-origin"}, base_url=URL
    )


def again(browser: Browser, page: str, path: str, columns: list[str] | None = None, **others: str) -> Any:
    """The form of the page, sent to a path, with other columns if they are given."""
    form: dict[str, Any] = {
        name: "".join(re.findall(rf'name="{name}" value="([^"]*)"', page)[:1])
        for name in ("sheet", "looked_at", "reached")
    }
    form["column"] = re.findall(r'<input type="hidden" name="column" value="([^"]*)"', page)
    form |= {"column": columns} if columns is not None else {}
    return browser.client.post(path, data={**form, **others}, headers={"Sec-Fetch-Site": "same-origin"}, base_url=URL)


def test_a_file_is_looked_at_then_imported(admin: Browser, console: Console) -> None:
    before = policies.current_version(console.store, ACME)
    page = chosen(admin, "Bruger;Lokalnr.;Navn\r\n1003;1003;Clara Årø\r\n1060;1060;Ny Åkesson\r\n".encode("cp1252"))
    assert page.status_code == 200
    for part in ("2 users will change", "Clara Årø", "Ny Åkesson", '<span class="badge good">new</span>'):
        assert part in page.text
    assert policies.current_version(console.store, ACME) == before
    saved = again(admin, page.text, "/people/import/save")
    assert (saved.status_code, saved.headers["Location"]) == (303, "/people")
    found = user_list.names(console.store, ACME, ["1003", "1060"])
    assert found == {"1003": "Clara Årø", "1060": "Ny Åkesson"}


def test_a_column_is_corrected(admin: Browser) -> None:
    page = chosen(admin, b"Kode;Navn\n1003;Clara Dahl Holm\n")
    assert (page.status_code, "choose the one with usernames" in page.text) == (422, True)
    page = again(admin, page.text, "/people/import/review", ["username", "name"])
    assert (page.status_code, "1 user will change" in page.text) == (200, True)


def test_every_fault_of_every_row_is_said_in_the_viewers_language(admin: Browser, console: Console) -> None:
    admin.post("/language", language="da")
    page = chosen(admin, b"username;extension;email;role;record;fixed_number\n2105;21 05;no-mail;emperor;perhaps;12\n")
    assert page.status_code == 422
    for part in ("5 fejl i filen", "Brug kun cifre", "er ikke en e-mailadresse", "ingen rolle »emperor«", "hverken ja"):
        assert part in page.text, part
    assert page.text.index("5 fejl i filen") < page.text.index("<caption>Kolonner"), "first what is wrong"
    assert not re.search(r"won&#39;t do|is not known|class=\"said|&lt;function", page.text)


def test_what_changed_meanwhile_is_shown_before_it_is_imported(admin: Browser, console: Console) -> None:
    page = chosen(admin, b"username;record\n1003;yes\n").text
    page = chosen(admin, b"username;name\n1003;Clara Ny\n").text
    console.give("1003", name="Clara Dahl N")
    answer = again(admin, page, "/people/import/save")
    assert (answer.status_code, "changed the users meanwhile" in answer.text) == (409, True)
    assert again(admin, answer.text, "/people/import/save").status_code == 303


def test_nobody_imports_what_they_may_not_change(browser: Browser, console: Console) -> None:
    console.made("1002", BO, "my-console")
    console.give("1002", admin="sub-admin", admin_departments=["Sales"])
    browser.sign_in(email=BO)
    before = policies.current_version(console.store, ACME)
    page = chosen(browser, b"username;rights\n1002;listen-in\n")
    assert page.status_code in (403, 409)
    assert "looked_at" not in page.text
    forged = packing.packed(Sheet(("username", "rights"), (SheetRow(2, ("1002", "listen-in")),), "utf-8"))
    answer = again(browser, "", "/people/import/save", sheet=forged)
    assert answer.status_code in (403, 409)
    assert policies.current_version(console.store, ACME) == before


def handed_back(text: str) -> str:
    """What a viewer may send in place of a table."""
    return base64.b64encode(zlib.compress(text.encode())).decode()


NOT_OF_A_PAGE = ["x\x1fusername\x1eone", "x\x1fusername" + 20_001 * "\x1e1\x1f1", "x" + 201 * "\x1f"]


def test_a_table_comes_back_as_it_was_handed_out() -> None:
    sheet = Sheet(("a", "[]"), (SheetRow(2, ("x\ny", "\u00e6[")), SheetRow(4, ()), SheetRow(5, ("", ""))), "utf-8")
    assert packing.unpacked(packing.packed(sheet)) == sheet
    marked = packing.packed(replace(sheet, rows=(SheetRow(2, ("x\x1ey\x1fz", "")),)))
    assert packing.unpacked(marked).rows == (SheetRow(2, ("x y z", "")),)


@pytest.mark.parametrize(
    "sheet",
    ["", "AAAA", "eJw=", *map(handed_back, NOT_OF_A_PAGE), packing.packed(Sheet(("a",), (), "x"))[:-8] + "AAAAAAA="],
)
def test_a_table_that_no_page_handed_out_is_refused(admin: Browser, sheet: str) -> None:
    assert again(admin, "", "/people/import/save", sheet=sheet).status_code == 422
    assert "Save it as Excel" in again(admin, "", "/people/import/review", sheet=sheet).text
