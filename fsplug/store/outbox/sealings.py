"""The recordings that wait to be sealed into the archive, as a queue: uploads that fail are tried again.

A recording's state says whether it must be sealed; this queue says which process is sealing it and how often it was
tried.
"""

from collections.abc import Collection, Sequence

from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, Write, given, given_each, insert
from fsplug.store.outbox.queue import Lease, Queue
from fsplug.store.schema.outbox import Sealings

# Enough to move a file; `take` adds the time that an upload needs on a slow line.
LEASE_SECONDS = 10.0
SLOWEST_BYTES_PER_SECOND = 250_000
QUEUE = Queue(
    Sealings, Sealings.recording.is_null(False), lease_seconds=LEASE_SECONDS, pauses=(1.0, 2.0, 4.0, 8.0, 15.0)
)

_OF_SWITCH = Select(str, lambda: Sealings.select(Sealings.recording).where(Sealings.switch == given.switch))
_DUE = Select(str, lambda: Sealings.select(Sealings.recording).where((Sealings.switch == given.switch) & QUEUE.ready()))
_PUT = Write(lambda: insert(Sealings, "recording switch at next_at", once_by="recording"))
_FORGET = Write(
    lambda: Sealings.delete().where((Sealings.switch == given.switch) & Sealings.recording.in_(given_each.recordings))
)


def follow(store: Store, switch: str, recordings: Collection[str]) -> None:
    """Make the switch's queue hold these recordings and no others. Recordings that are queued already don't change."""
    queued, wanted = set(_OF_SWITCH.rows(store, switch=switch)), set(recordings)
    if queued == wanted:
        return
    with store.atomic():
        now = store.database_now()
        new = sorted(wanted - queued)
        _PUT.run_many(store, [{"recording": one, "switch": switch, "at": now, "next_at": now} for one in new])
        for some in in_batches(sorted(queued - wanted)):
            _FORGET.run(store, switch=switch, recordings=some)


def due(store: Store, switch: str) -> set[str]:
    """The recordings of this switch that may be taken now."""
    return set(_DUE.rows(store, switch=switch, now=store.database_now()))


def take(store: Store, recordings: Sequence[str], size: int) -> dict[str, Lease]:
    """Take recordings of `size` bytes together, to seal one after the other; those that another process has by now are
    not among the leases, which are by recording.
    """
    return QUEUE.take_all(store, recordings, LEASE_SECONDS + size / SLOWEST_BYTES_PER_SECOND)


def give_back(store: Store, leases: Sequence[Lease]) -> None:
    """These recordings were not tried after all."""
    QUEUE.give_back(store, leases)


def failed(store: Store, lease: Lease, code: str, reason: str) -> None:
    """The recording could not be sealed now; the next try comes later with each failure."""
    QUEUE.delay(store, lease, code, reason)


def release(store: Store, lease: Lease, code: str, reason: str) -> None:
    """The recording was sealed, but the sealing may not be durable: it is tried again at once."""
    QUEUE.delay(store, lease, code, reason, pause=False)
