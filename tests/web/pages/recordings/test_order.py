"""The order of the list of recordings: its pages, its headings, and what lies above and below a recording."""

import re
from dataclasses import replace

import pytest

from fsplug.store.calls import ledger
from fsplug.web.pages.recordings import filters
from tests.store.accountcast import Console
from tests.web.conftest import Browser
from tests.web.pages.recordings.listed import ANNA, NOW, calls_on, recorded_talk


def test_more_is_a_page_that_begins_where_this_one_ends(anna: Browser, past: Console) -> None:
    for number in range(60):
        ledger.apply(
            past.store,
            recorded_talk(f"many-{chr(97 + number // 26)}{chr(97 + number % 26)}", "22334455", ANNA, NOW - 20),
        )
    first = anna.get("/recordings").text
    more = re.search(r'id="more".*?href="([^"]+)"', first)
    assert more is not None and len(calls_on(first)) == 50
    ledger.apply(past.store, recorded_talk("meanwhile", "22334455", ANNA, NOW - 1))
    second = anna.get(more[1].replace("&amp;", "&")).text
    assert len(calls_on(first) + calls_on(second)) == 63 == len(set(calls_on(first) + calls_on(second)))
    assert "href" not in re.findall(r'id="more".*', second)[0]


def test_the_heading_of_the_time_turns_the_list_round(anna: Browser) -> None:
    for query, order, leads_to in (("", "descending", "&amp;sort=oldest"), ("&sort=oldest", "ascending", "")):
        page = anna.get(f"/recordings?period=week&number=4455{query}").text
        link = f'<a class="sorts" href="/recordings?period=week&amp;number=4455{leads_to}" aria-current="true">'
        assert f'aria-sort="{order}">{link}' in page
        first, second = calls_on(page)[:2]
        beside = anna.get(f"/recordings/{second}-rec?period=week&number=4455{query}").text
        above = re.search(r'href="/recordings/([^"?]+)-rec[^"]*" rel="prev"', beside)
        assert above is not None and above[1] == first


def test_the_heading_of_the_length_brings_the_longest_first_and_then_the_shortest(anna: Browser, past: Console) -> None:
    long = replace(recorded_talk("long", "22334455", ANNA, NOW - 70)[-1], seconds=99.0)
    ledger.apply(past.store, [*recorded_talk("long", "22334455", ANNA, NOW - 70)[:-1], long])
    page = anna.get("/recordings?number=4455&sort=longest").text
    assert calls_on(page) == ["long", "today-out", "today-in"] and 'class="day"' not in page
    turned = '<a class="sorts" href="/recordings?period=today&amp;number=4455&amp;sort=shortest" aria-current="true">'
    assert f'aria-sort="descending">{turned}' in page and page.count("aria-sort") == 1
    assert calls_on(anna.get("/recordings?number=4455&sort=shortest").text) == ["today-in", "today-out", "long"]
    beside = anna.get("/recordings/today-out-rec?number=4455&sort=longest").text
    assert re.findall(r'href="/recordings/([^"?]+)-rec[^"]*" rel="(\w+)"', beside) == [
        ("long", "prev"), ("today-in", "next"),
    ]  # fmt: skip


def test_a_cursor_is_read_back_as_it_was_written() -> None:
    at = (1763850000.1234567, "0f3c")
    address = filters.Filters().at(at)
    assert address is not None
    assert filters.cursor(address.partition("before=")[2]) == at


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
