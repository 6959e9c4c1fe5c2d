"""The check-up of the queues: mail, recordings to seal, deleted recordings to destroy."""

from collections.abc import Iterator

from fsplug.errors import FsplugError
from fsplug.store.calls import outages, witnessed
from fsplug.store.calls import refused as refused_calls
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.outbox import mails, sealings
from fsplug.store.outbox.queue import Queue
from fsplug.store.recordings import deletions
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.settings import Settings
from fsplug.words.english import so_many

DAY_SECONDS = 86_400.0
_MISSED, _REFUSED = "missed talks", "refused calls"
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


def missed(settings: Settings, now: float) -> Finding:
    """Talks of the last day that fsplug missed, or that began without a verdict in time, over all companies."""
    store, since = Store(settings.store), now - DAY_SECONDS
    try:
        domains = [one.domain for one in companies.every(store)]
        found = [one for domain in domains for one in outages.listed(store, domain, wanted=Wanted(since=since))]
        not_asked = sum(witnessed.not_asked(store, domain, since) for domain in domains)
    except FsplugError as error:
        return wrong(_MISSED, error.text, "fsplug store status")
    finally:
        store.close()
    if not found and not not_asked:
        return ok(_MISSED, "none in the last 24 hours")
    causes = ", ".join(sorted({one.cause for one in found})) or "overload"
    text = f"missed in the last 24 hours, and decided afterwards: {so_many(sum(one.talks for one in found), 'talk')}"
    text = f"{text} ({causes}), and {not_asked} began without a verdict in time"
    return warn(_MISSED, text, "fsplug audit calls --since 24h; fsplug outage list --since 24h")


def refused(settings: Settings, now: float) -> Finding:
    """Calls of the last day that the switch refused before its dialplan, as its records tell."""
    store = Store(settings.store)
    try:
        found = refused_calls.counted(store, now - DAY_SECONDS)
    except FsplugError as error:
        return wrong(_REFUSED, error.text, "fsplug store status")
    finally:
        store.close()
    if not found:
        return ok(_REFUSED, "none in the last 24 hours")
    kinds = ", ".join(f"{one.calls} on {one.profile or 'no profile'} ({one.cause})" for one in found)
    text = (
        f"in the last 24 hours the switch refused {sum(one.calls for one in found)} calls before its dialplan: {kinds}"
    )
    return warn(_REFUSED, text, "INCOMPATIBLE_DESTINATION: give the SIP profile a codec that the callers have")


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
