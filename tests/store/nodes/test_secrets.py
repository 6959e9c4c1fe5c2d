"""One set of secrets for each store, on both databases: the store knows which by a fingerprint, and never the key."""

from collections.abc import Callable
from threading import Barrier, Thread

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.accounts.sealed_secrets import new_key
from fsplug.store.db.database import Store
from fsplug.store.nodes import secrets
from fsplug.store.nodes.secrets import Agreement


def test_the_first_key_is_the_store_s_and_no_other(store: Store) -> None:
    first, other = new_key(), new_key()
    assert secrets.agreement(store, [first]) is Agreement.NEW
    assert secrets.claim(store, [], "alpha", "/data") is Agreement.NEW
    assert secrets.claim(store, [first, other], "alpha", "/data") is Agreement.SAME
    assert secrets.claim(store, [other], "beta", "/data") is Agreement.DIFFERENT
    assert secrets.claim(store, [], "beta", "/data") is Agreement.DIFFERENT
    assert secrets.agreement(store, [other, first]) is Agreement.SAME
    found = secrets.mark(store)
    assert (found.host, found.data) == ("alpha", "/data")
    assert first not in str(store.rows("SELECT * FROM secret_mark"))


def test_after_a_rotation_only_the_new_key_is(store: Store) -> None:
    first, new = new_key(), new_key()
    secrets.claim(store, [first], "alpha", "/data")
    secrets.replace(store, new, "alpha", "/data")
    assert [secrets.agreement(store, [key]) for key in (first, new)] == [Agreement.DIFFERENT, Agreement.SAME]


def test_of_many_that_come_first_at_once_one_is(open_store: Callable[..., Store]) -> None:
    stores, starts, told = [open_store() for _ in range(4)], Barrier(4), list[Agreement]()

    def claim(store: Store) -> None:
        starts.wait(PATIENCE_SECONDS)
        told.append(secrets.claim(store, [new_key()], "host", "/data"))

    threads = [Thread(target=claim, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(told) == [Agreement.DIFFERENT] * 3 + [Agreement.SAME]
