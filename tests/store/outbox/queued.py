"""Things in each of the queues, and a process that takes them: `python -m tests.store.outbox.queued URL QUEUE SKEW`.

The process says `ready`, waits for a line, takes whatever it can, says what it took, and waits to be killed.
"""

import sys
import time
from collections.abc import Callable

from fsplug.policy.access.scopes import operator
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails, sealings
from fsplug.store.outbox.queue import Queue
from fsplug.store.recordings import deletions
from tests.store.cast import ACME
from tests.store.story import recorded_call

QUEUES: dict[str, Queue] = {"mail": mails.QUEUE, "deletion": deletions.QUEUE, "sealing": sealings.QUEUE}
_KEYS = {"mail": "id", "deletion": "recording", "sealing": "recording"}


def _put_mails(store: Store, count: int) -> list[str]:
    return [mails.queue(store, ACME, mails.MailKind.RESET, "1001", "anna@acme.example", "da") for _ in range(count)]


def _put_deletions(store: Store, count: int) -> list[str]:
    for number in range(count):
        ledger.apply(store, recorded_call(f"call{number}"))
    found = [f"call{number}-rec" for number in range(count)]
    deletions.delete(store, ACME, found, operator("root"))
    passed(store, "deletion", deletions.UNDO_SECONDS)
    return found


def _put_sealings(store: Store, count: int) -> list[str]:
    found = [f"rec{number}" for number in range(count)]
    sealings.follow(store, "fs1", found)
    return found


PUT: dict[str, Callable[[Store, int], list[str]]] = {
    "mail": _put_mails,
    "deletion": _put_deletions,
    "sealing": _put_sealings,
}


def passed(store: Store, queue: str, seconds: float) -> None:
    """Move what the queue holds into the past: the database's clock goes on, or by less than nothing is put back."""
    with store.atomic():
        store.run(f"UPDATE {queue} SET next_at = next_at - ?, leased_until = leased_until - ?", seconds, seconds)
        if queue == "deletion":
            store.run("UPDATE deletion SET undo_until = undo_until - ?", seconds)


def keys(store: Store, queue: str) -> list[str]:
    """All that is in the queue."""
    return [key for (key,) in store.rows(f"SELECT {_KEYS[queue]} FROM {queue} ORDER BY 1")]


def skewed(seconds: float) -> Callable[[], float]:
    """The clock of a process that is so far ahead."""
    return lambda: time.time() + seconds


def _main(url: str, queue: str, skew: str) -> None:
    store = Store(url, clock=skewed(float(skew)))
    wanted = keys(store, queue)
    print("ready", flush=True)
    sys.stdin.readline()
    took = [key for key in wanted if QUEUES[queue].take(store, key)]
    print(" ".join(took), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    _main(*sys.argv[1:])
