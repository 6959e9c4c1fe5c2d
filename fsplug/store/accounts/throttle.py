"""Failures counted by key, in the store: a restart forgets none, and all console processes share the counts."""

import hashlib
from dataclasses import asdict

from fsplug.policy.access.throttle import Count, ThrottleTerms, failed, wait_seconds
from fsplug.store.db.alone import alone
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, put
from fsplug.store.schema.accounts import Throttles

_COUNT = Select(Count, lambda: Throttles.select(*columns(Count, Throttles)).where(Throttles.key == given.key))
_PUT = Write(lambda: put(Throttles, "key failures last_at closed_until"))
_FORGET = Write(lambda: Throttles.delete().where(Throttles.key == given.key))
_GIVE_BACK = Write(
    lambda: Throttles.update({Throttles.failures: Throttles.failures - 1, Throttles.closed_until: 0.0}).where(
        (Throttles.key == given.key) & (Throttles.failures > 0)
    )
)


def key(kind: str, *words: str) -> str:
    """A key made of these words, hashed: the store must not keep an e-mail address that somebody only typed."""
    return f"{kind}:{hashlib.sha256(repr(words).encode()).hexdigest()}"


def take(store: Store, key: str, terms: ThrottleTerms) -> float:
    """Count a try as failed before its outcome is known.

    Returns 0.0 if the try may be made, else the seconds to wait. A forbidden try is not counted, so that a guesser
    can't lock others out for longer.
    """
    with store.atomic():
        alone(store, key)
        now, count = store.now(), _COUNT.row(store, key=key) or Count()
        wait = wait_seconds(count, now, terms)
        if wait == 0.0:
            after = failed(count, now, terms)
            _PUT.run(store, key=key, **asdict(after))
    return wait


def forget(store: Store, key: str) -> None:
    """Start the count again."""
    with store.atomic():
        _FORGET.run(store, key=key)


def give_back(store: Store, key: str) -> None:
    """The try did not fail after all."""
    with store.atomic():
        _GIVE_BACK.run(store, key=key)
