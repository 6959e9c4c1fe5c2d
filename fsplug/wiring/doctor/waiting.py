"""The check-up of the queues: mail, recordings to seal, deleted recordings to destroy."""

from collections.abc import Iterator

from fsplug.errors import FsplugError
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails, sealings
from fsplug.store.outbox.queue import Queue
from fsplug.store.recordings import deletions
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings

# Subject, queue, and the command that lists what is queued.
_QUEUES = (
    ("mail queue", mails.QUEUE, "fsplug mail list --state queued"),
    ("recordings to seal", sealings.QUEUE, "fsplug recording list --state stopped"),
    ("recordings to destroy", deletions.QUEUE, "fsplug recording list --state deleted"),
)


def every(settings: Settings) -> Iterator[Finding]:
    """One finding for each queue, over all companies and switches of the store."""
    store = Store(settings.store)
    try:
        for subject, queue, command in _QUEUES:
            yield _state(store, subject, queue, command)
    finally:
        store.close()


def _state(store: Store, subject: str, queue: Queue, command: str) -> Finding:
    try:
        found, now = queue.state(store), store.database_now()
    except FsplugError as error:
        return wrong(subject, error.text, "fsplug store status")
    if found.worst is None:
        return ok(subject, f"{found.waiting} waiting, none failed")
    worst = found.worst
    tries = f"tries: {worst.tries}, next in {max(0.0, worst.next_at - now):.0f} s"
    text = f"{found.waiting} waiting, {found.failing} failed so far ({tries})"
    return warn(subject, f"{text}: {worst.reason or worst.code}", command)
