"""The first page: the day at a glance for superusers, and the way on for others."""

import re
from datetime import UTC
from typing import Any

import pytest

from fsplug.errors import Unavailable
from fsplug.policy.conversation.events import Change
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.calls.conversation_entries import CallChanged
from fsplug.store.calls.entries import GapFound, OutageSeen, TalkWitnessed
from fsplug.store.calls.overview import Growth, Hour
from fsplug.store.config.actors import actor
from fsplug.store.outbox import mails
from fsplug.store.recordings import playbacks
from fsplug.web.kernel.feed import Feed
from fsplug.web.kernel.formatting import Moments
from fsplug.web.pages.home.now import FOLLOWS
from fsplug.web.pages.home.plot import plot
from fsplug.web.pages.home.storage import Storage, storage
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call, stopped
from tests.web.conftest import Browser


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna's browser; she is a superuser."""
    console.made()
    browser.sign_in()
    browser.post("/language", language="en", back="/")
    return browser


def _figures(page: str) -> list[str]:
    return re.findall(r'<p class="figure">(?:<a [^>]*>)?([^<]*)(?:</a>)?</p>', page)


def test_today_s_calls_and_recordings_are_counted_by_hour(anna: Browser, console: Console) -> None:
    now = console.clock.now
    for number in range(3):
        ledger.apply(console.store, recorded_call(f"today-{number}", at=now - 60.0))
    ledger.apply(console.store, recorded_call("yesterday", at=now - 86_400.0))
    ledger.apply(console.store, recorded_call("theirs", company=BETA, at=now - 60.0))
    page = anna.get("/").text
    assert _figures(page)[:2] == ["3", "3"]
    assert re.search(r"<title>\d\d:\d\d: 3 calls, 3 recordings</title>", page)
    assert "style=" not in page
    [drawn, listed] = re.findall(r'href="(/recordings\?[^"]*hour=[^"]*)"', page)
    hour = anna.get(drawn.replace("&amp;", "&"))
    assert drawn == listed and len(set(re.findall(r'href="/recordings/(today-\d-rec)', hour.text))) == 3
    assert "today-0-rec" not in anna.get(re.sub(r"hour=\d+", "hour=0", drawn.replace("&amp;", "&"))).text


def test_one_hour_is_of_one_day(anna: Browser) -> None:
    page = anna.get("/recordings?period=week&hour=13")
    assert page.status_code == 422 and "Pick a single day" in page.text
    assert anna.get("/recordings?period=today&hour=24").status_code == 200


def test_who_played_unusually_many_recordings_is_named(anna: Browser, console: Console) -> None:
    assert "recordings within an hour" not in anna.get("/").text
    ledger.apply(console.store, [entry for number in range(3) for entry in recorded_call(f"n{number}")])
    session = sessions.listed(console.store, ACME, "1001")[0]
    for number in range(3):
        playbacks.begin(console.store, session, actor(console.store, ACME, "1001"), f"n{number}-rec", per_hour=2)
    page = anna.get("/").text
    assert re.search(r"Anna[^<]* played 3 recordings within an hour", page)
    assert 'href="/activity?act=many-plays"' in page
    assert "Played unusually many recordings within an hour" in anna.get("/activity?act=many-plays").text


def test_a_day_without_calls_says_so(anna: Browser) -> None:
    assert "No calls yet today" in anna.get("/").text


def test_gaps_are_shown_with_their_causes_in_words(anna: Browser, console: Console) -> None:
    at = console.clock.now - 3_600.0
    assert "Everything that should be recorded was" in anna.get("/").text
    ledger.apply(console.store, [GapFound(ACME, "a", "a-dec", "a-rec", "write-stalled", "it stands still", at)])
    page = anna.get("/").text
    assert _figures(page)[2] == "1" and "The file stopped growing" in page


def test_outages_and_calls_that_had_no_verdict_in_time_are_shown(anna: Browser, console: Console) -> None:
    at = console.clock.now - 3_600.0
    assert "Outages" not in anna.get("/").text
    talk = ("A:B:0", "A", "switch", at, at + 60.0, False, "a-dec", "out")
    outage = OutageSeen("out", "switch", "frozen", at - 60.0, at + 60.0)
    ledger.apply(console.store, [outage, TalkWitnessed("a", ACME, *talk), TalkWitnessed("c", BETA, *talk)])
    page = anna.get("/").text
    assert "Outages" in page and "fsplug was not responding" in page
    assert "1 call was decided afterwards" in page
    assert "1 call began without an answer from fsplug in time." in page


def test_mail_that_failed_is_shown_with_its_reason_in_words(anna: Browser, console: Console) -> None:
    def fails(kind: mails.MailKind) -> str:
        mail = mails.queue(console.store, ACME, kind, "1001", "gone@acme.example", "en")
        mails.failed(console.store, mail, "mail-no-mailbox", "550 5.1.1 no such mailbox")
        return anna.get("/").text

    page = fails(mails.MailKind.RESET)
    assert "1 not sent" in page and page.count("gone@acme.example") == 1 and "e-mails</span>" not in page
    assert "The address does not exist" in page and "550" not in page
    # Of several to one address that fail in the same way, the number is told.
    page = fails(mails.MailKind.PASSWORD)
    assert "2 not sent" in page and page.count("gone@acme.example") == 1 and "2 e-mails</span>" in page


def test_the_archive_says_what_is_used_and_until_when_there_is_room(
    anna: Browser, archive: Any, console: Console
) -> None:
    assert "take up no more space" in anna.get("/").text
    ledger.apply(console.store, recorded_call("heavy", at=console.clock.now - 60.0))
    page = anna.get("/").text
    assert re.search(r'<p class="figure">[^<]* used</p>\s*<meter', page)
    assert "storage lasts for more than 5 years" in page
    archive.root = archive.root / "gone"
    assert "does not report how much space" in anna.get("/").text


def test_the_pace_of_a_week_says_when_the_archive_is_full() -> None:
    day = 86_400.0
    grown = Growth(recorded=80, first_at=2 * day, freed=40)
    assert storage((100, 1_000), grown, now=6 * day) == Storage(900, 100, 1_000, 10, 16 * day)
    assert storage((100, 1_000), Growth(40, 2 * day, 80), now=6 * day).full_at is None
    assert storage((10**9, 10**9), grown, now=6 * day).full_at is None, "what is years away is not foretold"


@pytest.mark.parametrize(
    ("most", "ticks"), [(0, [0, 1]), (3, [0, 1, 2, 3]), (18, [0, 5, 10, 15, 20]), (79, [0, 20, 40, 60, 80])]
)
def test_the_scale_has_a_few_round_numbers(most: int, ticks: list[int]) -> None:
    drawn = plot([Hour(43_200.0, most, 0), Hour(82_800.0, 0, 0)], Moments(UTC, "en", 0.0))
    assert [number for number, _ in drawn.ticks] == ticks
    assert [bar.label for bar in drawn.bars] == ["12"]


class _Live:
    def __init__(self, calls: CompanyCalls | None) -> None:
        self._calls = calls

    def calls(self, company: str) -> CompanyCalls:
        if self._calls is None:
            raise Unavailable("switch-away", "it is away")
        return self._calls

    def own_calls(self, company: str, username: str) -> list[Any]:
        return []

    def note(self, company: str, username: str) -> None:
        return None


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        (None, "The phone system is not answering"),
        (CompanyCalls(), "Nobody is on the phone right now"),
        (CompanyCalls({"1001": UserTalk("1001", listeners=("1002",))}), "Bo is listening in on Anna"),
    ],
)
def test_who_is_on_the_phone_is_shown_while_the_switch_is_there(
    anna: Browser, app: Any, calls: CompanyCalls | None, said: str
) -> None:
    object.__setattr__(app.extensions["services"], "live", _Live(calls))
    assert said in anna.get("/").text


def _talks(page: str) -> list[list[str]]:
    """What stands in each row of those on the phone."""
    part = page.split('id="home-now"')[1].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in part.split("</tr>")[:-1]]
    return [[re.sub(r"<[^>]*>", "", one).strip() for one in row] for row in cells]


def test_each_talk_is_there_once_with_both_since_when_and_what_becomes_of_its_recording(
    anna: Browser, app: Any, console: Console
) -> None:
    now = console.clock.now
    inputs = {"caller": {"numbers": ["+4522334455"]}, "answerer": {"user": {"username": "1001", "name": "Anna"}}}
    ledger.apply(console.store, recorded_call("out", at=now - 60.0, inputs=inputs)[:4])
    ledger.apply(console.store, recorded_call("theirs", company=BETA, at=now - 60.0)[:4])
    within = [UserTalk("1002", now - 30.0, other="1003"), UserTalk("1003", now - 30.0, other="1002")]
    calls = CompanyCalls({one.username: one for one in (*within, UserTalk("1001", now - 59.0))})
    object.__setattr__(app.extensions["services"], "live", _Live(calls))
    talks = [(who.split()[0], other.split()[0], state) for who, other, _, state, _ in _talks(anna.get("/").text)]
    assert talks == [("Anna", "+4522334455", "Being recorded"), ("Bo", "Clara", "Not decided yet")]
    services, session = app.extensions["services"], sessions.listed(console.store, ACME, "1001")[0]
    feed = Feed(app, services, session, [], FOLLOWS)
    assert b"Being recorded" in feed.look()
    pause = CallChanged("p", ACME, "out", Change.PAUSE, now - 5.0, "out-b", None, "1001", "1001", "page", None)
    ledger.apply(console.store, [pause])
    told = feed.look()
    assert b"home-now" in told and b"Paused" in told and b"Being recorded" not in told
    ledger.apply(console.store, [stopped("out", now)])
    assert b"Not recorded" in feed.look()
    assert b"home-now" not in Feed(app, services, session, []).look(), "another page of the same viewer"
    console.give("1001", role="my-console")
    assert b"home-now" not in Feed(app, services, session, [], FOLLOWS).look(), "whoever hears only their own"


def test_others_are_led_on(console: Console, new_browser: Any) -> None:
    console.made("1002", "bo@acme.example", "my-console")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    answer = bo.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/recordings")
    console.give("1002", admin="company-admin")
    bo.sign_in(email="bo@acme.example")
    assert bo.get("/").headers["Location"] == "/people"
