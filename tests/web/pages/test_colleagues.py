"""Colleagues: who is in a call, who may be listened to and why not, and one's own state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from fsplug.errors import FsplugError, Refused, Unavailable
from fsplug.policy.listening.gate import Reason
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.policy.recording.own_call import OwnCall
from fsplug.store.audit import trail
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import policies, profiles
from fsplug.words.catalogue import LANGUAGES
from fsplug.words.listening import why_not
from tests.store.accountcast import BO, Console
from tests.store.cast import ACME, BETA, CAST
from tests.web.conftest import Browser

ANNA, CLARA = "1001", "1003"
TALK = UserTalk(CLARA, 1_800_000_000.0 - 60)


@dataclass
class Calls:
    """The switch as the pages see it."""

    by_company: dict[str, CompanyCalls] = field(default_factory=dict)
    outcome: str | FsplugError | None = "listen1"
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    is_away: bool = False

    def talk(self, *talks: UserTalk, company: str = ACME) -> None:
        """These users talk, and nobody else."""
        by_name = {one.username: one for one in talks}
        self.by_company[company] = CompanyCalls(by_name, frozenset(by_name))

    def calls(self, company: str) -> CompanyCalls:
        if self.is_away:
            raise Unavailable("switch-away", "there is no link to the switch")
        return self.by_company.get(company, CompanyCalls())

    def own_calls(self, company: str, username: str) -> list[OwnCall]:
        return []

    def listen(self, company: str, username: str, number: str) -> str | None:
        self.asked.append((company, username, number))
        if isinstance(self.outcome, FsplugError):
            raise self.outcome
        return self.outcome

    def note(self, company: str, username: str) -> None:
        return None


@pytest.fixture
def live() -> Calls:
    """Nobody talks yet."""
    return Calls()


@pytest.fixture
def anna(browser: Browser, console: Console) -> Browser:
    """Anna, who may listen, in her browser; everybody allows it."""
    console.made()
    everybody(console)
    console.give(ANNA, rights=["listen-in"])
    browser.sign_in()
    return browser


def everybody(console: Console) -> None:
    """Everybody has the licence, and is in a state in which others may listen."""
    for username in (ANNA, "1002", CLARA):
        states = [{"name": "available", "allow_listen": True, "active": True}, {"name": "meeting"}]
        console.give(username, licences=["contact-pro"], profile=states)


def entry(page: str, username: str) -> str:
    """The listen-in entry of a row."""
    return page.split(f'id="listen-{username}"')[1].split("</div>")[0]


def test_everybody_of_the_company_is_there_with_their_state_and_nobody_else(anna: Browser, live: Calls) -> None:
    live.talk(TALK)
    page = anna.get("/colleagues").text
    assert [name in page for name in ("Anna", "Bo", "Clara", "Birgitta")] == [True, True, True, False]
    assert "I samtale siden" in page or "In a call since" in page
    assert page.count("badge live") == 1
    assert page.index(">available<") > 0


@pytest.mark.parametrize(("sought", "found"), [("cla", "Clara"), ("1002", "Bo"), ("CLARA", "Clara"), ("%", None)])
def test_people_are_found_by_part_of_a_name_or_by_number(anna: Browser, sought: str, found: str | None) -> None:
    page = anna.client.get("/colleagues", query_string={"q": sought}, base_url="https://console.example")
    rows = {name for name in ("Bo", "Clara") if f"{name} " in page.text or f">{name}<" in page.text}
    assert rows == ({found} if found else set())


def test_the_handset_s_last_entry_rings_the_viewer_s_own_phone(anna: Browser, live: Calls) -> None:
    live.talk(TALK)
    page = anna.get("/colleagues").text
    assert 'action="/colleagues/listen"' in entry(page, CLARA)
    menu = page.split(f'data-live-user="{CLARA}"')[1].split("</details>")[0]
    assert menu.rindex("listen-") > menu.rindex("tel:"), "it is the last one"
    answer = anna.post("/colleagues/listen", to=CLARA)
    assert (answer.status_code, live.asked) == (303, [(ACME, ANNA, CLARA)])
    assert "Clara" in anna.get("/colleagues").text.split('class="said"')[1][:300]


def test_while_the_phone_rings_that_is_said(anna: Browser, live: Calls) -> None:
    live.outcome = None
    anna.post("/colleagues/listen", to=CLARA)
    assert "Your phone is ringing" in anna.get("/colleagues").text


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_shown_in_the_viewer_s_language(
    anna: Browser, live: Calls, reason: Reason, language: str
) -> None:
    anna.post("/language", language=language, back="/")
    live.outcome = Refused(reason, "why")
    answer = anna.post("/colleagues/listen", to=CLARA)
    assert answer.status_code == 403
    assert why_not(reason, language).replace("'", "&#39;") in answer.text


@pytest.mark.parametrize(
    "code", ["phone-not-answered", "no-phone", "no-star-code", "not-serving", "switch-away", "switch-gone"]
)
def test_errors_other_than_the_gate_s_are_shown_too(anna: Browser, live: Calls, code: str) -> None:
    live.outcome = Unavailable(code, "why")
    answer = anna.post("/colleagues/listen", to=CLARA)
    assert answer.status_code == 503 and "That did not work." not in answer.text


GIVEN: Mapping[Reason, Any] = {
    Reason.LISTENER_LICENCE: lambda console, live: console.give(ANNA, licences=[]),
    Reason.LISTENER_RIGHT: lambda console, live: console.give(ANNA, rights=[]),
    Reason.LINE_BUSY: lambda console, live: live.talk(TALK, UserTalk(ANNA)),
    Reason.TARGET_LICENCE: lambda console, live: console.give(CLARA, licences=[]),
    Reason.NOT_IN_CALL: lambda console, live: live.talk(),
    Reason.PROFILE: lambda console, live: console.give(CLARA, profile=[{"name": "available", "active": True}]),
}


@pytest.mark.parametrize("reason", GIVEN)
def test_an_entry_that_can_not_be_pressed_is_there_and_says_why(
    anna: Browser, console: Console, live: Calls, reason: Reason
) -> None:
    live.talk(TALK)
    GIVEN[reason](console, live)
    shown = entry(anna.get("/colleagues").text, CLARA)
    assert 'aria-disabled="true"' in shown and "<form" not in shown
    assert why_not(reason, "en").replace("'", "&#39;") in shown


def test_who_listens_already_is_not_told_to_end_a_call_of_their_own(anna: Browser, live: Calls) -> None:
    live.talk(TALK, UserTalk("1002", listeners=(ANNA,)), UserTalk(ANNA))
    live.outcome = Refused(Reason.LINE_BUSY, "why")
    for page in (entry(anna.get("/colleagues").text, CLARA), anna.post("/colleagues/listen", to=CLARA).text):
        assert "You are listening in already." in page and "End your own call" not in page


@pytest.mark.parametrize("to", ["", "9999", "birgitta", "1001\n", "*28*1003", "1" * 5000, BETA])
def test_a_forged_name_rings_nobody(anna: Browser, live: Calls, to: str) -> None:
    assert anna.post("/colleagues/listen", to=to).status_code == 403
    assert live.asked == []


def test_who_listens_is_shown_to_the_person_and_to_the_listener_only(
    anna: Browser, console: Console, live: Calls, new_browser: Any
) -> None:
    live.talk(UserTalk(ANNA, listeners=("1002",)))
    for path in ("/", "/account", "/colleagues"):
        assert "Bo is listening to your call" in anna.get(path).text, "on every page"
    for username, email in (("1002", BO), (CLARA, "clara@acme.example")):
        console.made(username, email, "my-console")
        other = new_browser()
        other.sign_in(email=email)
        page = other.get("/colleagues").text
        assert "is listening to your call" not in page
        assert ("You are listening" in page) is (username == "1002")


def test_the_banner_is_gone_when_it_ends(anna: Browser, live: Calls) -> None:
    live.talk(UserTalk(ANNA, listeners=("1002", "1003")))
    assert "Bo, Clara are listening to your call" in anna.get("/").text
    live.talk(UserTalk(ANNA))
    assert "listening to your call" not in anna.get("/").text


def test_pages_say_that_the_switch_is_away_and_work(anna: Browser, live: Calls) -> None:
    live.is_away = True
    page = anna.get("/colleagues")
    assert page.status_code == 200 and "is not answering right now" in page.text
    assert why_not(Reason.UNAVAILABLE, "en") in entry(page.text, CLARA)
    assert anna.get("/").status_code == 200


def test_everybody_chooses_their_own_state_and_it_is_written_down(
    console: Console, new_browser: Any, live: Calls
) -> None:
    console.made("1002", BO, "my-console")
    everybody(console)
    bo = new_browser()
    bo.sign_in(email=BO)
    before = policies.current_version(console.store, ACME)
    assert bo.post("/colleagues/profile", profile="meeting").status_code == 303
    version = policies.current_version(console.store, ACME)
    active = profiles.active(console.store, ACME, "1002", version)
    assert version == before + 1 and active is not None and active.name == "meeting"
    [entry] = trail.listed(console.store, ACME, 1)
    assert (entry.actor, entry.facts["version"]) == (f"1002@{ACME}", version)
    assert bo.post("/colleagues/profile", profile="meeting").status_code == 303, "again, which changes nothing"
    assert policies.current_version(console.store, ACME) == version


@pytest.mark.parametrize("name", ["", "holiday", "Meeting", "available\x00"])
def test_a_state_one_does_not_have_is_refused(anna: Browser, name: str) -> None:
    assert anna.post("/colleagues/profile", profile=name).status_code == 422


def test_hostile_names_stay_text(anna: Browser, console: Console, live: Calls) -> None:
    console.give(CLARA, name="<img src=x onerror=alert(1)>", profile=[{"name": '"><script>x', "active": True}])
    live.talk(UserTalk(ANNA, listeners=(CLARA,)))
    page = anna.get("/colleagues").text
    assert "<img" not in page and "<script>x" not in page and "&lt;img src=x" in page


def test_a_company_of_many_comes_in_pages(anna: Browser, console: Console, live: Calls) -> None:
    def change(draft: Draft) -> None:
        for number in range(5000, 5120):
            draft.put("user", {"username": str(number), "extension": str(number), "name": f"Person {number}"})

    edit(console.store, ACME, "operator", change)
    seen: list[str] = []
    path = "/colleagues"
    while path:
        page = anna.get(path).text
        names = [part.split('"')[0] for part in page.split('data-live-user="')[1:]]
        assert 0 < len(names) <= 50
        seen += names
        path = next((part.split('"')[0] for part in page.split('<a href="')[1:] if "after=" in part.split('"')[0]), "")
        path = path.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 123


def test_two_companies_see_nothing_of_each_other(console: Console, new_browser: Any, live: Calls) -> None:
    live.talk(UserTalk("1001", listeners=("1001",)), company=BETA)
    console.made()
    browser = new_browser()
    browser.sign_in()
    page = browser.get("/colleagues").text
    assert "badge live" not in page and "listening to your call" not in page
    assert planning.plan(console.store, CAST) is not None
