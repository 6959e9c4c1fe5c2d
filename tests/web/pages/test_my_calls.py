"""What others did with one's own calls, and nobody else's."""

from typing import Any

import pytest

from fsplug.policy.listening.gate import Door, Ending
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import DecisionMade, ListenBegan, ListenEnded
from fsplug.store.config.actors import actor
from fsplug.store.recordings import access, share_visits, shares
from fsplug.store.recordings.shares import Offer
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import decided, recorded_call
from tests.web.conftest import Browser


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser; the recording `a-rec` is hers. Bo is a superuser beside her."""
    console.made()
    console.made("1002", "bo@acme.example", "superuser")
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser


def _listen(console: Console, listen: str, seconds: float | None, ending: Ending = Ending.LISTENER_HUNG_UP) -> None:
    at = console.clock.now
    began = ListenBegan(
        listen=listen,
        company=ACME,
        switch="fs1",
        listener="1002",
        target="1001",
        dialled="*28*1001",
        door=Door.DESK,
        call="a",
        target_leg="a-b",
        listener_leg=f"{listen}-leg",
        at=at,
    )
    ended = [] if seconds is None else [ListenEnded(listen, at + seconds, ending)]
    ledger.apply(console.store, [began, *ended])


def test_nobody_did_anything_is_said_kindly(anna: Browser) -> None:
    assert "Nobody else has listened to your calls" in anna.get("/my-calls").text


def test_who_listened_played_and_shared_stands_there_newest_first(anna: Browser, console: Console) -> None:
    bo = actor(console.store, ACME, "1002")
    _listen(console, "first", 75.0)
    console.clock.turn(60.0)
    access.play(console.store, ACME, "a-rec", bo)
    console.clock.turn(60.0)
    shares.create(console.store, ACME, Offer("a-rec", "lawyer@outside.example", "The call"), bo)
    page = anna.get("/my-calls").text
    order = [page.index(said) for said in ("Bo shared the recording with lawyer@", "Bo played the", "Bo listened in")]
    assert order == sorted(order)
    assert "1:15" in page and "+4522334455" in page


def _talk(decision: str, at: float, caller: str, username: str, name: str) -> DecisionMade:
    """One of the talks of call `a`: somebody outside with this user."""
    user = {"numbers": [username], "user": {"username": username, "name": name}}
    more: dict[str, Any] = {"decision": decision, "talk": decision, "record": False, "recording": None, "path": None}
    return decided("a", at=at, caller=caller, user=username, answerer=username, inputs={"answerer": user}, **more)


def test_a_listen_in_says_whose_call_was_heard_the_one_of_that_moment(anna: Browser, console: Console) -> None:
    now = console.clock.now
    talks = [(-90.0, "+4522334455", "1001", "Anna"), (-50.0, "+4570101166", "1001", "Anna")]
    talks += [(-10.0, "+4570101177", "1003", "Clara"), (60.0, "+4570101188", "1001", "Anna")]
    ledger.apply(console.store, [_talk(who[1], now + who[0], *who[1:]) for who in talks])
    _listen(console, "first", 30.0)
    page = anna.get("/my-calls").text
    assert "+4570101166 → Anna" in page
    assert not any(other in page for other in ("+4522334455", "+4570101177", "+4570101188"))


def test_a_listen_in_that_goes_on_is_shown_as_such_and_one_in_which_nothing_was_heard_is_not_shown(
    anna: Browser, console: Console
) -> None:
    _listen(console, "unheard", 1.0, Ending.NEVER_HEARD)
    assert "listened in" not in anna.get("/my-calls").text
    _listen(console, "now", None)
    assert "is listening in" in anna.get("/my-calls").text


def test_what_somebody_outside_played_stands_there_too(anna: Browser, console: Console) -> None:
    bo = actor(console.store, ACME, "1002")
    share, _ = shares.create(console.store, ACME, Offer("a-rec", "lawyer@outside.example", "The call"), bo)
    cookie = share_visits.begin(console.store, shares.new_link(console.store, share), "198.51.100.7", "browser")
    share_visits.prove(console.store, cookie, shares.new_code(console.store, share), "198.51.100.7")
    share_visits.play(console.store, cookie, "198.51.100.7")
    assert "lawyer@outside.example played the shared recording" in anna.get("/my-calls").text


def test_one_s_own_acts_and_other_people_s_calls_are_not_there(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    ledger.apply(console.store, recorded_call("c")[:2])
    ledger.apply(console.store, [decided("c", user="1003", answerer="1003")])
    access.play(console.store, ACME, "a-rec", actor(console.store, ACME, "1001"))
    assert "Anna played" not in anna.get("/my-calls").text
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    _listen(console, "first", 5.0)
    assert "Anna" not in bo.get("/my-calls").text.partition("<main")[2]


def test_every_page_goes_on_where_the_one_before_ended(
    anna: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsplug.web.pages.my_calls.views.ROWS", 2)
    bo = actor(console.store, ACME, "1002")
    for _ in range(5):
        access.play(console.store, ACME, "a-rec", bo)
    rows, path = [], "/my-calls"
    while path:
        page = anna.get(path).text
        rows.append(page.count("Bo played"))
        path = page.partition('href="/my-calls?')[2].partition('"')[0]
        path = f"/my-calls?{path}" if path else ""
    assert rows == [2, 2, 1]


@pytest.mark.parametrize("before", ["x", "-1", "9" * 60, "1 OR 1=1"])
def test_a_forged_cursor_is_the_first_page(anna: Browser, before: str) -> None:
    assert anna.get(f"/my-calls?before={before}").status_code == 200


def test_an_address_outside_that_reads_like_a_colleague_is_not_taken_for_one(anna: Browser, console: Console) -> None:
    bo = actor(console.store, ACME, "1002")
    for email in ("1001@acme.example", "1002@acme.example"):
        share, _ = shares.create(console.store, ACME, Offer("a-rec", email, "The call"), bo)
        cookie = share_visits.begin(console.store, shares.new_link(console.store, share), "198.51.100.7", "browser")
        share_visits.prove(console.store, cookie, shares.new_code(console.store, share), "198.51.100.7")
        share_visits.play(console.store, cookie, "198.51.100.7")
    page = anna.get("/my-calls").text
    assert "&lt;1001@acme.example&gt; played the shared" in page, "it is not Anna herself, whose own acts are left out"
    assert "&lt;1002@acme.example&gt; played the shared" in page and "Bo played" not in page
