"""The names of nodes, on both databases: each has one holder, by the database's clock, and a second one is refused."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from fsplug.errors import Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.db.database import Store
from fsplug.store.nodes import names
from fsplug.store.nodes.names import LEASE_SECONDS, Claim
from tests.store.accountcast import Clock

Open = Callable[..., Store]
FIRST = Claim("sip1", "alpha", "/var/lib/fsplug", "/srv/archive")
SECOND = Claim("sip1", "beta", "/data", "s3://bucket")


def test_a_second_one_under_a_live_name_is_refused_and_told_what_to_do(open_store: Open) -> None:
    clock = Clock()
    store = open_store(database_clock=clock)
    names.hold(store, FIRST, [], "a1")
    clock.now += 3.0
    with pytest.raises(Refused) as refused:
        names.hold(store, SECOND, ["b0"], "b1")
    assert refused.value.code == "name-taken"
    for said in ("fsplug on alpha", "/var/lib/fsplug)", " 3 s ago", 'switch_name = "..." in /data/fsplug.toml', "17 s"):
        assert said in refused.value.text
    assert names.get(store, "sip1").host == "alpha"


def test_it_may_have_another_name_and_the_first_one_when_that_is_free(open_store: Open) -> None:
    clock = Clock()
    store = open_store(database_clock=clock)
    names.hold(store, FIRST, [], "a1")
    names.hold(store, Claim("sip2", "beta", "/data", "/archive"), [], "c1")
    clock.now += LEASE_SECONDS - 1
    names.hold(store, FIRST, ["a1"], "a2")
    clock.now += LEASE_SECONDS - 1
    with pytest.raises(Refused):
        names.hold(store, SECOND, [], "b1")
    clock.now += 2
    names.hold(store, SECOND, [], "b1")
    with pytest.raises(Refused, match="fsplug on beta"):
        names.hold(store, FIRST, ["a1", "a2"], "a3")
    assert [(one.name, one.host, one.archive) for one in names.every(store)] == [
        ("sip1", "beta", "s3://bucket"),
        ("sip2", "beta", "/archive"),
    ]


def test_its_own_next_process_takes_it_over_at_once_and_a_copy_of_the_machine_does_not(open_store: Open) -> None:
    store = open_store()
    names.hold(store, FIRST, [], "a1")
    names.hold(store, FIRST, ["a1"], "a2")
    with pytest.raises(Refused):
        names.hold(store, SECOND, ["a1"], "b1")
    names.hold(store, FIRST, ["a1", "a2"], "a3")


def test_a_clean_stop_frees_it_and_nobody_else_can(open_store: Open) -> None:
    store = open_store()
    names.hold(store, FIRST, [], "a1")
    names.release(store, "sip1", "another's")
    with pytest.raises(Refused):
        names.hold(store, SECOND, [], "b1")
    names.release(store, "sip1", "a1")
    stopped = names.get(store, "sip1")
    assert stopped.stopped_at is not None
    assert not stopped.is_held(store.database_now())
    names.hold(store, SECOND, [], "b1")
    assert names.get(store, "sip1").stopped_at is None


def test_a_lease_from_before_the_clock_was_put_back_keeps_nobody_out(open_store: Open) -> None:
    clock = Clock()
    store = open_store(database_clock=clock)
    names.hold(store, FIRST, [], "a1")
    clock.now -= 86_400.0
    names.hold(store, SECOND, [], "b1")


def test_of_many_that_want_a_name_at_once_one_has_it(open_store: Open) -> None:
    stores, starts = [open_store() for _ in range(4)], Barrier(4)
    held, refused = list[str](), list[str]()

    def claim(store: Store, host: str) -> None:
        for number in range(5):
            starts.wait(PATIENCE_SECONDS)
            try:
                names.hold(store, Claim(f"sip{number}", host, "/data", "/archive"), [], f"{host}{number}")
            except Refused as error:
                refused.append(error.code)
            else:
                held.append(f"sip{number}")

    threads = [Thread(target=claim, args=(store, f"host{at}")) for at, store in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(held) == [f"sip{number}" for number in range(5)]
    assert refused == ["name-taken"] * 15
