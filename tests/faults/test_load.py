"""Many calls: each is decided once, and the same again from its row (B1); beyond the limit they go on (F14)."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from peewee import fn

from fsplug.lab.freeswitch import wait_for_count
from fsplug.policy.recording.facts import talk_from
from fsplug.policy.recording.verdict import verdict
from fsplug.store.calls.decisions import Decision
from fsplug.store.config import policies
from fsplug.store.schema.calls import Decisions
from tests.calls.lines import FAKE, FakeLine, a_line
from tests.calls.people import CUSTOMER, WORKS_DOCTOR
from tests.calls.plant import ACME, BETA, Plant

GENERATED, RATE = 10_000, 200.0
# So many calls are up together at most: a slow machine takes longer over the ten thousand, and is asked about each.
AT_ONCE = 100
USERS = ("1001", "1002", "1003", "1004")
CALLERS = (CUSTOMER, WORKS_DOCTOR, "22334499", "anonymous", "004522334455", "+46701740605")
DIALLED = (*(f"+45701010{user[-2:]}" for user in USERS), "+4570102001", "+4570102002", "+4570102003")


@pytest.fixture(scope="module")
def quiet_line() -> Iterator[FakeLine]:
    """A fake switch that writes no audio."""
    with a_line(FAKE, "--no-audio", "--short-events") as line:
        yield line


@pytest.mark.timeout(3600)
def test_ten_thousand_calls_are_ten_thousand_decisions_and_the_same_again(
    quiet_line: FakeLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with Plant(quiet_line, tmp_path_factory.mktemp("many")).running() as plant:
        quiet_line.ask("reset_stats")
        orders = _generated(random.Random(1), 500)
        quiet_line.ask("load", rate=RATE, seconds=GENERATED / RATE, orders=orders, at_once=AT_ONCE)
        wait_for_count(lambda: quiet_line.ask("stats")["ended"], GENERATED, "calls that have ended")
        assert quiet_line.ask("stats")["answered"] == GENERATED
        wait_for_count(lambda: _decision_count(plant), GENERATED, "decisions that are written")
        assert plant.serving.failures() == []
        decided = _decisions(plant)
        assert len({one.call for one in decided}) == GENERATED
        assert [one for one in decided if not _is_the_same_again(plant, one)] == []
        assert {one.rule for one in decided} == {
            *("excluded-number", "group-never", "group-always", "department-policy"),
        }


def test_calls_beyond_the_limit_are_let_through_and_decided_all_the_same(
    fake_line: FakeLine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fake_line.bring_back()
    with Plant(fake_line, tmp_path_factory.mktemp("limit"), session_limit=5).running() as plant:
        fake_line.ask("misbehave", one_byte_writes=True)
        orders = [{"caller": CUSTOMER, "destination": "+4570101001", "answers": {"1001": 0.2}, "talk": 4.0}]
        fake_line.ask("reset_stats")
        fake_line.ask("load", rate=5000, seconds=0.02, orders=orders)
        plant.until(lambda: fake_line.ask("stats")["ended"] == 100, "every call to end")
        fake_line.ask("behave")
        assert fake_line.ask("stats")["answered"] == 100
        plant.until(lambda: len(plant.decisions()) == 100, "every call to be decided")
        plant.until_settled()
        assert plant.serving.said("call-let-through")
        assert len({one.call for one in plant.decisions()}) == 100


def _generated(chance: random.Random, count: int) -> list[dict[str, Any]]:
    return [_order(chance) for _ in range(count)]


def _order(chance: random.Random) -> dict[str, Any]:
    who: dict[str, Any] = {"caller": chance.choice(CALLERS), "destination": chance.choice(DIALLED)}
    if chance.random() < 0.5:
        user = chance.choice(USERS)
        others = [*(one for one in USERS if one != user), *CALLERS[:3], "2001", "2003"]
        who = {"caller": user, "user": user, "domain": ACME, "context": ACME, "destination": chance.choice(others)}
    # Clara is in every group; sometimes two answer at once.
    answers = {
        "*": "no-answer",
        "trunk": 0.05,
        "1003": 0.05,
        chance.choice(USERS): 0.05,
        **_the_one_asked(who["destination"]),
    }
    return {**who, "answers": answers, "talk": chance.choice((0.1, 0.3))}


def _the_one_asked(dialled: str) -> dict[str, float]:
    return {dialled[-4:]: 0.05} if dialled[-4:] in USERS else {}


def _decisions(plant: Plant) -> list[Decision]:
    return plant.decisions(ACME) + plant.decisions(BETA)


def _decision_count(plant: Plant) -> int:
    """Counted by the database: ten thousand rows read again and again would keep fsplug from its work."""
    [(count,)] = plant.store.query(Decisions.select(fn.COUNT(Decisions.id)))
    return int(count)


def _is_the_same_again(plant: Plant, one: Decision) -> bool:
    """Whether policy says today what the row says it said."""
    snapshot = policies.snapshot(plant.store, one.company, one.version)
    again = verdict(talk_from(one.inputs), snapshot)
    said = (again.record, again.rule, again.reason, again.user, again.group)
    return said == (one.record, one.rule, one.reason, one.user, one.group)
