"""Failures counted by key, in the store: a restart forgets none, and every console counts the same ones."""

import hashlib

from fsplug.policy.access.throttle import Count, Terms, failed, wait_seconds
from fsplug.store.db.database import Store

_COUNT = "SELECT failures, last_at, closed_until FROM throttle WHERE key = ?"
_PUT = """INSERT INTO throttle (key, failures, last_at, closed_until) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at,
    closed_until = excluded.closed_until"""


def key(kind: str, *words: str) -> str:
    """The key of these words; the store keeps no e-mail address that somebody only typed."""
    return f"{kind}:{hashlib.sha256(repr(words).encode()).hexdigest()}"


def take(store: Store, key: str, terms: Terms) -> float:
    """Count one try as failed, before it is known to be: 0.0 when it may be made, else the seconds to wait.

    A try that may not be made counts for nothing, so that a guesser can't keep others out for longer.
    """
    with store.atomic():
        _alone(store, key)
        now, count = store.now(), Count(*(store.row(_COUNT, key) or ()))
        wait = wait_seconds(count, now, terms)
        if wait == 0.0:
            after = failed(count, now, terms)
            store.run(_PUT, key, after.failures, after.last_at, after.closed_until)
    return wait


def forget(store: Store, key: str) -> None:
    """Begin to count anew."""
    with store.atomic():
        store.run("DELETE FROM throttle WHERE key = ?", key)


def give_back(store: Store, key: str) -> None:
    """The try was no failure after all."""
    with store.atomic():
        store.run("UPDATE throttle SET failures = failures - 1, closed_until = 0 WHERE key = ? AND failures > 0", key)


def _alone(store: Store, key: str) -> None:
    if store.dialect == "postgresql":
        store.rows("SELECT pg_advisory_xact_lock(hashtext(?))", key)
