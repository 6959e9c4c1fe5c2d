"""How much a busy console delays a verdict: 20 people sign in and 50 pages a second are served, compared with none."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from benchmarks import company, signinclient
from benchmarks.askingcalls import Callers, callers
from benchmarks.company import Answering
from benchmarks.figures import Figure, Target, number
from benchmarks.processes import proportional_bytes, python, wait_until_idle
from benchmarks.setting import Setting
from fsplug.lab.freeswitch import wait_for
from fsplug.store.accounts import accounts, sessions
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store

PER_SECOND = 50.0
_BUSY = f"{signinclient.PEOPLE} sign in at once and {PER_SECOND:.0f} pages/s are asked for"
GROWTH = Target(f"a verdict while {_BUSY}, more than without, 99th percentile", 5, "ms")
MEMORY = Target("memory of fsplug's processes after that (PSS)", 200, "MiB")
TARGETS = (GROWTH, MEMORY)
_DOMAIN = "acme.example"
_WARM_UP = 100


def measure(setting: Setting) -> Iterator[Figure]:
    """Verdicts at a steady rate, in alternating rounds: with nobody at the console, and with a crowd."""
    alone: list[float] = []
    beside: list[float] = []
    signed_in = pages = 0
    with TemporaryDirectory(prefix="fsplug-bench-") as folder, serving(Path(folder), setting) as served:
        count = setting.rounds(full=1_000, quick=300)
        served.verdicts(_WARM_UP)
        for _ in range(setting.rounds(full=5, quick=2)):
            alone += served.verdicts(count)
            with _crowded(Path(folder), served.fsplug.web_port, served.cookies) as (signing_in, looking):
                beside += served.verdicts(count)
            signed_in += signing_in.read_text(encoding="ascii").count("in")
            pages += looking.read_text(encoding="ascii").count("200 ")
        # Each password that is being hashed takes its own memory until then.
        wait_until_idle(served.fsplug.pid)
        memory = proportional_bytes(served.fsplug.pid) / 2**20
    p99 = {name: p99_of(took) * 1e3 for name, took in (("alone", alone), ("beside", beside))}
    beside_it = f"{number(p99['beside'])} ms beside {signed_in} sign-ins and {pages} pages"
    yield GROWTH.judged(p99["beside"] - p99["alone"], f"{number(p99['alone'])} ms alone, {beside_it}")
    yield MEMORY.judged(memory)


@dataclass(frozen=True, slots=True)
class Served:
    """fsplug beside a switch with callers, and the cookies of 20 people who signed in earlier."""

    fsplug: Answering
    callers: Callers
    cookies: str

    def verdicts(self, count: int) -> list[float]:
        """See Callers.verdicts."""
        return self.callers.verdicts(self.fsplug.client, count)


@contextmanager
def serving(folder: Path, setting: Setting) -> Iterator[Served]:
    """Everything of Served, running."""
    store = company.lay_out(folder)
    _give_accounts(store)
    people = range(signinclient.PEOPLE)
    cookies = ",".join(sessions.begin(store, _DOMAIN, f"bench{one}", "127.0.0.1", "bench") for one in people)
    store.close()
    with (
        callers(folder) as switch,
        company.answering(folder, setting.program, True, switch.event_socket_port) as fsplug,
    ):
        yield Served(fsplug, switch, cookies)


def _give_accounts(store: Store) -> None:
    """Make accounts for 20 people with a role; their password is hashed once."""
    kept = Passwords().hash(signinclient.PASSWORD)

    def change(draft: Draft) -> None:
        for person in range(signinclient.PEOPLE):
            name = f"bench{person}"
            user = {"username": name, "extension": str(90_000 + person), "email": signinclient.email(person)}
            draft.put("user", {**user, "role": "my-console"})

    edit(store, _DOMAIN, "bench", change)
    with store.atomic():
        store.run("UPDATE console_account SET password_hash = ?", kept)
    assert len(accounts.listed(store, _DOMAIN)) >= signinclient.PEOPLE


@contextmanager
def _crowded(folder: Path, web_port: int, cookies: str) -> Iterator[tuple[Path, Path]]:
    """People sign in and others request pages, until the end; one line for each result."""
    signing_in, looking = (folder / f"{uuid4().hex}.log" for _ in range(2))
    with (
        python("benchmarks.signinclient", str(web_port), log=signing_in),
        python("benchmarks.pageclient", "pages", str(web_port), cookies, str(PER_SECOND), log=looking),
    ):
        wait_for(lambda: "in" in signing_in.read_text() and "200 " in looking.read_text(), "the crowd to be there", 60)
        yield signing_in, looking


def p99_of(took: Sequence[float]) -> float:
    return statistics.quantiles(took, n=100)[98]
