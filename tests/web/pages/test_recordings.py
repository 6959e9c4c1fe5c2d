"""The list of recordings: what each person sees of it, by every filter, whatever they type."""

import re
from dataclasses import replace
from typing import Any

import pytest

from fsplug.store.calls import ledger
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from fsplug.store.recordings import access
from fsplug.web.pages.recordings import filters
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import decided, recorded_call, sealed, seen, started, stopped
from tests.web.conftest import URL, Browser

ANNA = {"username": "1001", "extension": "1001", "name": "Anna", "department": "Sales", "records": True, "numbers": []}
BO = {**ANNA, "username": "1002", "extension": "1002", "name": "Bo", "department": "Support"}
NOW = 1_800_000_000.0
DAY = 86_400.0


def _call(call: str, caller: Any, answerer: Any, at: float, **others: Any) -> list[Any]:
    """A recorded talk; a party is a user's facts or a number."""
    ends = [one if isinstance(one, dict) else None for one in (caller, answerer)]
    texts = [one["extension"] if isinstance(one, dict) else one for one in (caller, answerer)]
    parties = [{"user": user, "numbers": [text]} for user, text in zip(ends, texts, strict=True)]
    direction = "internal" if all(ends) else "outgoing" if ends[0] else "incoming"
    inputs = {"company": ACME, "caller": parties[0], "answerer": parties[1]}
    user = next(one["username"] for one in ends if one)
    given = {"caller": texts[0], "answerer": texts[1], "direction": direction, "user": user, "inputs": inputs, **others}
    return [
        seen(call, at=at),
        decided(call, at=at, group=None, **given),
        started(call, at=at),
        stopped(call, at + 7),
        sealed(call, at + 8),
    ]


@pytest.fixture
def past(console: Console) -> Console:
    """Today: a customer to Anna, Bo to a customer, Bo to Anna. Yesterday: Anna to another customer. And Beta's."""
    for entries in (
        _call("today-in", "22334455", ANNA, NOW - 60),
        _call("today-out", BO, "33445566", NOW - 50),
        _call("today-within", BO, ANNA, NOW - 40),
        _call("older", ANNA, "70112233", NOW - DAY),
        recorded_call("beta", BETA, NOW - 30),
    ):
        ledger.apply(console.store, entries)
    return console


@pytest.fixture
def anna(browser: Browser, past: Console) -> Browser:
    """The superuser's."""
    past.made()
    browser.sign_in()
    return browser


@pytest.fixture
def bo(browser: Browser, past: Console) -> Browser:
    """Of somebody who hears their own."""
    past.made("1002", "bo@acme.example", "my-console")
    browser.sign_in(email="bo@acme.example")
    return browser


def _calls(page: str) -> list[str]:
    return re.findall(r'href="/recordings/([a-z-]+)-rec[?"]', page)


def test_today_s_are_there_first_newest_on_top(anna: Browser) -> None:
    page = anna.get("/recordings")
    assert page.status_code == 200
    assert _calls(page.text) == ["today-within", "today-out", "today-in"]
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
    assert (page.status_code, _calls(page.text)) == (200, calls)


def test_an_empty_list_says_to_widen_the_period_and_offers_it_with_the_other_filters(anna: Browser) -> None:
    page = anna.get("/recordings?period=today&number=70112233").text
    assert "Widen the period" in page
    assert 'href="/recordings?period=week&amp;number=70112233"' in page
    assert _calls(anna.get("/recordings?period=week&number=70112233").text) == ["older"]
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
    ledger.apply(past.store, _call("evil", '"><script>alert(1)</script>', evil, NOW - 10))
    page = anna.get("/recordings").text
    assert "<img" not in page and "<script>alert" not in page and "&lt;img" in page


def test_who_hears_their_own_sees_their_own_only(bo: Browser) -> None:
    assert _calls(bo.get("/recordings").text) == ["today-within", "today-out"]
    assert _calls(bo.get("/recordings?period=week").text) == ["today-within", "today-out"]
    assert _calls(bo.get("/recordings?person=1001&period=week").text) == ["today-within"]
    assert _calls(bo.get("/recordings?number=22334455").text) == []
    assert _calls(bo.get(f"/recordings?before={NOW}_zzz").text) == ["today-within", "today-out"]
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


def test_more_is_a_page_that_begins_where_this_one_ends(anna: Browser, past: Console) -> None:
    for number in range(60):
        ledger.apply(
            past.store, _call(f"many-{chr(97 + number // 26)}{chr(97 + number % 26)}", "22334455", ANNA, NOW - 20)
        )
    first = anna.get("/recordings").text
    more = re.search(r'id="more".*?href="([^"]+)"', first)
    assert more is not None and len(_calls(first)) == 50
    ledger.apply(past.store, _call("meanwhile", "22334455", ANNA, NOW - 1))
    second = anna.get(more[1].replace("&amp;", "&")).text
    assert len(_calls(first) + _calls(second)) == 63 == len(set(_calls(first) + _calls(second)))
    assert "href" not in re.findall(r'id="more".*', second)[0]


def test_the_heading_of_the_time_turns_the_list_round(anna: Browser) -> None:
    for query, order, leads_to in (("", "descending", "&amp;sort=oldest"), ("&sort=oldest", "ascending", "")):
        page = anna.get(f"/recordings?period=week&number=4455{query}").text
        link = f'<a class="sorts" href="/recordings?period=week&amp;number=4455{leads_to}" aria-current="true">'
        assert f'aria-sort="{order}">{link}' in page
        first, second = _calls(page)[:2]
        beside = anna.get(f"/recordings/{second}-rec?period=week&number=4455{query}").text
        above = re.search(r'href="/recordings/([^"?]+)-rec[^"]*" rel="prev"', beside)
        assert above is not None and above[1] == first


def test_the_heading_of_the_length_brings_the_longest_first_and_then_the_shortest(anna: Browser, past: Console) -> None:
    long = replace(_call("long", "22334455", ANNA, NOW - 70)[-1], seconds=99.0)
    ledger.apply(past.store, [*_call("long", "22334455", ANNA, NOW - 70)[:-1], long])
    page = anna.get("/recordings?number=4455&sort=longest").text
    assert _calls(page) == ["long", "today-out", "today-in"] and 'class="day"' not in page
    turned = '<a class="sorts" href="/recordings?period=today&amp;number=4455&amp;sort=shortest" aria-current="true">'
    assert f'aria-sort="descending">{turned}' in page and page.count("aria-sort") == 1
    assert _calls(anna.get("/recordings?number=4455&sort=shortest").text) == ["today-in", "today-out", "long"]
    beside = anna.get("/recordings/today-out-rec?number=4455&sort=longest").text
    assert re.findall(r'href="/recordings/([^"?]+)-rec[^"]*" rel="(\w+)"', beside) == [
        ("long", "prev"), ("today-in", "next"),
    ]  # fmt: skip


def test_htmx_is_given_the_list_without_the_page_around_it(anna: Browser) -> None:
    part = anna.get("/recordings", **{"HX-Request": "true"}).text
    assert 'id="found"' in part and "<html" not in part
    assert anna.get("/recordings?number=1", **{"HX-Request": "true"}).status_code == 422


def test_who_is_signed_out_is_led_to_the_sign_in_and_not_given_it_as_a_part(anna: Browser) -> None:
    anna.post("/sign-out")
    answer = anna.get("/recordings", **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.data) == (204, "/sign-in", b"")


def test_who_withholds_their_number_is_shown_so(anna: Browser, past: Console) -> None:
    ledger.apply(past.store, _call("hidden", "Anonymous", ANNA, NOW - 5))
    assert "Number withheld" in anna.get("/recordings").text


def test_what_is_not_sealed_shows_its_state_and_no_loudspeaker(anna: Browser, past: Console) -> None:
    ledger.apply(past.store, _call("now", "22334455", ANNA, NOW - 5)[:3])
    page = anna.get("/recordings").text
    assert "now" not in _calls(page) and "Being recorded" in page


@pytest.mark.parametrize(("language", "word"), [("da", "Opkaldsoptagelser"), ("sv", "Samtalsinspelningar")])
def test_the_page_speaks_the_language(anna: Browser, language: str, word: str) -> None:
    anna.post("/language", language=language, back="/")
    assert word in anna.get("/recordings").text


def test_a_cursor_is_read_back_as_it_was_written() -> None:
    at = (1763850000.1234567, "0f3c")
    address = filters.Filters().at(at)
    assert address is not None
    assert filters.cursor(address.partition("before=")[2]) == at


def test_a_username_that_was_another_s_brings_none_of_their_calls(bo: Browser, past: Console) -> None:
    past.made()
    assert _calls(bo.get("/recordings").text) == ["today-within", "today-out"]

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
    assert _calls(bo.get("/recordings").text) == []
    assert bo.get("/recordings/today-out-rec").status_code == 404
    assert "Anna" not in bo.get("/my-calls").text


def test_days_have_headings_and_a_further_part_repeats_none_that_is_there(anna: Browser) -> None:
    def days(page: str) -> list[str]:
        return re.findall(r'scope="rowgroup">([^<]+)<', page)

    anna.post("/language", language="da", back="/")
    address = "/recordings?period=month"
    page = anna.get(address).text
    assert days(page)[:2] == ["I dag, fredag den 15. januar 2027", "I går, torsdag den 14. januar 2027"]
    assert len(days(page)) == len(set(days(page))) == page.count("<tbody")
    assert re.search(r'<time datetime="2027-01-15T[0-9:+]+">[0-9:]{5}</time>', page), "the time alone, below its day"
    further = f"{address}&before=1799999950.0_today-out-rec"
    assert "I dag" not in days(anna.get(further, **{"HX-Request": "true"}).text)[0]
    assert "I dag" in days(anna.get(further).text)[0], "a page of its own says it"


@pytest.mark.parametrize(
    ("recording", "query", "newer", "older"),
    [
        ("today-out", "", None, None),
        ("today-out", "?period=week", "today-within", "today-in"),
        ("today-within", "?period=week", None, "today-out"),
        ("today-in", "?period=week", "today-out", "older"),
        ("older", "?period=week", "today-in", None),
        ("today-in", "?period=today", "today-out", None),
        ("today-out", "?period=week&direction=outgoing", None, "older"),
        ("today-out", "?period=dates&first=nonsense", None, None),
    ],
)
def test_a_player_leads_back_to_its_list_and_to_what_is_above_and_below_it_there(
    anna: Browser, recording: str, query: str, newer: str | None, older: str | None
) -> None:
    page = anna.get(f"/recordings/{recording}-rec{query}").text
    beside = [re.findall(rf'href="/recordings/([a-z-]+)-rec[^"]*" rel="{rel}"', page) for rel in ("prev", "next")]
    assert beside == [[one] if one else [] for one in (newer, older)]
    assert f'href="/recordings{query.replace("&", "&amp;")}"' in page
    answer = anna.post(f"/recordings/{recording}-rec/play{query}")
    assert answer.headers["Location"] == f"/recordings/{recording}-rec{query}"
