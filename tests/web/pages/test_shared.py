"""A shared recording, as the person sees it whom it was shared with."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fsplug.policy.access.scopes import operator
from fsplug.store.audit import trail
from fsplug.store.config import actors
from fsplug.store.recordings import share_visits, shares
from fsplug.store.recordings.shares import CodeBy, Offer, Share
from fsplug.web.pages.player import streaming
from tests.store.accountcast import BO, Console
from tests.store.cast import ACME
from tests.web.conftest import PLAYER, Browser


@pytest.fixture
def offered(console: Console) -> tuple[Share, str, str]:
    """A share, its link's token, its code."""
    offer = Offer("a-rec", "customer@outside.example", "Our call", plays=2, code_by=CodeBy.PHONE)
    share, code = shares.create(console.store, ACME, offer, operator("root"))
    return share, shares.new_link(console.store, share), str(code)


@pytest.fixture
def hearing(browser: Browser, offered: tuple[Share, str, str]) -> Browser:
    """Somebody who opened the link, gave the code and pressed play."""
    _, token, code = offered
    browser.get(f"/shared/{token}")
    browser.press("/shared/code", code=code)
    assert browser.post("/shared/play").status_code == 303
    return browser


def test_link_code_play_and_the_recording_is_heard(
    browser: Browser, offered: tuple[Share, str, str], tmp_path: Path
) -> None:
    _, token, code = offered
    answer = browser.get(f"/shared/{token}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/shared")
    page = browser.get("/shared").text
    assert 'name="code"' in page and "<audio" not in page and token not in page
    assert browser.press("/shared/code", code=code).status_code == 303
    assert "/shared/play" in browser.get("/shared").text
    assert browser.get("/shared/audio", **PLAYER).status_code == 403
    browser.post("/shared/play")
    assert "<audio" in browser.get("/shared").text
    answer = browser.get("/shared/audio", **PLAYER)
    assert answer.data == (tmp_path / "archive/acme/a-rec.wav").read_bytes()
    assert answer.headers["Content-Disposition"] == "inline"


@pytest.mark.parametrize(
    ("asked", "first", "last"), [("bytes=0-99", 0, 99), ("bytes=32000-", 32000, None), ("bytes=-44", -44, None)]
)
def test_a_player_may_seek(hearing: Browser, tmp_path: Path, asked: str, first: int, last: int | None) -> None:
    whole = (tmp_path / "archive/acme/a-rec.wav").read_bytes()
    answer = hearing.get("/shared/audio", Range=asked, **PLAYER)
    assert answer.status_code == 206
    assert answer.data == whole[first : None if last is None else last + 1]
    assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


def test_nothing_about_the_call_stands_on_the_page(hearing: Browser) -> None:
    page = hearing.get("/shared").text
    for word in ("+4522334455", "a-rec", "1001", "Anna", "acme.example"):
        assert word not in page


def test_the_page_says_in_the_mail_s_language_who_shared_from_which_company_and_when(
    console: Console, browser: Browser
) -> None:
    console.made("1002", BO, "superuser")
    sharer = actors.actor(console.store, ACME, "1002")
    offer = Offer("a-rec", "customer@outside.example", "Our call", code_by=CodeBy.PHONE, language="sv")
    share, code = shares.create(console.store, ACME, offer, sharer)
    browser.get(f"/shared/{shares.new_link(console.store, share)}")
    page = browser.get("/shared", **{"Accept-Language": "en"}).text
    assert re.search("Bo på Acme har delat en inspelning .* fram till den 22 januari 2027 kl. ", page), page
    assert "Samtalet började" not in page, "not before the code is given"
    browser.press("/shared/code", code=str(code))
    page = browser.get("/shared", **{"Accept-Language": "en"}).text
    assert "Bo på Acme" in page and re.search(r"Samtalet började den \d+ \w+ \d{4} kl\. ", page)
    browser.post("/language", language="da", back="/shared")
    assert "Bo hos Acme har delt" in browser.get("/shared").text, "what the visitor chose goes before"


def test_a_second_browser_with_the_link_hears_nothing(
    hearing: Browser, new_browser: Callable[..., Browser], offered: tuple[Share, str, str]
) -> None:
    _, token, code = offered
    second = new_browser()
    second.get(f"/shared/{token}")
    assert second.press("/shared/code", code=code).status_code == 403
    assert second.post("/shared/play").status_code == 403
    assert second.get("/shared/audio", **PLAYER).status_code == 403


def test_revoked_it_is_gone_at_once(hearing: Browser, console: Console, offered: tuple[Share, str, str]) -> None:
    share, token, _ = offered
    shares.revoke(console.store, ACME, share.id, operator("root"))
    for path in ("/shared", "/shared/audio", "/shared/waveform", f"/shared/{token}"):
        answer = hearing.get(path, **PLAYER)
        assert answer.status_code == 403
        assert "can no longer be played" in answer.text and "Reply to the e-mail" in answer.text
        assert 'href="/"' not in answer.text and "/sign-in" not in answer.text, "no use to somebody outside"


def test_revoked_in_the_middle_the_rest_is_not_sent(
    hearing: Browser, console: Console, offered: tuple[Share, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_BLOCK_BYTES", 1000)
    monkeypatch.setattr(streaming, "_RECHECK_SECONDS", 0.0)
    environ: dict[str, Any] = {"REMOTE_ADDR": "192.0.2.1"}
    answer = hearing.client.get(
        "/shared/audio", base_url="https://console.example", environ_base=environ, headers=PLAYER, buffered=False
    )
    blocks = answer.iter_encoded()
    assert len(next(blocks)) == 1000
    shares.revoke(console.store, ACME, offered[0].id, operator("root"))
    assert list(blocks) == []


def test_plays_run_out(hearing: Browser, console: Console) -> None:
    console.clock.turn(700)
    assert hearing.get("/shared/audio", **PLAYER).status_code == 403
    assert hearing.post("/shared/play").status_code == 303
    console.clock.turn(700)
    assert "as many times as agreed" in hearing.get("/shared").text
    assert hearing.post("/shared/play").status_code == 403


def test_a_link_with_the_token_in_the_query_is_none(browser: Browser, offered: tuple[Share, str, str]) -> None:
    assert browser.get(f"/shared?token={offered[1]}").status_code == 403


def test_every_step_is_in_the_trail_with_the_address(hearing: Browser, console: Console) -> None:
    entries = [one for one in trail.listed(console.store, ACME) if one.act.startswith("share-")]
    assert [one.act for one in reversed(entries)] == ["share-visit", "share-code", "share-play"]
    assert {one.facts["address"] for one in entries} == {"192.0.2.1"}


def test_without_the_code_there_is_no_waveform_either(browser: Browser, offered: tuple[Share, str, str]) -> None:
    browser.get(f"/shared/{offered[1]}")
    assert browser.get("/shared/waveform").status_code == 403
    browser.press("/shared/code", code=offered[2])
    assert len(browser.get("/shared/waveform").json) == 2


def test_the_audio_is_no_page_and_no_file(hearing: Browser) -> None:
    for asked in (
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Dest": "document"},
        {"Accept": "text/html"},
        {**PLAYER, "Sec-Fetch-Dest": "empty"},
    ):
        assert hearing.get("/shared/audio", **asked).status_code == 403


def test_a_script_that_presses_play_gets_the_number_of_plays_left(hearing: Browser, console: Console) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
    pressed = {"base_url": "https://console.example", "headers": headers, "environ_base": {"REMOTE_ADDR": "192.0.2.1"}}
    assert hearing.client.post("/shared/play", **pressed).json == {"message": "Plays left: 1"}
    for _ in range(2):
        console.clock.turn(700)
        answer = hearing.client.post("/shared/play", **pressed)
    assert (answer.status_code, "as many times as agreed" in answer.json["message"]) == (403, True)


def test_however_often_programs_open_the_link_the_person_hears(
    browser: Browser, new_browser: Callable[..., Browser], offered: tuple[Share, str, str], console: Console
) -> None:
    _, token, code = offered
    scanner = new_browser(address="192.0.2.9")
    for _ in range(share_visits.MOST_VISITS + 1):
        console.clock.turn(60)
        assert scanner.get(f"/shared/{token}").status_code == 303
    scanner.get("/shared")
    for _ in range(12):
        assert scanner.post("/shared/code", code="12345678").status_code == 403, "nobody has read the page"
    scanner.press("/shared/code", code="what a program fills in")
    assert console.store.rows("SELECT share FROM share_visit WHERE proved_at IS NOT NULL") == []
    assert shares.get(console.store, ACME, offered[0].id).wrong_codes == 0
    browser.get(f"/shared/{token}")
    assert browser.press("/shared/code", code=code).status_code == 303
    assert browser.post("/shared/play").status_code == 303
    browser.get(f"/shared/{token}")
    assert "/shared/play" in browser.get("/shared").text, "who comes back by the link needs no second code"
