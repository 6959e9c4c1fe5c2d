"""The one way to a recording's audio, and every other way that is none."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.policy.access.scopes import operator
from fsplug.store.accounts import sessions
from fsplug.store.recordings import deletions
from fsplug.web.pages.player import streaming
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import PLAYER, URL, Browser
from tests.web.pages.player.playerpage import AUDIO, PAGE, plays_of

ROOT = operator("root")


def test_one_press_of_play_is_one_entry_and_the_recording_is_heard(
    anna: Browser, console: Console, whole: bytes
) -> None:
    assert anna.get(AUDIO, **PLAYER).status_code == 403
    anna.post(f"{PAGE}/play")
    assert '<audio controls controlslist="nodownload' in anna.get(PAGE).text
    for _ in range(3):
        answer = anna.get(AUDIO, **PLAYER)
        assert (answer.status_code, answer.data, answer.mimetype) == (200, whole, "audio/wav")
    assert len(plays_of(console.store)) == 1


def test_the_audio_is_not_kept_by_browsers_and_has_no_file_name(hearing: Browser) -> None:
    headers = hearing.get(AUDIO, **PLAYER).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == "inline"
    assert "ETag" not in headers and "Last-Modified" not in headers


@pytest.mark.parametrize(
    "asked",
    [
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "none", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Range": "bytes=0-"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "document"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "audio"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Dest": "audio"},
        {"Sec-Fetch-Dest": "audio"},
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
        {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Range": "bytes=0-"},
    ],
    ids=[
        "typed",
        "typed-range",
        "link",
        "save-as",
        "frame",
        "other-site",
        "sister-site",
        "half-sent",
        "old",
        "old-range",
    ],
)
def test_only_a_player_on_our_own_page_is_answered(hearing: Browser, asked: dict[str, str]) -> None:
    assert hearing.get(AUDIO, **asked).status_code == 403


def test_an_old_player_hears_by_the_session_s_cookie_with_a_range_or_without(
    hearing: Browser, whole: bytes, new_browser: Callable[..., Any]
) -> None:
    assert hearing.get(AUDIO, Accept="*/*", Range="bytes=0-1").data == whole[:2]
    assert hearing.get(AUDIO, Accept="*/*").data == whole
    assert new_browser().get(AUDIO, Accept="*/*").headers["Location"] == "/sign-in"


def test_head_says_how_much_there_is_whatever_range_it_names(hearing: Browser, whole: bytes) -> None:
    for headers in ({}, {"Range": "bytes=5-9"}):
        answer = hearing.client.head(AUDIO, base_url=URL, headers={**PLAYER, **headers})
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(whole))
        assert answer.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["pages=0-1", "seconds=1-2", "bytes", "", "=0-1"])
def test_a_range_in_an_unknown_unit_is_ignored(hearing: Browser, whole: bytes, asked: str) -> None:
    answer = hearing.get(AUDIO, Range=asked, **PLAYER)
    assert (answer.status_code, answer.data) == (200, whole)
    assert "Content-Range" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [
        ("bytes=0-", 0, None),
        ("Bytes=7-8", 7, 9),
        ("bytes=0-0", 0, 1),
        ("bytes=0-1", 0, 2),
        ("bytes=32000-", 32_000, None),
        ("bytes=100-199", 100, 200),
        ("bytes=-44", -44, None),
        ("bytes=-999999999", 0, None),
        ("bytes=5-999999999999999999", 5, None),
    ],
)
def test_a_player_may_seek(hearing: Browser, whole: bytes, asked: str, first: int, end: int | None) -> None:
    answer = hearing.get(AUDIO, Range=asked, **PLAYER)
    assert (answer.status_code, answer.data) == (206, whole[first:end])
    begun = len(whole) + first if first < 0 else first
    said = f"bytes {begun}-{begun + len(answer.data) - 1}/{len(whole)}"
    assert answer.headers["Content-Range"] == said
    assert answer.headers["Content-Length"] == str(len(answer.data))


@pytest.mark.parametrize(
    "asked",
    [
        *("bytes=0-1,5-6", "bytes=99999999-", "bytes=9-3", "bytes=-0", "bytes=-", "bytes="),
        *("bytes=a-b", "bytes=--5", "bytes=1e3-", f"bytes={'9' * 5_000}-", "bytes=\u0661-"),
    ],
)
def test_a_range_that_is_none_gets_nothing(hearing: Browser, whole: bytes, asked: str) -> None:
    asked = asked.encode().decode("latin-1")
    answer = hearing.get(AUDIO, Range=asked, **PLAYER)
    assert (answer.status_code, answer.data) == (416, b"")
    assert answer.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_who_asks_for_all_the_rest_gets_a_piece_of_it(hearing: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_OPEN_ENDED_BYTES", 1_000)
    answer = hearing.get(AUDIO, Range="bytes=500-", **PLAYER)
    assert answer.headers["Content-Range"].startswith("bytes 500-1499/")
    assert len(answer.data) == 1_000


def test_another_session_of_the_same_person_hears_nothing(hearing: Browser, new_browser: Callable[..., Any]) -> None:
    other = new_browser()
    other.sign_in()
    assert other.get(AUDIO, **PLAYER).status_code == 403
    assert hearing.get(AUDIO, **PLAYER).status_code == 200


def test_a_player_alone_keeps_no_session_alive(hearing: Browser, console: Console) -> None:
    asked = ((f"{PAGE}/audio", {**PLAYER, "Range": "bytes=0-9"}), (f"{PAGE}/waveform", {}))
    for _ in range(2):
        console.clock.turn(1_000)
        for path, headers in asked:
            answer = hearing.get(path, **headers)
    assert answer.headers["Location"] == "/sign-in", "nobody has done anything for half an hour"


def test_after_signing_out_nothing_is_heard(hearing: Browser) -> None:
    hearing.post("/sign-out")
    assert hearing.get(AUDIO, **PLAYER).headers["Location"] == "/sign-in"


def test_with_the_role_goes_the_audio(hearing: Browser, console: Console) -> None:
    console.give("1001", role="none")
    assert hearing.get(AUDIO, **PLAYER).headers["Location"] == "/sign-in"


def test_deleted_it_is_gone_at_once(hearing: Browser, console: Console) -> None:
    deletions.delete(console.store, ACME, ["a-rec"], ROOT)
    assert hearing.get(AUDIO, **PLAYER).status_code == 403
    for path in (PAGE, f"{PAGE}/waveform"):
        assert hearing.get(path).status_code == 404
    assert hearing.post(f"{PAGE}/play").status_code == 404


@pytest.mark.parametrize("gone", ["signed out", "deleted", "no role"])
def test_in_the_middle_the_rest_is_not_sent(
    hearing: Browser, console: Console, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "_BLOCK_BYTES", 1_000)
    monkeypatch.setattr(streaming, "_RECHECK_SECONDS", 0.0)
    answer = hearing.client.get(AUDIO, base_url=URL, headers=PLAYER, buffered=False)
    blocks = answer.iter_encoded()
    assert len(next(blocks)) == len(next(blocks)) == 1_000
    if gone == "signed out":
        sessions.end_all(console.store, ACME, "1001", "root")
    elif gone == "deleted":
        deletions.delete(console.store, ACME, ["a-rec"], ROOT)
    else:
        console.give("1001", role="none")
    assert list(blocks) == []


def test_a_file_that_is_not_in_the_archive_is_said_in_words(hearing: Browser, archive: Any) -> None:
    archive.remove("acme/a-rec.wav")
    answer = hearing.get(AUDIO, **PLAYER)
    assert (answer.status_code, "not in the archive" in answer.text) == (503, True)
    assert hearing.get(f"{PAGE}/waveform").status_code == 403
    assert hearing.get(PAGE).status_code == 200
