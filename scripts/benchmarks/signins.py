"""What 20 people who sign in to the console at once cost the calls: a verdict's time beside them and without."""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote
from uuid import uuid4

from benchmarks import company, signinclient
from benchmarks.figures import Figure, Target, number
from benchmarks.processes import python
from benchmarks.setting import Setting
from benchmarks.xmlclient import Client
from fsplug.modpython_client import ARM
from fsplug.store.accounts import accounts
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.change.draft import drafted
from fsplug.store.db.database import Store

GROWTH = Target("a verdict while 20 sign in at once, more than without, 99th percentile", 5, "ms")
TARGETS = (GROWTH,)
_DOMAIN = "acme.example"
_PER_SECOND = 100.0
_WARM_UP = 100


def measure(setting: Setting) -> Iterator[Figure]:
    """Verdicts at a steady rate, in rounds that alternate: with nobody at the console, and with 20 signing in."""
    alone: list[float] = []
    beside: list[float] = []
    signed_in = 0
    with TemporaryDirectory(prefix="fsplug-bench-") as folder, _serving(Path(folder), setting) as (client, web_port):
        count = setting.rounds(full=1_000, quick=300)
        verdicts(client, _WARM_UP)
        for _ in range(setting.rounds(full=5, quick=2)):
            alone += verdicts(client, count)
            with _signing_in(Path(folder), web_port) as log:
                beside += verdicts(client, count)
            signed_in += log.read_text(encoding="ascii").count("in")
    p99 = {name: p99_of(took) * 1e3 for name, took in (("alone", alone), ("beside", beside))}
    said = f"{number(p99['alone'])} ms alone, {number(p99['beside'])} ms beside {signed_in} sign-ins"
    yield GROWTH.judged(p99["beside"] - p99["alone"], said)


@contextmanager
def _serving(folder: Path, setting: Setting) -> Iterator[tuple[Client, int]]:
    store = company.lay_out(folder)
    _give_accounts(store)
    store.close()
    with company.answering(folder, setting.program, has_console=True) as served:
        yield served


def _give_accounts(store: Store) -> None:
    """20 people with a role; their password's hash is made once."""
    kept = Passwords().hash(signinclient.PASSWORD)
    with drafted(store, _DOMAIN, "bench") as draft:
        for person in range(signinclient.PEOPLE):
            name = f"bench{person}"
            user = {"username": name, "extension": str(90_000 + person), "email": signinclient.email(person)}
            draft.put("user", {**user, "role": "my-console"})
    with store.atomic():
        store.run("UPDATE console_account SET password_hash = ?", kept)
    assert len(accounts.listed(store, _DOMAIN)) >= signinclient.PEOPLE


@contextmanager
def _signing_in(folder: Path, web_port: int) -> Iterator[Path]:
    log = folder / f"{uuid4().hex}.log"
    with python("benchmarks.signinclient", str(web_port), log=log):
        time.sleep(0.5)
        yield log


def verdicts(client: Client, count: int) -> list[float]:
    """Seconds that each took, from when it was due."""
    begun, took = time.perf_counter(), []
    for one in range(count):
        due = begun + one / _PER_SECOND
        time.sleep(max(0.0, due - time.perf_counter()))
        client.answer(_channel(), ARM)
        took.append(time.perf_counter() - due)
    return took


def _channel() -> bytes:
    """A customer calls user 1001."""
    uuid = uuid4().hex
    headers = {
        "Event-Name": "CHANNEL_DATA",
        "Call-Direction": "inbound",
        "Unique-ID": uuid,
        "variable_uuid": uuid,
        "Caller-Caller-ID-Number": "+4522334455",
        "variable_fsplug_company": _DOMAIN,
        "variable_fsplug_legs": "1001",
        "variable_fsplug_direction": "incoming",
    }
    return "".join(f"{name}: {quote(value)}\n" for name, value in headers.items()).encode()


def p99_of(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]
