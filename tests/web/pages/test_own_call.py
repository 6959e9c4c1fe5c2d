"""The panel of one's own call, above every page: what it says, and what it does."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from fsplug.errors import FsplugError, Refused, Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.policy.recording.control import Act, ControlRequest, ControlTerms, Reason, Stage, refusals
from fsplug.policy.recording.own_call import OwnCall
from fsplug.policy.recording.withdrawal import WITHDRAW, Withdrawal
from fsplug.policy.terms import Start
from fsplug.store.accounts import accounts, sessions
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.web.kernel.feed import Feed
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import decided, seen
from tests.tables import table
from tests.web.conftest import Browser

MAY_PAUSE = ControlRequest(Act.PAUSE, terms=ControlTerms(rights=frozenset({Act.PAUSE})))
PAUSED = replace(MAY_PAUSE, is_paused=True)
MAY_ALL = ControlTerms(rights=frozenset(Act) - {Act.RESUME})


def own(facts: ControlRequest = MAY_PAUSE, until: float | None = None, **known: Any) -> OwnCall:
    return OwnCall("live", "live", facts, refusals(facts), until, **known)


@dataclass
class OwnCalls:
    """Anna's calls, as the calls process would tell of them."""

    calls_now: CompanyCalls = field(default_factory=CompanyCalls)
    own: Sequence[OwnCall] = ()
    asked: list[tuple[str, str, str, str]] = field(default_factory=list)
    outcome: FsplugError | None = None

    def talk(self, *found: OwnCall, **facts: Any) -> None:
        self.own = found
        self.calls_now = CompanyCalls({"1001": UserTalk("1001", 100.0, **facts)}, frozenset({"1001"}))

    def calls(self, company: str) -> CompanyCalls:
        return self.calls_now

    def own_calls(self, company: str, username: str) -> Sequence[OwnCall]:
        return self.own if (company, username) == (ACME, "1001") else ()

    def control(self, company: str, username: str, call: str, act: str) -> None:
        self.asked.append((company, username, call, act))
        if self.outcome is not None:
            raise self.outcome

    def note(self, company: str, username: str) -> None:
        return None


@pytest.fixture
def live() -> OwnCalls:
    """Nobody talks yet."""
    return OwnCalls()


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """She sees her own recordings alone."""
    console.made(role="my-console")
    accounts.choose_language(console.store, ACME, "1001", "en")
    browser.sign_in()
    return browser


INPUTS = {"caller": {"numbers": ["+4522334455"]}, "answerer": {"user": {"username": "1001", "name": "Anna"}}}


def recorded(store: Store, at: float, **verdict: Any) -> None:
    """The decision on Anna's talk with a customer."""
    made = {"inputs": INPUTS, "rule": "department-policy", "reason": "box-ticked", "group": None, **verdict}
    ledger.apply(store, [seen("live", at=at - 5), decided("live", at=at, **made)])


def said(page: str) -> list[str]:
    """What the panel says, line by line."""
    panel = re.split(r'<div id="own-call-said"', page)[1].split('<div class="head">')[0].split("data: <span id=")[0]
    texts = re.findall(r">([^<>]+)<", html.unescape(panel))
    return [text for text in (" ".join(one.split()) for one in texts) if text]


def acts(page: str) -> list[str]:
    return re.findall(r'name="act" value="(\w+)"', page)


def test_nothing_is_there_while_the_viewer_is_in_no_call(anna: Browser, live: OwnCalls) -> None:
    for path in ("/colleagues", "/account"):
        assert said(anna.get(path).text) == []


def test_it_says_to_whom_how_long_and_whether_it_is_recorded_and_why(
    anna: Browser, console: Console, live: OwnCalls
) -> None:
    recorded(console.store, console.clock.now - 65)
    live.talk(own(), listeners=("1002",))
    page = anna.get("/account").text
    assert said(page) == [
        *("The call is being recorded.", "The department records these calls."),
        *("You are talking to +4522334455", "1:05", "Listening in: Bo", "Pause"),
        *("Stop the recording:", "Your department or ring group does not allow it."),
    ]
    assert 'data-runs="65.0"' in page and acts(page) == ["pause"]


def test_a_ring_group_that_decides_is_named(anna: Browser, console: Console, live: OwnCalls) -> None:
    recorded(console.store, console.clock.now - 65, reason="group-says-always", group="2001")
    live.talk(own())
    assert said(anna.get("/account").text)[1] == "The ring group is always recorded: Sales."


def test_a_pause_says_until_when_and_counts_down(anna: Browser, console: Console, live: OwnCalls) -> None:
    recorded(console.store, console.clock.now - 65)
    live.talk(own(PAUSED, console.clock.now + 42))
    page = anna.get("/account").text
    assert acts(page) == ["resume"] and 'data-left="42.0">0:42<' in page
    assert any(one.startswith("Paused until ") for one in said(page))


def test_each_state_has_its_words_and_its_buttons(anna: Browser, console: Console, live: OwnCalls) -> None:
    recorded(console.store, console.clock.now - 65)
    on_demand, keeping = (replace(MAY_ALL, start=one) for one in (Start.ON_DEMAND, Start.KEEP_ON_DEMAND))
    with table() as rows:
        for facts, words, buttons in (
            (replace(MAY_PAUSE, terms=MAY_ALL), "is being recorded.", ["pause", "stop"]),
            (replace(MAY_PAUSE, terms=keeping), "unless you keep it", ["keep", "pause", "stop"]),
            (replace(MAY_PAUSE, terms=keeping, is_kept=True), "is being recorded.", ["pause", "stop"]),
            (replace(MAY_PAUSE, terms=on_demand, stage=Stage.NOT_STARTED), "has not started", ["start"]),
            (replace(MAY_PAUSE, terms=MAY_ALL, stage=Stage.STOPPED), "has been stopped", []),
        ):
            with rows.row(words):
                live.talk(own(facts))
                page = anna.get("/account").text
                assert (acts(page), words in " ".join(said(page))) == (buttons, True)


def test_what_is_not_allowed_is_said_once_with_the_reason_to_whom_something_is(
    anna: Browser, console: Console, live: OwnCalls
) -> None:
    recorded(console.store, console.clock.now - 65)
    keeping = ControlTerms(Start.KEEP_ON_DEMAND, frozenset({Act.KEEP}))
    live.talk(own(ControlRequest(Act.PAUSE, terms=keeping)))
    page = anna.get("/account").text
    assert acts(page) == ["keep"] and page.count("Your department or ring group does not allow it.") == 1
    assert "Pause, Stop the recording:" in " ".join(said(page)).replace(" ,", ",")
    live.talk(own(ControlRequest(Act.PAUSE)))
    page = anna.get("/account").text
    assert acts(page) == [] and "allow it" not in page


def test_a_consent_is_withdrawn_where_it_can_be_once_that_is_confirmed(
    anna: Browser, console: Console, live: OwnCalls
) -> None:
    recorded(console.store, console.clock.now - 65)
    nothing = ControlRequest(Act.PAUSE)
    live.talk(own(nothing))
    assert acts(anna.get("/account").text) == []
    live.talk(own(nothing, withdrawal=Withdrawal.POSSIBLE))
    page = anna.get("/account").text
    assert acts(page) == [WITHDRAW] and "permanently deleted. This can't be undone." in " ".join(said(page))
    assert anna.post("/my-call", call="live", act=WITHDRAW, back="/account").status_code == 303
    assert live.asked == [(ACME, "1001", "live", WITHDRAW)]
    live.talk(own(replace(nothing, is_wanted=False), withdrawal=Withdrawal.DONE))
    page = anna.get("/account").text
    assert acts(page) == [] and "The consent has been withdrawn." in " ".join(said(page))
    assert "The department records these calls" not in page


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ({"record": False, "recording": None, "reason": "user-without-flag"}, "The call is not being recorded."),
        ({"user": "1002", "recording": "x"}, "The call is being recorded for Bo."),
    ],
)
def test_who_is_not_recorded_is_told_so(
    anna: Browser, console: Console, live: OwnCalls, verdict: dict[str, Any], words: str
) -> None:
    recorded(console.store, console.clock.now - 65, **verdict)
    live.talk(own(ControlRequest(Act.PAUSE, is_recorded_user="user" not in verdict, is_wanted=False)))
    page = anna.get("/account").text
    assert words in said(page) and acts(page) == []


def test_a_call_of_another_node_can_t_be_controlled_from_here(anna: Browser, live: OwnCalls) -> None:
    live.talk(own(), node="fs2")
    page = anna.get("/account").text
    assert "The call runs on the server fs2. Its recording can't be controlled from here." in said(page)
    assert acts(page) == []


def test_a_button_asks_for_the_viewer_s_own_call_and_leads_back(anna: Browser, live: OwnCalls) -> None:
    answer = anna.post("/my-call", call="live", act="pause", back="/colleagues")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/colleagues")
    assert live.asked == [(ACME, "1001", "live", Act.PAUSE)]
    assert anna.get("/my-call").headers["Location"] == "/"
    assert anna.post("/my-call", call="live", act="pause", back="//evil.example").headers["Location"] == "/"


@pytest.mark.parametrize(
    ("outcome", "status", "words"),
    [
        (Refused(Reason.NOT_ALLOWED, "no"), 403, "Your department or ring group does not allow it."),
        (Unavailable("not-serving", "no"), 503, "The recording can&#39;t be controlled right now. Try again."),
    ],
)
def test_a_refusal_says_why(anna: Browser, live: OwnCalls, outcome: FsplugError, status: int, words: str) -> None:
    live.outcome = outcome
    answer = anna.post("/my-call", call="live", act="pause")
    assert (answer.status_code, words in answer.text) == (status, True)
    part = anna.client.post(
        "/my-call",
        data={"call": "live", "act": "pause"},
        headers={"HX-Request": "true", "Sec-Fetch-Site": "same-origin"},
        base_url="https://console.example",
    )
    assert (part.status_code, words in part.text, "<html" in part.text) == (200 if status == 503 else 403, True, False)


def test_an_act_that_is_none_is_refused_before_anybody_is_asked(anna: Browser, live: OwnCalls) -> None:
    assert anna.post("/my-call", call="live", act="sing").status_code == 422
    assert live.asked == []


def test_the_open_page_is_told_when_something_changes(
    anna: Browser, console: Console, live: OwnCalls, app: Any
) -> None:
    [session] = [row[0] for row in console.store.rows("SELECT id FROM console_session")]
    opened = sessions.still_open(console.store, session)
    assert opened is not None
    feed = Feed(app, app.extensions["services"], opened, [])
    live.talk(own())
    assert b"somebody" in feed.look()
    assert feed.look() == b""
    recorded(console.store, console.clock.now - 5)
    assert b"The department records these calls" in feed.look(), "the decision is written down later"
    live.talk(own(PAUSED, console.clock.now + 60))
    assert b"Paused until" in feed.look()
    live.talk(own())
    assert b"being recorded" in feed.look()
    live.calls_now = CompanyCalls()
    assert b'<div id="own-call" data-holds-focus></div>' in feed.look(), "it is over"
