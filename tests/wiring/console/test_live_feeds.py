"""Streams of open pages: what they tell, how many there may be, and when they end."""

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.listening.live_calls import UserTalk
from fsplug.store.accounts import sessions
from fsplug.web.kernel.live import Note
from fsplug.wiring.console import live_feeds
from tests.store.accountcast import BO
from tests.store.cast import ACME, BETA
from tests.wiring.consoleclient import RunningConsole, running_console, until

ANNA, CLARA = "1001", "1003"


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningConsole]:
    """Anna's and Bo's accounts; sessions are looked at every half second."""
    monkeypatch.setattr(live_feeds, "SESSION_SECONDS", 0.5)
    with running_console(tmp_path) as found:
        found.console.made()
        found.console.made("1002", BO, "my-console")
        yield found


def test_a_stream_begins_with_everything_and_goes_on_with_what_is_new(running: RunningConsole) -> None:
    running.live.put(UserTalk(CLARA, 1_800_000_000.0))
    stream = running.open(running.session(), f"{CLARA},1002")
    assert stream.status == "200"
    until(lambda: f'id="state-{CLARA}"' in stream.read and 'id="state-1002"' in stream.read, "everything comes")
    first = len(stream.read)
    running.live.put(UserTalk("1002"))
    until(lambda: 'id="state-1002"' in stream.read[first:], "the change comes")
    until(lambda: f'id="state-{CLARA}"' in stream.read[first:], "the other one too")
    assert 'id="hears-me"' not in stream.read[first:], "what has not changed is not sent again"


def test_the_target_sees_the_listener_and_the_end(running: RunningConsole) -> None:
    stream = running.open(running.session())
    until(lambda: 'id="hears-me"' in stream.read, "the first state")
    running.live.put(UserTalk(ANNA, listeners=("1002",)))
    until(lambda: "Bo is listening to your call" in stream.read, "the banner")
    known = len(stream.read)
    running.live.put(UserTalk(ANNA))
    until(lambda: 'id="hears-me"' in stream.read[known:], "its end")
    assert "is listening" not in stream.read[known:]


def test_who_has_a_page_in_sight_is_reported_until_the_last_one_is_closed(running: RunningConsole) -> None:
    streams = [running.open(running.session()), running.open(running.session()), running.open(running.session("1002"))]
    until(lambda: set(running.live.viewers) == {(ACME, ANNA), (ACME, "1002")}, "both are reported")
    streams[0].close()
    streams[2].close()
    until(lambda: set(running.live.viewers) == {(ACME, ANNA)}, "Anna has another one")
    streams[1].close()
    until(lambda: not running.live.viewers, "nobody is left")


def test_a_profile_chosen_elsewhere_is_shown(running: RunningConsole) -> None:
    stream = running.open(running.session(), CLARA)
    until(lambda: f'id="state-{CLARA}"' in stream.read, "the first state")
    running.console.give(CLARA, profile=[{"name": "at lunch", "active": True}])
    until(lambda: "at lunch" in stream.read, "the change of the store")


def test_every_open_page_shows_the_result_of_the_ringing_once(running: RunningConsole) -> None:
    streams = [running.open(running.session()) for _ in range(2)]
    until(lambda: all("hears-me" in one.read for one in streams), "the first state")
    running.live.notes[ACME, ANNA] = Note("phone-not-answered", time.monotonic())
    until(lambda: all("Your phone was not answered" in one.read for one in streams), "the note")
    running.live.put(UserTalk(ANNA, listeners=("1002",)))
    until(lambda: all("is listening" in one.read for one in streams), "what comes after it")
    assert [one.read.count("Your phone was not answered") for one in streams] == [1, 1]


def test_what_came_of_the_ringing_is_no_news_to_a_page_opened_later(running: RunningConsole) -> None:
    running.live.notes[ACME, ANNA] = Note("phone-not-answered", time.monotonic() - 10.0)
    stream = running.open(running.session())
    until(lambda: "live-away" in stream.read, "the first state")
    assert "not answered" not in stream.read


def test_a_switch_that_goes_and_comes_back_is_shown(running: RunningConsole) -> None:
    stream = running.open(running.session(), CLARA)
    until(lambda: 'id="live-away"' in stream.read, "the first state")
    running.live.is_up = False
    until(lambda: "is not answering right now" in stream.read, "it is away")
    known = len(stream.read)
    running.live.is_up = True
    until(lambda: 'id="live-away"' in stream.read[known:], "it is back")


def test_another_company_s_calls_wake_nobody(running: RunningConsole) -> None:
    stream = running.open(running.session(), "1001,1002,1003")
    until(lambda: "hears-me" in stream.read, "the first state")
    known = len(stream.read)
    running.live.put(UserTalk("1001", listeners=("1001",)), company=BETA)
    running.live.put(UserTalk(CLARA))
    until(lambda: "state-1003" in stream.read[known:], "our own")
    assert "state-1001" not in stream.read[known:] and "is listening" not in stream.read


def test_people_of_another_company_are_not_shown_whoever_is_asked_for(running: RunningConsole) -> None:
    running.console.store.run("UPDATE \"user\" SET name = 'Birgitta!' WHERE name = 'Birgitta'")
    stream = running.open(running.session(), "nobody,<script>,1003," + "x" * 3000)
    until(lambda: "state-1003" in stream.read, "the one there is")
    assert "Birgitta" not in stream.read and "script" not in stream.read


def test_it_ends_when_the_person_signs_out(running: RunningConsole) -> None:
    cookie = running.session()
    stream = running.open(cookie)
    until(lambda: "hears-me" in stream.read, "the first state")
    sessions.end_all(running.store, ACME, ANNA, "test")
    until(lambda: "event: over" in stream.read, "the page is updated")
    assert "302" in running.page("/live", cookie)


@pytest.mark.parametrize("given", [{"role": None}])
def test_it_ends_when_the_role_is_lost(running: RunningConsole, given: dict[str, Any]) -> None:
    stream = running.open(running.session())
    until(lambda: "hears-me" in stream.read, "the first state")
    running.console.give(ANNA, **given)
    until(lambda: "event: over" in stream.read, "the page is updated")


def test_an_open_page_keeps_no_session_alive(running: RunningConsole) -> None:
    cookie = running.session()
    stream = running.open(cookie)
    for _ in range(3):
        running.console.clock.turn(sessions.IDLE_SECONDS / 3 + 1)
        running.open(cookie)
    until(lambda: "event: over" in stream.read, "it runs out")


def test_a_user_has_five_and_the_next_is_refused_politely(
    running: RunningConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is sent into a closed connection tells of its end, too.
    monkeypatch.setattr(live_feeds, "ALIVE_SECONDS", 2 * PATIENCE_SECONDS)
    cookie = running.session()
    assert [running.open(cookie).status for _ in range(6)] == ["200"] * 5 + ["429"]
    assert running.open(running.session("1002")).status == "200", "others have theirs"
    running.streams[0].close()
    until(lambda: running.open(cookie).status == "200", "the place of one who went is free")


def test_the_console_has_room_for_so_many(running: RunningConsole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_feeds, "OVERALL", 3)
    monkeypatch.setattr(live_feeds, "PER_USER", 100)
    cookie = running.session()
    assert [running.open(cookie).status for _ in range(4)] == ["200"] * 3 + ["503"]
    assert running.page("/account", cookie) == "HTTP/1.1 200 OK"


def test_a_browser_that_slept_gets_everything_again(running: RunningConsole) -> None:
    cookie = running.session()
    first = running.open(cookie, CLARA)
    until(lambda: "state-1003" in first.read, "the first state")
    first.close()
    running.live.put(UserTalk(CLARA))
    again = running.open(cookie, CLARA, Last_Event_ID="'; DROP TABLE \x41")
    until(lambda: "badge live" in again.read, "all of it, as it is now")


def test_who_does_not_read_costs_nothing_and_is_cut(running: RunningConsole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_feeds, "SEND_SECONDS", 0.5)
    monkeypatch.setattr(live_feeds, "PACE_SECONDS", 0.0)
    monkeypatch.setattr("fsplug.web.kernel.feed.Feed._event", lambda feed, parts: b":" + b"x" * 1_000_000 + b"\n\n")
    running.open(running.session(), reads=False)
    feeds = running.web._feeds
    assert len(feeds) == 1

    times = itertools.count(1.0)

    def has_gone() -> bool:
        running.live.put(UserTalk(CLARA, next(times)))
        return len(feeds) == 0

    until(has_gone, "it is cut")


def test_a_hundred_pages_are_updated_while_others_are_answered(
    running: RunningConsole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_feeds, "PER_USER", 100)
    monkeypatch.setattr(live_feeds, "ALIVE_SECONDS", 2 * PATIENCE_SECONDS)
    cookie = running.session()
    streams = [running.open(cookie, "1001,1002,1003") for _ in range(100)]
    until(lambda: all("state-1003" in one.read for one in streams), "all have begun")
    before = _resident_bytes()
    for round_ in range(5):
        known = [len(one.read) for one in streams]
        running.live.put(*([UserTalk(CLARA, float(round_))] if round_ % 2 == 0 else []))
        page = gevent.spawn(running.page, "/account", cookie)
        until(
            lambda known=known: all("state-1003" in one.read[at:] for one, at in zip(streams, known, strict=True)),
            "all are updated",
        )
        assert page.get(timeout=PATIENCE_SECONDS) == "HTTP/1.1 200 OK"
    assert _resident_bytes() - before < 30_000_000
    for one in streams:
        one.close()
    until(lambda: len(running.web._feeds) == 0, "their places are free")


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
