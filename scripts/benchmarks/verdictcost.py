"""The cost of a verdict in a small company and in a huge one, with few past calls and with many."""

import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast
from uuid import uuid4

from benchmarks import company
from benchmarks.figures import Figure, Target, number
from benchmarks.setting import Setting
from fsplug.esl.calls.arming import CallArmer
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.consents import Consents
from fsplug.esl.calls.conversations import Conversations
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports, Spool
from fsplug.esl.switch import Switch
from fsplug.policy.recording.legs import Leg
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import DecisionMade
from fsplug.store.config import policies
from fsplug.store.db.database import Store

COST = Target("a verdict in a huge company, against a small one", 1.2, "times")
TARGETS = (COST,)
_DOMAIN = "acme.example"
_BATCH = 10_000
_ROUNDS, _CALLS_A_ROUND = 60, 50


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a company and of its past."""

    users: int
    excluded: int
    decisions: int

    def __str__(self) -> str:
        return f"{self.users:,} users, {self.excluded:,} excluded, {self.decisions:,} decisions"


SMALL = Size(100, 100, 100)
HUGE = Size(100_000, 10_000, 1_000_000)
BIG = Size(10_000, 10_000, 100_000)


def measure(setting: Setting) -> Iterator[Figure]:
    """Calls from outside to random people, in rounds that alternate between the two companies.

    Each round begins with an empty cache, so that every user is read from the store. The policy itself is read once per
    version, before the rounds.
    """
    huge = BIG if setting.quick else HUGE
    costs: dict[Size, list[float]] = {SMALL: [], huge: []}
    with _company(SMALL) as small_store, _company(huge) as huge_store:
        for _ in range(_ROUNDS):
            costs[SMALL] += _round(small_store, SMALL)
            costs[huge] += _round(huge_store, huge)
    microseconds = {size: statistics.median(found) * 1e6 for size, found in costs.items()}
    beside = ", ".join(f"{number(cost)} µs with {size}" for size, cost in microseconds.items())
    yield COST.judged(microseconds[huge] / microseconds[SMALL], beside)


def _round(store: Store, size: Size) -> list[float]:
    """The seconds that each verdict of the round took, from the request to the variables that arm the call."""
    book, ports = CallBook(), _ports()
    armer = CallArmer(book, PolicySource(store), Conversations(store, book, ports), Consents(ports), ports)
    users = random.sample(range(size.users), _CALLS_A_ROUND)
    return [_seconds(armer, _caller(), str(user)) for user in users]


def _seconds(armer: CallArmer, caller: Leg, user: str) -> float:
    begun = time.perf_counter()
    armer.arm(caller, (user,))
    return time.perf_counter() - begun


def _caller() -> Leg:
    """A caller from outside who has hardly ever called before."""
    uuid = uuid4().hex
    return Leg(uuid, _DOMAIN, call=uuid, called_in=True, numbers=(f"+4522{random.randrange(10**6):06}",))


@contextmanager
def _company(size: Size) -> Iterator[Store]:
    """The store of a company of this size."""
    with TemporaryDirectory(prefix="fsplug-bench-") as folder:
        store = company.lay_out(Path(folder), _document(size))
        _decide(store, size.decisions)
        # Opened again, as a starting server finds it: with empty caches, and with the log merged into the database.
        store.close()
        store.connect()
        policies.snapshot(store, _DOMAIN)
        yield store
        store.close()


class _Spool:
    """A spool that always has room."""

    trouble = None

    def path(self, recording: str) -> str:
        return f"/spool/{recording}.wav"


def _ports() -> Ports:
    return Ports(
        switch_name="bench",
        switch=cast(Switch, None),
        spool=cast(Spool, _Spool()),
        write=lambda entry: None,
        clock=time.time,
        later=lambda *_: None,
        new_id=lambda: uuid4().hex,
    )


def _document(size: Size) -> dict[str, object]:
    return {
        "company": [
            {
                "domain": _DOMAIN,
                "name": "Acme A/S",
                "country": "DK",
                "department": [{"name": "Sales"}],
                "policy": [{"department": "Sales", "incoming": True}],
                "range": [{"first": "+4530000000", "last": "+4539999999"}],
                "user": [_user(number_) for number_ in range(size.users)],
                "excluded": [{"number": f"+457{number_:07}"} for number_ in range(size.excluded)],
            }
        ]
    }


def _user(number_: int) -> dict[str, object]:
    return {
        "username": str(number_),
        "extension": str(200_000 + number_),
        "name": f"User {number_}",
        "department": "Sales",
        "record": True,
        "fixed_number": f"+453{number_:07}",
    }


def _decide(store: Store, count: int) -> None:
    for begin in range(0, count, _BATCH):
        ledger.apply(store, [_decision(number_) for number_ in range(begin, min(count, begin + _BATCH))])


def _decision(number_: int) -> DecisionMade:
    return DecisionMade(
        decision=uuid4().hex,
        call=uuid4().hex,
        company=_DOMAIN,
        talk=f"talk-{number_}",
        at=1e9 + number_,
        version=1,
        user=str(number_ % 100),
        leg=None,
        record=False,
        rule="department-policy",
        reason="bench",
        direction="incoming",
        group=None,
        caller="+4522334455",
        answerer="+4530000001",
        inputs={},
    )
