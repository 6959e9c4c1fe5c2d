"""How much an attack on the console delays those who use it, and calls: the same rounds without it and with it."""

import http.client
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from benchmarks import signinclient
from benchmarks.attackclient import FORGOTTEN_PER_MINUTE, GUESSERS, SILENT
from benchmarks.figures import Figure, Target, number
from benchmarks.pageclient import PAGES
from benchmarks.processes import python, wait_until_idle
from benchmarks.setting import Setting
from benchmarks.signins import p99_of, serving
from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import wait_for

_ATTACK = f"{GUESSERS} guess, {SILENT} connections are silent, {FORGOTTEN_PER_MINUTE} a minute ask for a new password"
PAGE = Target(f"a signed-in page while {_ATTACK}, more than without, 99th percentile", 20, "ms")
VERDICT = Target("a verdict under that attack, more than without, 99th percentile", 5, "ms")
SIGN_IN = Target("a sign-in with a known browser under that attack, slowest", 1, "s")
TARGETS = (PAGE, VERDICT, SIGN_IN)
_PAGES_PER_SECOND = 40.0
# The first page leads its person to another one.
_PATHS = tuple(path for path in PAGES if path != "/")
_WARM_UP = 100
_TIMEOUT_SECONDS = 60.0


class _Browser:
    """A browser on this port of loopback, on one connection, with a session and the mark of a known browser."""

    def __init__(self, port: int, session: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
        self._session, self._mark = session, ""

    def pages(self, count: int) -> list[float]:
        """The seconds that each page took, counted from when it was due."""
        begun, took = time.perf_counter(), []
        for one, path in zip(range(count), itertools.cycle(_PATHS), strict=False):
            due = begun + one / _PAGES_PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            self._asked("GET", path, f"fsplug-session={self._session}", http.client.OK)
            took.append(time.perf_counter() - due)
        return took

    def sign_in(self) -> float:
        """The seconds that a sign-in took."""
        form = {"customer_ref": "acme.example", "email": signinclient.email(0), "password": signinclient.PASSWORD}
        begun = time.perf_counter()
        answer = self._asked("POST", "/sign-in", f"fsplug-browser={self._mark}", http.client.SEE_OTHER, form)
        took = time.perf_counter() - begun
        self._mark = signinclient.mark_in(answer) or self._mark
        return took

    def _asked(
        self, method: str, path: str, cookie: str, wanted: int, form: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        headers = {"Cookie": cookie, **(signinclient.HEADERS if form else {})}
        body = urlencode(form) if form else None
        try:
            answer = self._answer(method, path, body, headers)
        except (ConnectionError, http.client.HTTPException):
            # The server has closed the idle connection; browsers open another one without a word (RFC 9112, 9.3.1).
            self._connection.close()
            answer = self._answer(method, path, body, headers)
        if answer.status != wanted:
            raise Unavailable("bench-no-page", f"{method} {path} is answered with {answer.status}")
        return answer

    def _answer(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> http.client.HTTPResponse:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer


def measure(setting: Setting) -> Iterator[Figure]:
    """Pages and verdicts at a steady rate, in alternating rounds: undisturbed, and under the attack."""
    pages: dict[bool, list[float]] = {False: [], True: []}
    answers: dict[bool, list[float]] = {False: [], True: []}
    signed_in: list[float] = []
    said: Counter[str] = Counter()
    with TemporaryDirectory(prefix="fsplug-bench-") as folder, serving(Path(folder), setting) as served:
        wait_until_idle(served.fsplug.pid)
        browser = _Browser(served.fsplug.web_port, served.cookies.partition(",")[0])
        count = setting.rounds(full=1_000, quick=300)
        served.verdicts(_WARM_UP)
        browser.pages(_WARM_UP)
        browser.sign_in()
        for round_ in range(setting.rounds(full=5, quick=2)):
            for is_attacked in (False, True):
                with _attack(Path(folder) / f"attack{round_}.log", served.fsplug.web_port, is_attacked) as log:
                    pages[is_attacked] += browser.pages(count)
                    answers[is_attacked] += served.verdicts(count)
                    if is_attacked:
                        signed_in += [browser.sign_in() for _ in range(10)]
                said.update(log.read_text(encoding="ascii").splitlines() if is_attacked else ())
    yield PAGE.judged(*_growth(pages, f"; {_summary(said)}"))
    yield VERDICT.judged(*_growth(answers, ""))
    yield SIGN_IN.judged(max(signed_in), f"{number(statistics.median(signed_in))} s in the median of {len(signed_in)}")


@contextmanager
def _attack(log: Path, port: int, is_attacked: bool) -> Iterator[Path]:
    if not is_attacked:
        yield log
        return
    with python("benchmarks.attackclient", str(port), log=log):
        wait_for(lambda: log.read_text().count("silent ") >= SILENT // 10, f"the attack to be there (see {log})", 60)
        yield log


def _growth(took: dict[bool, list[float]], more: str) -> tuple[float, str]:
    alone, beside = (p99_of(took[is_attacked]) * 1e3 for is_attacked in (False, True))
    return beside - alone, f"{number(alone)} ms alone, {number(beside)} ms under attack{more}"


def _summary(said: Counter[str]) -> str:
    guesses = {line.split()[1]: times for line, times in said.items() if line.startswith("guess ")}
    tried = sum(guesses.values())
    return f"of {tried} guesses {guesses.get('403', 0)} were looked at, {guesses.get('503', 0)} told to come back"
