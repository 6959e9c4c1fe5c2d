"""The console's list of a million recordings: every combination of filters, on the first page and on a late one.

And the page of one conversation among them.
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from benchmarks import conversationpage, longpast
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from fsplug.media.archive import FolderArchive
from fsplug.store.accounts import sessions
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from fsplug.web.kernel.app import create_app
from fsplug.web.kernel.services import Services

FIRST = Target("a page of a million recordings, filtered, 95th percentile", 30, "ms")
FAR = Target("the same on page 1,000, 95th percentile", 50, "ms")
LENGTH = Target("a page of a million recordings, the longest first, 95th percentile", 30, "ms")
TARGETS = (FIRST, FAR, LENGTH, conversationpage.PAGE)
_RECORDINGS, _PAGE = 1_000_000, 1_000
_ALL_TIME = {"period": "dates", "first": "1990-01-01", "last": "2999-12-31"}
_FILTERS: tuple[Sequence[dict[str, str]], ...] = (
    [{"period": "today"}, {"period": "week"}, {"period": "month"}, _ALL_TIME],
    [{}, {"direction": "incoming"}, {"direction": "outgoing"}, {"direction": "internal"}],
    [{}, {"person": "u7"}, {"person": "Person 777"}],
    [{}, {"department": longpast.department(7)}],
    [{}, {"group": "2007"}],
    [{}, *({"number": typed} for typed in ("+4520 00 00 00", "20000000", "200", "4711", "004571", "99999"))],
)


def measure(setting: Setting) -> Iterator[Figure]:
    """A superuser's pages as the server makes them (quick: a tenth of the recordings, fewer combinations)."""
    count = _RECORDINGS // 10 if setting.quick else _RECORDINGS
    wanted = [{name: text for one in parts for name, text in one.items()} for parts in product(*_FILTERS)]
    some = Random(1).sample(wanted, setting.rounds(full=len(wanted), quick=200))
    with TemporaryDirectory(prefix="fsplug-bench-") as folder:
        store = longpast.lay_out(Path(folder), count)
        open_page = _signed_in(store, Path(folder))

        def get(query: dict[str, str]) -> float:
            return open_page(f"/recordings?{urlencode(query)}")

        for one in some[:20]:
            get(one)
        yield FIRST.judged(*_judged([(get(one), one) for one in some]))
        before = _cursor_after(store, _PAGE * 50 if not setting.quick else _PAGE * 5)
        far = [{**one, **_ALL_TIME, "before": before} for one in some]
        yield FAR.judged(*_judged([(get(one), one) for one in far]))
        yield LENGTH.judged(*_judged([(get({**one, "sort": "longest"}), one) for one in some]))
        yield from conversationpage.measure(store, open_page, setting.rounds(full=200, quick=100))
        store.close()


def _judged(took: list[tuple[float, dict[str, str]]]) -> tuple[float, str]:
    seconds = [one for one, _ in took]
    slowest, query = max(took, key=lambda one: one[0])
    middle, worst = number(statistics.median(seconds) * 1e3), number(slowest * 1e3)
    said = ", ".join(f"{name} {text}" for name, text in query.items() if name not in ("before", "first", "last"))
    return statistics.quantiles(seconds, n=20)[
        18
    ] * 1e3, f"median {middle} ms of {len(took)}, slowest {worst} ms ({said})"


def _signed_in(store: Store, folder: Path) -> Callable[[str], float]:
    """How long a page takes for a superuser's browser in the same process."""

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "u1"), "role": "superuser"}, "u1")

    edit(store, longpast.DOMAIN, "bench", change)
    token = sessions.begin(store, longpast.DOMAIN, "u1", "127.0.0.1", "bench")
    services = Services(store, FolderArchive(folder), Passwords(), SecretKeys([new_key()]), "http://127.0.0.1")
    client: Any = create_app(services).test_client()
    client.set_cookie("fsplug-session", token)

    def get(path: str) -> float:
        begun = time.perf_counter()
        answer = client.get(path)
        assert answer.status_code == 200, answer.status
        return time.perf_counter() - begun

    return get


def _cursor_after(store: Store, recordings: int) -> str:
    """The beginning of the page after this many recordings."""
    before = None
    for _ in range(recordings // 5_000):
        before = results.search(store, longpast.DOMAIN, RecordingFilter(), 5_000, before).before
    assert before is not None
    return f"{before[0]!r}_{before[1]}"
