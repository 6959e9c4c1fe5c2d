"""One conversation: what happened in it, who may see and hear which part of it, and what it costs."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from fsplug.policy.consent import Form, Result
from fsplug.policy.conversation.events import Change
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined, ConsentTaken
from fsplug.store.calls.entries import CallEnded, JournalEntry
from fsplug.store.change.draft import edit
from fsplug.web.kernel.feed import Feed
from fsplug.words.catalogue import LANGUAGES
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.longconversation import ANNA, CLARA, DAVID, OUTSIDE, long_conversation, talk
from tests.store.story import recorded_call, seen
from tests.web.conftest import Browser
from tests.web.pages.conversation.conversationpage import (
    DAVID_NOW,
    FIRST,
    PAGE,
    heard_on,
    lines_of,
    put_user,
    signed_in_to,
)
from tests.words.test_catalogue import TEXTS


def test_it_is_told_in_its_order_with_what_is_recorded_and_why(superuser: Browser) -> None:
    lines = [(time.split()[0], what, length, kept) for time, what, length, kept in lines_of(superuser.get(PAGE).text)]
    assert lines == [
        ("0:00", "+4522334455 called +4570101001", "0:12", ""),
        ("0:12", "+4522334455 talked to Anna Holm", "1:23", "Recorded Play 0:12 the department records these calls"),
        ("0:20", "1 Bo listened in on Anna Holm", "0:30", ""),
        ("1:00", "2 Anna Holm put the call on hold", "0:35", ""),
        ("1:05", "Anna Holm called Clara Juhl", "0:07", ""),
        (
            "1:12",
            "Anna Holm talked to Clara Juhl Consultation",
            "0:23",
            "Not recorded the department does not record these calls",
        ),
        ("1:35", "3 Anna Holm transferred +4522334455 after a consultation", "", ""),
        ("1:36", "+4522334455 talked to Clara Juhl", "1:30", "Recorded Play 1:36 the department records these calls"),
        ("3:05", "4 Clara Juhl parked +4522334455 Parking place 6001", "0:25", ""),
        ("3:30", "5 David Krogh fetched +4522334455 Parking place 6001", "", ""),
        (
            "3:30",
            "+4522334455 talked to David Krogh",
            "1:30",
            "Not recorded the user does not have call recording enabled",
        ),
    ]


def test_it_has_a_lane_for_each_person_which_a_screen_reader_passes_over(superuser: Browser) -> None:
    drawn = superuser.get(PAGE).text.partition('<div class="timeline" aria-hidden="true">')[2].partition("</div>")[0]
    assert re.findall('<p class="lane">([^<]*)', drawn) == ["+4522334455", "Anna Holm", "Clara Juhl", "David Krogh"]
    assert '<rect class="parked" x="61.67%" width="8.33%"/>' in drawn
    assert len(re.findall('<rect class="held" x="20.0%" width="11.67%"/>', drawn)) == 2, "on both lanes of the talk"
    assert "style=" not in drawn


def test_its_legend_explains_what_is_in_sight_and_nothing_else(superuser: Browser, long: Console) -> None:
    at = long.clock.now - 30
    alone = [seen("alone", at=at), *talk(ACME, "alone", "alone:b", at, at + 20, OUTSIDE, ANNA)]
    ledger.apply(long.store, [*alone, CallEnded("alone", at + 20, "NORMAL_CLEARING")])
    legends = [superuser.get(f"/conversations/{one}").text.partition('"legend"')[2] for one in ("call", "alone")]
    assert ["Talks, not recorded" in one for one in legends] == [True, False]
    assert ["Talks, recorded" in one for one in legends] == [True, True]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_every_language(superuser: Browser, language: str) -> None:
    superuser.post("/language", language=language, back="/")
    said = {"da": "Clara Juhl parkerede", "sv": "Clara Juhl parkerade", "en": "Clara Juhl parked"}
    assert said[language] in superuser.get(PAGE).text


def test_any_call_of_it_leads_there_and_so_do_the_player_and_the_list(superuser: Browser, console: Console) -> None:
    assert lines_of(superuser.get("/conversations/call-ask").text) == lines_of(superuser.get(PAGE).text)
    assert f'href="{PAGE}"' in superuser.get(FIRST).text
    assert f'href="{PAGE}?period=today"' in superuser.get("/recordings").text


def test_the_list_has_one_row_for_all_its_recordings(superuser: Browser, long: Console) -> None:
    ledger.apply(long.store, recorded_call("alone", at=long.clock.now - 300))
    rows = lines_of(superuser.get("/recordings").text)
    assert [(row[3:6]) for row in rows] == [
        ["+4522334455", "1001", "0:07"],
        ["+4522334455", "Anna Holm Recorded: Clara Juhl", "2:53 2 recordings"],
    ]
    page = superuser.get("/recordings").text
    assert page.count(f'href="{PAGE}?period=today"') == 1 and heard_on(page) == ["/recordings/alone-rec?period=today"]
    assert len(lines_of(superuser.get("/deletions").text)) == 3, "each is marked to be deleted by itself"


def test_a_conversation_of_others_is_answered_as_one_that_nobody_has(browser: Browser, long: Console) -> None:
    ledger.apply(long.store, long_conversation(long.clock.now - 600, "betas", BETA))
    bo = signed_in_to(browser, long, "1002")
    answers = [bo.get(f"/conversations/{one}") for one in ("call", "betas", "nobodys")]
    assert [one.status_code for one in answers] == [404, 404, 404]
    assert len({one.text for one in answers}) == 1


def test_whose_username_was_anothers_then_sees_nothing_of_it(browser: Browser, long: Console) -> None:
    assert signed_in_to(browser, long, "1004").get(PAGE).status_code == 200
    edit(long.store, ACME, "operator", lambda draft: draft.remove("user", "1004"))
    put_user(long, {**DAVID_NOW, "name": "Dorte Friis"})
    assert signed_in_to(browser, long, "1004").get(PAGE).status_code == 404


def test_a_call_that_nobody_answered_says_so(superuser: Browser, long: Console) -> None:
    at = long.clock.now - 30
    ledger.apply(long.store, [seen("rings", at=at)])
    assert "Nobody has answered yet." in superuser.get("/conversations/rings").text
    ledger.apply(long.store, [CallEnded("rings", at + 20, "NO_ANSWER")])
    page = superuser.get("/conversations/rings").text
    assert "Nobody answered, so there is nothing to hear." in page
    assert [line[1:] for line in lines_of(page)] == [["+4522334455 called Sales (2001)", "0:20", ""]]


def test_a_page_of_one_that_goes_on_is_told_of_what_comes(browser: Browser, long: Console, app: Any) -> None:
    at = long.clock.now - 30
    ledger.apply(long.store, [seen("rings", at=at)])
    superuser = signed_in_to(browser, long, "1001", "superuser")
    assert '<span data-follows="rings" hidden>' in superuser.get("/conversations/rings").text
    feed = _feed(app, long, "rings")
    assert b"Nobody has answered yet." in feed.look()
    long.clock.now += 10
    assert b"conversation-drawing" in feed.look() and b"conversation-table" not in feed.look(), "only time went by"
    ledger.apply(long.store, [*talk(ACME, "rings", "rings:b", at + 20, at + 35, OUTSIDE, ANNA)[:2]])
    assert b"+4522334455 talked to Anna Holm" in feed.look()
    ledger.apply(long.store, [*talk(ACME, "rings", "rings:b", at + 20, at + 35, OUTSIDE, ANNA)])
    ledger.apply(long.store, [CallEnded("rings", at + 35, "NORMAL_CLEARING")])
    told = feed.look()
    assert b"/recordings/rings-b-rec" in told and b"data-follows" not in told, "it is over, and follows nothing more"


def test_a_page_is_told_nothing_of_a_conversation_that_its_viewer_may_not_see(
    browser: Browser, long: Console, app: Any
) -> None:
    signed_in_to(browser, long, "1002")
    assert b"conversation-" not in _feed(app, long, "call").look()


def _feed(app: Any, console: Console, conversation: str) -> Feed:
    """The stream of the page of this conversation, for whoever is signed in."""
    [session] = [row[0] for row in console.store.rows("SELECT id FROM console_session")]
    opened = sessions.still_open(console.store, session)
    assert opened is not None
    return Feed(app, app.extensions["services"], opened, [], conversation)


def test_it_says_who_was_told_or_asked_and_what_they_answered_in_every_language(
    superuser: Browser, long: Console
) -> None:
    at = long.clock.now - 599
    told = [
        ConsentTaken(str(one), ACME, "call", "call", "+4522334455", None, Form.QUESTION, one, at + n, by_user="1001")
        for n, one in enumerate(Result)
    ]
    ledger.apply(long.store, [*told, replace(told[0], id="beta", company=BETA)])
    for language in LANGUAGES:
        superuser.post("/language", language=language, back="/")
        lines = [line[1] for line in lines_of(superuser.get(PAGE).text)]
        for result in Result:
            parts = re.split(r"{\w+}", TEXTS[f"conversation-did-consent-{result}"][language])
            found = [line for line in lines if all(part.strip() in line for part in parts)]
            assert len(found) == 1, (language, result, lines)


def _many(talks: int, at: float) -> list[JournalEntry]:
    """A customer who is sent on and on, each time by a call of its own."""
    found: list[JournalEntry] = [*long_conversation(at, "many")]
    for number in range(talks):
        at, call = at + 10, f"many-{number}"
        found += [
            replace(seen(call, at=at), group=None),
            *talk(ACME, call, f"{call}:{call}-b", at + 1, at + 9, OUTSIDE, (ANNA, CLARA, DAVID)[number % 3]),
            CallChanged(f"{call}-t", ACME, call, Change.TRANSFER, at + 9, f"{call}-b", call, "1001", "1001", "blind"),
            CallEnded(call, at + 10, "NORMAL_CLEARING"),
            CallJoined(call, ACME, "many", at + 10),
        ]
    return found


def _asked(console: Console, ask: Any) -> list[str]:
    """The statements that the answer takes."""
    said: list[str] = []
    with console.store.connection():
        connection = console.store._db.connection()
        connection.set_trace_callback(said.append)
        try:
            assert ask().status_code == 200
        finally:
            connection.set_trace_callback(None)
    return said


@pytest.mark.parametrize("role", ["superuser", "my-console"])
def test_thirty_legs_cost_as_many_statements_as_five(browser: Browser, long: Console, role: str) -> None:
    ledger.apply(long.store, _many(30, long.clock.now - 2_000))
    person = signed_in_to(browser, long, "1001", role)
    costs: Sequence[int] = [
        len(_asked(long, lambda path=path: person.get(path))) for path in (PAGE, "/conversations/many")
    ]
    # The player of several recordings reads them all at once.
    assert costs[0] <= costs[1] <= costs[0] + 1 < 40
