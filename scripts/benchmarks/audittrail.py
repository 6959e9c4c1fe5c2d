"""The audit trail: the cost of an entry after a million others, and how long the check of all of them takes."""

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from fsplug.store.audit import signing, trail, verification
from fsplug.store.change import planning
from fsplug.store.db.database import Store

VERIFIED = Target("a million audit entries verified", 30.0, "s")
COST = Target("an audit entry after a million, against one after a thousand", 1.2, "times")
TARGETS = (VERIFIED, COST)
_DOMAIN = "acme.example"
_SMALL, _HUGE = 1_000, 1_000_000
_BATCH = 10_000
# Every entry is signed, as in an installation, and every signature is checked.
_KEY = signing.new_key()
_ROUNDS, _A_ROUND = 40, 50


def measure(setting: Setting) -> Iterator[Figure]:
    """Entries are added to a trail of a thousand and to one of a million (quick: a tenth), in alternating rounds."""
    huge = _HUGE // 10 if setting.quick else _HUGE
    with TemporaryDirectory() as folder:
        small_store, huge_store = (_filled(Path(folder, f"{count}.db"), count) for count in (_SMALL, huge))
        begun = time.perf_counter()
        found = verification.verify(huge_store, _DOMAIN)
        seconds = time.perf_counter() - begun
        assert found.trouble is None and found.checked >= huge
        yield VERIFIED.judged(seconds * _HUGE / huge, f"{number(found.checked / seconds)} a second")
        costs: dict[int, list[float]] = {_SMALL: [], huge: []}
        for _ in range(_ROUNDS):
            for count, store in ((_SMALL, small_store), (huge, huge_store)):
                costs[count] += [_seconds(store) for _ in range(_A_ROUND)]
        microseconds = {count: statistics.median(found) * 1e6 for count, found in costs.items()}
        beside = ", ".join(f"{number(cost)} µs after {count:,}" for count, cost in microseconds.items())
        yield COST.judged(microseconds[huge] / microseconds[_SMALL], beside)
        for store in (small_store, huge_store):
            store.close()


def _filled(path: Path, count: int) -> Store:
    store = Store(path)
    store.audit_keys = [_KEY]
    store.migrate()
    document = {"company": [{"domain": _DOMAIN, "name": "Acme", "country": "DK"}]}
    planning.apply_plan(store, planning.plan(store, document), "operator")
    for begun in range(0, count, _BATCH):
        with store.atomic():
            for entry in range(begun, min(begun + _BATCH, count)):
                _add(store, entry)
    return store


def _seconds(store: Store) -> float:
    begun = time.perf_counter()
    _add(store, 0)
    return time.perf_counter() - begun


def _add(store: Store, entry: int) -> None:
    trail.add(store, _DOMAIN, "1001@acme.example", "play", f"recording-{entry}", [f"u{entry % 1000}"], call="a")
