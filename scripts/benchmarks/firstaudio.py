"""How soon after a click on Play a recording of one hour is heard, in Chromium."""

import importlib.util
import math
import shutil
import statistics
import time
import wave
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import company
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import CallSeen, DecisionMade, RecordingSealed, RecordingStarted, RecordingStopped
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store

FIRST = Target("first audio of a one-hour recording after Play, in Chromium, 95th percentile", 300, "ms")
TARGETS = (FIRST,)
_DOMAIN, _LISTENER, _RECORDING = "acme.example", "bench", "hour-rec"
_SECONDS, _RATE = 3_600, 8_000
# Milliseconds from the click until the element reports that it plays and its position has moved.
_HEARD = """() => new Promise((done) => {
    const own = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function () {
        this.addEventListener("timeupdate", () => {
            if (this.currentTime > 0) done(performance.now() - globalThis.pressedAt - this.currentTime * 1000);
        });
        return own.call(this);
    };
    const button = document.querySelector("[data-toggle]");
    button.addEventListener("click", () => { globalThis.pressedAt = performance.now(); }, { capture: true });
    button.click();
})"""


def measure(setting: Setting) -> Iterator[Figure]:
    """Every time is measured in a browser without cached data; the first one also makes the waveform."""
    if why := _missing():
        yield FIRST.skipped(why)
        return
    with TemporaryDirectory(prefix="fsplug-bench-") as folder, _serving(Path(folder), setting) as (url, cookie):
        took = _played(url, cookie, setting.rounds(full=40, quick=10))
    said = f"{number(statistics.median(took))} ms in the median, {number(took[0])} ms the first time"
    yield FIRST.judged(statistics.quantiles(took, n=20)[18], said)


def _missing() -> str:
    if importlib.util.find_spec("playwright") is None:
        return "no Playwright"
    return "" if _chromium() else "no Chromium"


def _chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


def _played(url: str, cookie: str, rounds: int) -> list[float]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        found = [_once(browser, url, cookie) for _ in range(rounds)]
        browser.close()
    return found


def _once(browser: Any, url: str, cookie: str) -> float:
    context = browser.new_context()
    context.add_cookies([{"name": "fsplug-session", "value": cookie, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/recordings/{_RECORDING}", wait_until="load")
    page.wait_for_selector("[data-skip]:visible")
    took = float(page.evaluate(_HEARD))
    context.close()
    return took


@contextmanager
def _serving(folder: Path, setting: Setting) -> Iterator[tuple[str, str]]:
    store = company.lay_out(folder)
    _record(store, folder / "archive")
    cookie = _sign_in(store)
    store.close()
    with company.answering(folder, setting.program, has_console=True) as served:
        yield f"http://127.0.0.1:{served.web_port}", cookie


def _sign_in(store: Store) -> str:
    def change(draft: Draft) -> None:
        user = {"username": _LISTENER, "extension": "90000", "email": "bench@acme.example", "role": "superuser"}
        draft.put("user", user)

    edit(store, _DOMAIN, "bench", change)
    return sessions.begin(store, _DOMAIN, _LISTENER, "127.0.0.1", "bench")


def _record(store: Store, archive: Path) -> None:
    """One sealed recording of one hour."""
    began, key = time.time() - 2 * _SECONDS, f"{_DOMAIN}/{_RECORDING}.wav"
    known: dict[str, Any]
    policy: dict[str, Any]
    _write(archive / key)
    known = {"version": 1, "direction": "incoming", "group": None, "caller": "+4522334455"}
    policy = {"record": True, "rule": "department", "reason": "department"}
    call = CallSeen("hour", _DOMAIN, "fs1", called="+4570102001", facts={}, at=began, **known)
    decision = DecisionMade(
        "hour-dec",
        "hour",
        _DOMAIN,
        talk="talk",
        user="1001",
        leg="b",
        answerer="1001",
        inputs={"company": _DOMAIN},
        recording=_RECORDING,
        path=f"/spool/{_RECORDING}.wav",
        at=began,
        **known,
        **policy,
    )
    ended, size = began + _SECONDS, (archive / key).stat().st_size
    sealed = RecordingSealed(_RECORDING, float(_SECONDS), size, "ab" * 32, key, False, ended)
    started = RecordingStarted(_RECORDING, _DOMAIN, "b", f"/spool/{_RECORDING}.wav", began)
    ledger.apply(store, [call, decision, started, RecordingStopped(_RECORDING, ended, "", float(_SECONDS)), sealed])


def _write(path: Path) -> None:
    """An hour in stereo: two tones take turns, as two people do."""
    path.parent.mkdir(parents=True)
    frames = range(4 * _RATE)
    tones = [[round(9_000 * math.sin(2 * math.pi * hertz * at / _RATE)) for at in frames] for hertz in (220, 330)]
    turns = [_interleaved(tones[0], [0] * len(frames)), _interleaved([0] * len(frames), tones[1])]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        for one in range(_SECONDS * _RATE // len(frames)):
            file.writeframesraw(turns[one % 2])


def _interleaved(*parties: list[int]) -> bytes:
    return array("h", (sample for frame in zip(*parties, strict=True) for sample in frame)).tobytes()
