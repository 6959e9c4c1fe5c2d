"""The player's page: what it shows, to whom, and what is asked before a recording is played."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.policy.conversation.events import Change
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallChanged, CallJoined
from fsplug.store.calls.entries import RecordingHeld
from fsplug.store.change.draft import Draft, edit
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.longconversation import long_conversation
from tests.store.story import decided, recorded_call, seen, started
from tests.web.conftest import PLAYER, Browser
from tests.web.pages.player.playerpage import AUDIO, PAGE, plays_of, press_by_script


def test_the_page_names_both_parties_and_offers_to_play(anna: Browser) -> None:
    page = anna.get(PAGE).text
    assert "+4522334455" in page and f'action="{PAGE}/play"' in page
    assert "<audio" not in page, "there is nothing to hear before play is pressed"
    assert 'data-track="/recordings/a-rec" data-seconds="7.0"' in page


PICKED_UP = {
    "picked_up_by": "1003",
    "answerer": {"user": {"username": "1003", "name": "Clara Juhl"}, "numbers": ["1003"]},
}


@pytest.mark.parametrize(
    ("language", "said"),
    [("da", "Overtaget af Clara Juhl"), ("sv", "Upplockat av Clara Juhl"), ("en", "Picked up by Clara Juhl")],
)
def test_a_call_that_was_picked_up_says_by_whom(anna: Browser, console: Console, language: str, said: str) -> None:
    anna.post("/language", language=language, back="/")
    assert said not in anna.get(PAGE).text
    ledger.apply(console.store, recorded_call("p", inputs=PICKED_UP))
    assert said in anna.get("/recordings/p-rec").text


def test_the_name_of_who_picked_a_call_up_is_shown_as_it_is_spelled(anna: Browser, console: Console) -> None:
    answerer = {"user": {"username": "1003", "name": "Clara O'Hara <b>& Co</b>"}, "numbers": ["1003"]}
    ledger.apply(console.store, recorded_call("p", inputs={**PICKED_UP, "answerer": answerer}))
    anna.post("/language", language="en", back="/")
    said = "Picked up by Clara O&#39;Hara &lt;b&gt;&amp; Co&lt;/b&gt;<"
    assert said in anna.get("/recordings/p-rec").text


HOLDS = [
    RecordingHeld("h1", "a-rec", ACME, "user", 103.0, 105.0),
    RecordingHeld("h2", "a-rec", ACME, "other", 106.0, None),
]
# The second of a call that became part of the same conversation.
PAUSES = [
    CallChanged("p1", ACME, "a", Change.PAUSE, 105.0, "a-b", None, "1001", "1001", "page", 105.5),
    seen("c"),
    CallJoined("c", ACME, "a", 106.0),
    CallChanged("p2", ACME, "c", Change.PAUSE, 108.5, "c-b", None, "1002", "1002", "page", None),
    CallChanged("p5", ACME, "a", Change.SILENCED, 105.75, "", None, None, "", "page", 106.0),
    CallChanged("p3", ACME, "a", Change.PAUSE, 90.0, "a-b", None, "1001", "1001", "page", 95.0),
    CallChanged("p4", ACME, "x", Change.PAUSE, 105.0, "x-b", None, "1001", "1001", "page", 105.5),
]


def _marks(page: str) -> list[tuple[str, ...]]:
    """Number, beginning, end and text of each row of the table of marks, as somebody reads them."""
    table = page.partition('class="cardlike marks"')[2].partition("</table>")[0]
    rows = re.findall(r"<tr>\s*<td.*?</tr>", table, re.DOTALL)
    texts = [re.sub("<[^>]+>", "", re.sub("<span class=.unseen.>[^<]*</span>", "", row)) for row in rows]
    return [tuple(line.strip() for line in text.split("\n") if line.strip()) for text in texts]


def test_holds_and_pauses_are_drawn_and_stand_in_a_table_with_who_made_them(anna: Browser, console: Console) -> None:
    anna.post("/language", language="en", back="/")
    page = anna.get(PAGE).text
    assert "<rect" not in page and 'data-next="mark"' not in page and _marks(page) == []
    ledger.apply(console.store, [*HOLDS, *PAUSES])
    page = anna.get(PAGE).text
    assert 'viewBox="0 0 7.0 1"' in page
    assert re.findall(r'<rect class="(\w+)" x="([0-9.]+)" y="0" width="([0-9.]+)"', page) == [
        ("hold", "1.0", "2.0"),
        ("pause", "3.0", "0.5"),
        ("silenced", "3.75", "0.25"),
        ("hold", "4.0", "3.0"),
        ("pause", "6.5", "0.5"),
    ]
    assert _marks(page) == [
        ("0:01", "0:03", "1 1001 put the call on hold"),
        ("0:03", "0:04", "2 Anna paused recording and listening in"),
        ("0:04", "0:04", "3 Recording and listening in were paused by the other side"),
        ("0:04", "0:07", "4 +4522334455 put the call on hold"),
        ("0:07", "0:07", "5 Bo paused recording and listening in"),
    ]


def test_who_sees_their_own_calls_alone_reads_no_name_from_others(browser: Browser, console: Console) -> None:
    console.made(role="my-console")
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    ledger.apply(console.store, PAUSES)
    assert [said for *_, said in _marks(browser.get(PAGE).text)] == [
        "1 Anna paused recording and listening in",
        "2 Recording and listening in were paused by the other side",
        "3 Somebody else in the conversation paused recording and listening in",
    ]


def test_whatever_happened_during_the_recording_is_a_mark_for_who_may_see_it(
    anna: Browser, console: Console, new_browser: Callable[..., Any]
) -> None:
    began = console.clock.now - 600
    ledger.apply(console.store, long_conversation(began))
    paused = CallChanged("p", ACME, "call", Change.PAUSE, began + 55, "call-b", None, "1001", "1001", until=began + 58)
    ledger.apply(console.store, [paused])
    anna.post("/language", language="en", back="/")
    found = _marks(anna.get("/recordings/call-call-b-rec").text)
    assert found == [
        ("0:08", "0:38", "1 Bo listened in on Anna Holm"),
        ("0:43", "0:46", "2 Anna paused recording and listening in"),
        ("0:48", "1:23", "3 Anna Holm put the call on hold"),
        ("1:23", "4 Anna Holm transferred +4522334455"),
    ]
    console.made("1003", "clara@acme.example", "my-console")
    clara = new_browser()
    clara.sign_in(email="clara@acme.example")
    clara.post("/language", language="en", back="/")
    assert [row[-1] for row in _marks(clara.get("/recordings/call-call-ask-b-rec").text)] == [
        "1 Clara Juhl transferred +4522334455"
    ], "nobody reads of listening in to a colleague"


@pytest.mark.parametrize("form", ["play", "share"])
def test_what_a_form_has_shown_is_loaded_again_as_the_player(anna: Browser, form: str) -> None:
    answer = anna.get(f"/recordings/a-rec/{form}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/recordings/a-rec")


def test_a_colleague_s_recording_is_as_if_there_were_none(console: Console, new_browser: Callable[..., Any]) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    for recording in ("a-rec", "no-such", "%00", "x" * 500):
        page = f"/recordings/{recording}"
        assert [bo.get(path).status_code for path in (page, f"{page}/waveform")] == [404, 404]
        assert bo.post(f"{page}/play").status_code == 404
        assert bo.get(f"{page}/audio", **PLAYER).status_code == 403
        assert bo.post(f"{page}/share", email="a@b.example", subject="x").status_code == 403
    assert plays_of(console.store) == []


def test_another_company_s_recording_is_as_if_there_were_none(anna: Browser, console: Console) -> None:
    ledger.apply(console.store, recorded_call("beta", BETA))
    assert anna.get("/recordings/beta-rec").status_code == 404
    assert anna.post("/recordings/beta-rec/play").status_code == 404
    assert anna.get("/recordings/beta-rec/audio", **PLAYER).status_code == 403
    assert anna.post("/recordings/beta-rec/share", email="a@b.example", subject="x").status_code == 404


def test_one_s_own_is_heard_by_who_has_no_other_right_and_not_shared(
    console: Console, new_browser: Callable[..., Any]
) -> None:
    console.made("1001", "anna@acme.example", "my-console")
    anna = new_browser()
    anna.sign_in()
    page = anna.get(PAGE).text
    assert f"{PAGE}/play" in page and f"{PAGE}/share" not in page
    anna.post(f"{PAGE}/play")
    assert anna.get(AUDIO, **PLAYER).status_code == 200
    assert "Played by" in anna.get(PAGE).text, "who hears their own sees who heard it"


def test_where_a_reason_is_asked_for_there_is_no_playing_without(anna: Browser, console: Console) -> None:
    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "playback_reason": True})

    edit(console.store, ACME, "operator", change)
    assert 'name="reason"' in anna.get(PAGE).text
    answer = anna.post(f"{PAGE}/play", reason=" ")
    assert (answer.status_code, "Write why you want to hear" in answer.text) == (422, True)
    assert press_by_script(anna).json == {"message": "Write why you want to hear the recording."}
    assert anna.get(AUDIO, **PLAYER).status_code == 403
    assert press_by_script(anna, reason="<b>a complaint</b>\n1").json == {"message": ""}
    page = anna.get(PAGE).text
    assert "&lt;b&gt;a complaint&lt;/b&gt; 1" in page and "<b>a complaint" not in page


def test_a_reason_that_is_too_long_is_refused_and_kept(anna: Browser, console: Console) -> None:
    answer = anna.post(f"{PAGE}/play", reason="why\r\n" + "x" * 10_000)
    assert (answer.status_code, "300 characters at most" in answer.text) == (422, True)
    assert plays_of(console.store) == []


def test_who_played_it_stands_below_by_name(hearing: Browser, console: Console) -> None:
    page = hearing.get(PAGE).text
    assert "Anna" in page and "1001@acme.example" not in page


def test_names_and_numbers_are_text_whatever_they_hold(anna: Browser, console: Console) -> None:
    hostile = '"><img src=x onerror=alert(1)>'
    inputs = {
        "caller": {"user": None, "numbers": [hostile]},
        "answerer": {"user": {"username": "1001", "name": hostile}},
    }
    known = {"inputs": inputs, "caller": hostile, "answerer": hostile}
    ledger.apply(console.store, [seen("x", caller=hostile), decided("x", **known), *recorded_call("x")[3:]])
    page = anna.get("/recordings/x-rec").text
    assert "&lt;img src=x" in page and "<img" not in page


def test_one_that_is_not_ready_says_so_and_has_no_player(anna: Browser, console: Console) -> None:
    ledger.apply(console.store, [seen("b"), decided("b"), started("b")])
    page = anna.get("/recordings/b-rec")
    assert (page.status_code, "data-player" in page.text) == (200, False)
    assert "nothing to hear yet" in page.text
    assert anna.post("/recordings/b-rec/play").status_code == 403
    assert anna.get("/recordings/b-rec/waveform").status_code == 403


def test_the_page_lets_in_one_style_of_its_own_and_nothing_else(anna: Browser) -> None:
    first, second = (anna.get(PAGE) for _ in range(2))
    policies = [answer.headers["Content-Security-Policy"] for answer in (first, second)]
    nonces = [policy.partition("'nonce-")[2].partition("'")[0] for policy in policies]
    assert nonces[0] != nonces[1] and len(nonces[0]) > 20
    assert f'data-nonce="{nonces[0]}"' in first.text
    assert "script-src 'self';" in policies[0] and "unsafe" not in policies[0]
    assert "nonce" not in anna.get("/account").headers["Content-Security-Policy"]


def test_the_speed_is_the_viewer_s_for_all_their_players(anna: Browser) -> None:
    assert '<option value="1.0" selected>' in anna.get(PAGE).text
    assert anna.post("/account/speed", speed="1.5").status_code == 204
    assert anna.post("/account/speed", speed="99").status_code == 422
    page = anna.get(PAGE).text
    assert '<option value="1.5" selected>' in page and 'value="1.0" selected' not in page


@pytest.mark.parametrize("language", ["da", "sv", "en"])
def test_the_script_s_words_are_the_viewer_s(anna: Browser, language: str) -> None:
    anna.post("/language", language=language, back=PAGE)
    page = anna.get(PAGE).text
    assert {"da": "Mellemrum", "sv": "mellanslag", "en": "space"}[language].casefold() in page.casefold()
    assert {"da": "1,25×", "sv": "1,25×", "en": "1.25×"}[language] in page


def test_a_press_by_script_is_answered_in_json(anna: Browser) -> None:
    answer = press_by_script(anna)
    assert (answer.status_code, json.loads(answer.data)) == (200, {"message": ""})
