"""What of a conversation is heard: whose recordings, in which order, with which marks, and why not."""

import re

import pytest

from fsplug.store.calls import ledger
from fsplug.store.calls.entries import DecisionMade, GapFound, RecordingLost
from fsplug.store.change.draft import edit
from fsplug.store.config import actors
from fsplug.store.recordings import deletions
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.longconversation import CLARA, OUTSIDE, talk
from tests.tables import table
from tests.web.conftest import Browser
from tests.web.pages.conversation.conversationpage import FIRST, PAGE, SECOND, heard_on, lines_of, signed_in_to


def test_a_row_says_of_which_of_its_recordings_there_is_nothing_to_hear(superuser: Browser, long: Console) -> None:
    made = _lost(long)
    ledger.apply(long.store, [made, RecordingLost(str(made.recording), "spool-full", "", long.clock.now)])
    [row] = lines_of(superuser.get("/recordings").text)
    assert row[5] == "2:53 Missing 3 recordings"


def _lost(console: Console) -> DecisionMade:
    entry = talk(ACME, "call-ask", "x:y", console.clock.now - 400, console.clock.now - 390, OUTSIDE, CLARA)[0]
    assert isinstance(entry, DecisionMade)
    return entry


@pytest.mark.parametrize(
    ("username", "heard", "left_out"),
    [("1001", [FIRST], None), ("1003", [SECOND], None), ("1004", [], "1 call of this conversation is not shown")],
)
def test_who_sees_their_own_calls_hears_there_what_their_player_plays_and_reads_what_is_left_out(
    browser: Browser, long: Console, username: str, heard: list[str], left_out: str | None
) -> None:
    person = signed_in_to(browser, long, username)
    page = person.get(PAGE).text
    assert heard_on(page) == heard
    with table() as rows:
        for one in (FIRST, SECOND):
            with rows.row(one):
                assert (person.get(one).status_code == 200) == (one in heard)
    assert (left_out or "not shown") in page if left_out else "not shown" not in page
    assert ("Consultation" in page) == (username != "1004"), "a colleague's consultation is not theirs"
    assert ("listened in" in page) == (username == "1001"), "who listened to a colleague is the colleague's to know"


_TRACK = r'data-track="([^"]*)" data-seconds="[^"]*" data-title="([^"]*)"(?: data-skipped="([^"]*)")? hidden>'


def _tracks(page: str) -> list[tuple[str, str, str]]:
    """Where each recording of the player is, what it is, and what is skipped before it."""
    return re.findall(_TRACK, page)


def test_the_recordings_are_played_in_their_order_and_what_has_none_is_skipped(superuser: Browser) -> None:
    page = superuser.get(PAGE).text
    assert _tracks(page) == [
        (FIRST, "Recording 1 of 2: 0:12 +4522334455 talked to Anna Holm", ""),
        (
            SECOND,
            "Recording 2 of 2: 1:36 +4522334455 talked to Clara Juhl",
            "Skips: 1:12 Anna Holm talked to Clara Juhl.",
        ),
    ]
    said = "Skips: 3:30 +4522334455 talked to David Krogh. There are no more recordings that you may hear."
    assert f'data-over="{said}"' in page


def test_its_player_has_the_lanes_and_marks_that_the_player_of_each_recording_has(superuser: Browser) -> None:
    def drawn(page: str) -> list[tuple[list[str], list[str]]]:
        tracks = page.split("data-track=")[1:]
        lanes, pins = r'<p class="lane">([^<]*)', r'<g class="mark" data-go="([^"]*)"'
        return [(re.findall(lanes, one), re.findall(pins, one.partition("</section>")[0])) for one in tracks]

    both = drawn(superuser.get(PAGE).text)
    assert both == [*drawn(superuser.get(FIRST).text), *drawn(superuser.get(SECOND).text)]
    assert [len(pins) for _, pins in both] == [3, 1] and both[0][0] == ["Anna Holm", "+4522334455"]
    said = re.findall(r'data-said="([^"]*)"', superuser.get(PAGE).text)
    assert said == [
        "1: Bo listened in on Anna Holm",
        "2: Anna Holm put the call on hold",
        "3: Anna Holm transferred +4522334455",
        "4: Clara Juhl parked +4522334455",
    ], "the numbers of their lines"


def test_who_hears_one_recording_alone_has_its_player(browser: Browser, long: Console) -> None:
    page = signed_in_to(browser, long, "1003").get(PAGE).text
    assert _tracks(page) == [] and heard_on(page) == [SECOND]


def test_where_the_company_asks_for_a_reason_it_is_asked_once_for_all(superuser: Browser, long: Console) -> None:
    assert 'name="reason"' not in superuser.get(PAGE).text
    edit(long.store, ACME, "operator", lambda draft: draft.put_detail({**draft.detail(), "playback_reason": True}))
    assert superuser.get(PAGE).text.count('name="reason"') == 1


def test_a_recording_that_is_deleted_is_not_played(superuser: Browser, long: Console) -> None:
    deletions.delete(long.store, ACME, ["call-call-b-rec"], actors.actor(long.store, ACME, "1001"))
    page = superuser.get(PAGE).text
    assert heard_on(page) == [SECOND]
    assert lines_of(page)[1][3] == "Deleted the department records these calls"


def test_a_gap_says_why_there_is_nothing_to_hear(superuser: Browser, long: Console) -> None:
    ledger.apply(
        long.store, [GapFound(ACME, "call", "call-call-b-dec", "call-call-b-rec", "short", "", long.clock.now)]
    )
    assert "The recording is shorter than the call" in lines_of(superuser.get(PAGE).text)[1][3]
