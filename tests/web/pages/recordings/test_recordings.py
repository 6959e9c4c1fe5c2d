"""The list of recordings: what each person sees of it, by every filter, whatever they type."""

import pytest

from fsplug.store.calls import ledger
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from fsplug.store.recordings import access
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import URL, Browser
from tests.web.pages.recordings.listed import ANNA, NOW, calls_on, recorded_talk


def test_today_s_are_there_first_newest_on_top(anna: Browser) -> None:
    page = anna.get("/recordings")
    assert page.status_code == 200
    assert calls_on(page.text) == ["today-within", "today-out", "today-in"]
    for word in ("Bo", "Anna", "+4522334455", "Incoming", "0:07"):
        assert word in page.text


@pytest.mark.parametrize(
    ("query", "calls"),
    [
        ("period=yesterday", ["older"]),
        ("period=week", ["today-within", "today-out", "today-in", "older"]),
        ("period=dates&first=2027-01-14&last=2027-01-14", ["older"]),
        ("period=dates&first=2027-01-15", ["today-within", "today-out", "today-in"]),
        ("direction=outgoing", ["today-out"]),
        ("person=Bo", ["today-within", "today-out"]),
        ("person=1001", ["today-within", "today-in"]),
        ("person=nobody", []),
        ("department=Support", ["today-within", "today-out"]),
        ("number=0045+22+33+44+55", ["today-in"]),
        ("number=4455", ["today-out", "today-in"]),
        ("number=4455&person=bo", ["today-out"]),
        ("period=week&sort=oldest", ["older", "today-in", "today-out", "today-within"]),
        ("sort=nonsense", ["today-within", "today-out", "today-in"]),
        (f"sort=oldest&before={NOW - 50}_today-out-rec", ["today-within"]),
        ("period=nonsense&direction=sideways", ["today-within", "today-out", "today-in"]),
        ("before=nonsense", ["today-within", "today-out", "today-in"]),
        ("before=nan_x", ["today-within", "today-out", "today-in"]),
        ("before=1e999_x", ["today-within", "today-out", "today-in"]),
        (f"before={NOW - 50}_today-out-rec", ["today-in"]),
    ],
)
def test_the_address_says_what_is_listed(anna: Browser, query: str, calls: list[str]) -> None:
    page = anna.get(f"/recordings?{query}")
    assert (page.status_code, calls_on(page.text)) == (200, calls)


def test_an_empty_list_says_to_widen_the_period_and_offers_it_with_the_other_filters(anna: Browser) -> None:
    page = anna.get("/recordings?period=today&number=70112233").text
    assert "Widen the period" in page
    assert 'href="/recordings?period=week&amp;number=70112233"' in page
    assert calls_on(anna.get("/recordings?period=week&number=70112233").text) == ["older"]
    assert (
        'href="/recordings?period=dates&amp;first=2026-01-15&amp;last=2027-01-15'
        in anna.get("/recordings?period=month&number=99999999").text
    )


@pytest.mark.parametrize(
    ("first", "last", "until"),
    [("2027-01-10", "2027-01-12", "2027-01-15"), ("2027-02-01", "2027-02-28", "2027-02-28")],
)
def test_own_dates_without_any_are_widened_to_a_year(anna: Browser, first: str, last: str, until: str) -> None:
    page = anna.get(f"/recordings?period=dates&first={first}&last={last}&direction=internal").text
    wider = f"/recordings?period=dates&amp;first=2026-01-15&amp;last={until}&amp;direction=internal"
    assert f'href="{wider}"' in page
    assert "The last year" not in anna.get(wider.replace("&amp;", "&").replace("internal", "outgoing&number=999")).text


@pytest.mark.parametrize(
    "typed",
    [
        "'",
        '"',
        "%",
        "_",
        "%25%25%25",
        "a\nb",
        "\x00",
        "x" * 300,
        "9" * 300,
        "💥",
        "<script>alert(1)</script>",
        "{{7*7}}",
    ],
)
def test_whatever_is_typed_is_answered_and_shown_as_text(anna: Browser, typed: str) -> None:
    for name in ("number", "person", "department", "group", "before", "period", "direction", "first"):
        asked = {"period": "dates", "first": "2027-01-15", name: typed}
        page = anna.client.get("/recordings", query_string=asked, base_url=URL)
        assert page.status_code in (200, 422), name
        assert "<script>alert" not in page.text and ">49<" not in page.text


def test_what_can_not_be_looked_for_is_said_and_what_was_typed_is_kept(anna: Browser) -> None:
    page = anna.get("/recordings?number=12&department=Sales")
    assert page.status_code == 422
    assert "at least 3" in page.text and 'value="12"' in page.text and 'value="Sales" selected' in page.text
    dates = anna.get("/recordings?period=dates&first=2027-02-01&last=2027-01-01")
    assert dates.status_code == 422 and "the earlier one first" in dates.text


def test_names_and_numbers_are_text(anna: Browser, past: Console) -> None:
    evil = {**ANNA, "name": '<img src=x onerror="alert(1)">'}
    ledger.apply(past.store, recorded_talk("evil", '"><script>alert(1)</script>', evil, NOW - 10))
    page = anna.get("/recordings").text
    assert "<img" not in page and "<script>alert" not in page and "&lt;img" in page


def test_who_hears_their_own_sees_their_own_only(bo: Browser) -> None:
    assert calls_on(bo.get("/recordings").text) == ["today-within", "today-out"]
    assert calls_on(bo.get("/recordings?period=week").text) == ["today-within", "today-out"]
    assert calls_on(bo.get("/recordings?person=1001&period=week").text) == ["today-within"]
    assert calls_on(bo.get("/recordings?number=22334455").text) == []
    assert calls_on(bo.get(f"/recordings?before={NOW}_zzz").text) == ["today-within", "today-out"]
    page = bo.get("/recordings").text
    assert 'name="person"' not in page and 'name="department"' not in page


def test_another_company_s_are_never_there(anna: Browser) -> None:
    for query in ("", "?period=month", "?number=22334455&period=month", "?group=2001&period=month"):
        assert "beta" not in anna.get(f"/recordings{query}").text


def test_who_has_no_role_sees_no_list(browser: Browser, past: Console) -> None:
    past.made()
    browser.sign_in()
    past.give("1001", role="none", admin="company-admin")
    assert browser.get("/recordings").status_code in (302, 403)


def test_htmx_is_given_the_list_without_the_page_around_it(anna: Browser) -> None:
    part = anna.get("/recordings", **{"HX-Request": "true"}).text
    assert 'id="found"' in part and "<html" not in part
    assert anna.get("/recordings?number=1", **{"HX-Request": "true"}).status_code == 422


def test_who_is_signed_out_is_led_to_the_sign_in_and_not_given_it_as_a_part(anna: Browser) -> None:
    anna.post("/sign-out")
    answer = anna.get("/recordings", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.data) == (204, "/sign-in", b"")


def test_who_withholds_their_number_is_shown_so(anna: Browser, past: Console) -> None:
    ledger.apply(past.store, recorded_talk("hidden", "Anonymous", ANNA, NOW - 5))
    assert "Number withheld" in anna.get("/recordings").text


def test_what_is_not_sealed_shows_its_state_and_no_loudspeaker(anna: Browser, past: Console) -> None:
    ledger.apply(past.store, recorded_talk("now", "22334455", ANNA, NOW - 5)[:3])
    page = anna.get("/recordings").text
    assert "now" not in calls_on(page) and "Being recorded" in page


@pytest.mark.parametrize(("language", "word"), [("da", "Opkaldsoptagelser"), ("sv", "Samtalsinspelningar")])
def test_the_page_speaks_the_language(anna: Browser, language: str, word: str) -> None:
    anna.post("/language", language=language, back="/")
    assert word in anna.get("/recordings").text


def test_a_username_that_was_another_s_brings_none_of_their_calls(bo: Browser, past: Console) -> None:
    past.made()
    assert calls_on(bo.get("/recordings").text) == ["today-within", "today-out"]

    def change(draft: Draft) -> None:
        draft.put("group", {"number": "2001", "name": "Sales", "members": ["1001"]}, "2001")
        draft.remove("user", "1002")

    edit(past.store, ACME, "operator", change)

    def change(draft: Draft) -> None:
        draft.put("user", {"username": "1002", "extension": "1002", "name": "Carl"})

    edit(past.store, ACME, "operator", change)
    past.made("1002", "carl@acme.example", "my-console")
    access.play(past.store, ACME, "today-out-rec", actors.actor(past.store, ACME, "1001"))
    bo.sign_in(email="carl@acme.example")
    assert calls_on(bo.get("/recordings").text) == []
    assert bo.get("/recordings/today-out-rec").status_code == 404
    assert "Anna" not in bo.get("/my-calls").text
