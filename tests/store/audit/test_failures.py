"""Failures of strangers: counted while they happen, and one entry of the trail for each window."""

from collections.abc import Callable
from threading import Thread

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access.failures import WINDOW_SECONDS, Failure
from fsplug.store.accounts import signin
from fsplug.store.accounts.housekeeping import FORGET_SECONDS, delete_old
from fsplug.store.audit import failures, trail, verification
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.db.database import Store
from tests.store.accountcast import ANNA, Clock, Console
from tests.store.cast import ACME, BETA

ACT = "sign-in-refused"


def _fail(console: Console, address: str = "198.51.100.7", **others: str) -> None:
    failures.add(console.store, ACME, ACT, Failure(address, **others))


def _summaries(store: Store, domain: str = ACME) -> list[AuditEntry]:
    return [one for one in trail.listed(store, domain) if one.act == ACT]


def test_two_hundred_failures_are_one_entry_with_their_addresses(console: Console) -> None:
    for n in range(200):
        _fail(console, f"198.51.100.{n % 40}", typed=f"user{n}@acme.example", wrong="password")
    assert _summaries(console.store) == [], "not before the window is over"
    begun = console.clock()
    console.clock.turn(WINDOW_SECONDS)
    assert failures.sum_up(console.store) == 1
    assert failures.sum_up(console.store) == 0, "once"
    [entry] = _summaries(console.store)
    assert (entry.actor, entry.subject, entry.people) == ("<*>", "", ())
    assert entry.facts == {
        "tries": 200,
        "addresses": [f"198.51.100.{n} (5)" for n in range(10)],
        "other_addresses": 150,
        "first_at": begun,
        "last_at": begun,
        "typed": [f"user{n}@acme.example" for n in range(5)],
        "wrong": "password",
    }
    assert verification.verify(console.store, ACME).trouble is None


def test_guesses_at_somebodys_account_are_about_that_person(console: Console) -> None:
    for username in ("1001", "1002", "1001"):
        _fail(console, person=username, typed="whatever")
    console.clock.turn(WINDOW_SECONDS)
    failures.sum_up(console.store)
    [entry] = _summaries(console.store)
    assert entry.people == ("1001", "1002")
    assert entry.facts["typed"] == []


def test_who_tried_is_named_beside_whose_call_it_was(console: Console) -> None:
    for by in ("1002", "1002", ""):
        failures.add(console.store, ACME, "call-not-taken-over", Failure("", "1001", by=by))
    console.clock.turn(WINDOW_SECONDS)
    failures.sum_up(console.store)
    [entry] = [one for one in trail.listed(console.store, ACME) if one.act == "call-not-taken-over"]
    assert (entry.people, entry.facts["tried_by"]) == (("1001", "1002"), ["1002"])
    assert (entry.facts["tries"], entry.facts["addresses"]) == (3, [])


def test_each_window_each_act_and_each_company_has_its_own(console: Console) -> None:
    _fail(console)
    failures.add(console.store, ACME, "password-reset-refused", Failure("192.0.2.1"))
    failures.add(console.store, BETA, ACT, Failure("192.0.2.2"))
    console.clock.turn(WINDOW_SECONDS)
    _fail(console)
    assert failures.sum_up(console.store) == 3
    assert len(_summaries(console.store)) == len(_summaries(console.store, BETA)) == 1
    console.clock.turn(WINDOW_SECONDS)
    assert failures.sum_up(console.store) == 1
    assert len(_summaries(console.store)) == 2


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("x" * 300, "x" * 64),
        ("a\r\nb\0\x1b[31m", "a\\r\\nb\\x00\\x1b[31m"),
        ("\u202eevil\ud800", "\\u202eevil\\ud800"),
        ("åse@acme.example", "åse@acme.example"),
    ],
)
def test_what_a_stranger_typed_is_short_and_hides_nothing(console: Console, typed: str, kept: str) -> None:
    _fail(console, typed=typed, address="203.0.113.9" + "x" * 300)
    console.clock.turn(WINDOW_SECONDS)
    failures.sum_up(console.store)
    [entry] = _summaries(console.store)
    assert entry.facts["typed"] == [kept]
    assert entry.actor == f"<{kept}>"
    assert len(str(entry.facts)) < 400


@pytest.mark.parametrize("by_seconds", [-1e6, -WINDOW_SECONDS, 1e6])
def test_a_clock_that_is_put_holds_no_summary_back_and_loses_no_failure(console: Console, by_seconds: float) -> None:
    _fail(console)
    console.clock.turn(by_seconds)
    for _ in range(2):
        failures.sum_up(console.store)
        _fail(console)
    console.clock.turn(3 * WINDOW_SECONDS)
    failures.sum_up(console.store)
    assert sum(one.facts["tries"] for one in _summaries(console.store)) == 3


def test_what_was_summed_up_expires_and_nothing_else(console: Console) -> None:
    def kept() -> int:
        return int(console.store.rows("SELECT COUNT(*) FROM failed_try")[0][0])

    _fail(console)
    console.clock.turn(FORGET_SECONDS + 1)
    delete_old(console.store)
    assert kept() == 1, "the trail does not have it yet"
    failures.sum_up(console.store)
    delete_old(console.store)
    assert kept() == 0
    assert len(_summaries(console.store)) == 1


def test_failures_at_the_same_moment_are_all_counted_and_summed_up_once(open_store: Callable[..., Store]) -> None:
    clock = Clock()
    console = Console(open_store(clock=clock), clock)

    def fail() -> None:
        store = open_store(clock=clock)
        for _ in range(5):
            failures.add(store, ACME, ACT, Failure("192.0.2.1"))

    def sum_up() -> None:
        failures.sum_up(open_store(clock=clock))

    for work, seconds in ((fail, WINDOW_SECONDS), (sum_up, 0.0)):
        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_SECONDS)
        clock.turn(seconds)
    assert [one.facts["tries"] for one in _summaries(console.store)] == [20]


def test_refused_sign_ins_and_resets_are_counted_so(console: Console) -> None:
    console.made()
    before = len(trail.listed(console.store, ACME))
    signin.ask_reset(console.store, ACME, "nobody@acme.example", "203.0.113.9")
    signin.ask_reset(console.store, "nowhere.example", "nobody@acme.example", "203.0.113.9")
    signin.ask_reset(console.store, ACME, ANNA, "203.0.113.9")
    assert len(trail.listed(console.store, ACME)) == before + 1
    assert trail.listed(console.store, ACME, limit=1)[0].facts == {"address": "203.0.113.9"}
    console.clock.turn(WINDOW_SECONDS)
    failures.sum_up(console.store)
    [entry] = trail.listed(console.store, ACME, limit=1)
    assert (entry.act, entry.facts["addresses"]) == ("password-reset-refused", ["203.0.113.9 (1)"])
