"""Recordings deleted by people: they disappear at once, can be brought back within a minute, and are destroyed after
it.

Two steps keep a row and its file consistent: the deletion is written here first, and from then on nobody finds or hears
the recording; its file is removed later, and then that is written too. If fsplug is killed between any two of these,
the deletion is pending or done.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from peewee import fn

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.policy.access.scopes import Actor, Need, check_may
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.outbox.queue import Lease, Queue
from fsplug.store.recordings import access, recordings, waveforms
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.recordings.search import index
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.recordings import Deletions

UNDO_SECONDS = 60.0
_LONGEST_LEFT_SECONDS = UNDO_SECONDS + CLOCK_SECONDS
MOST_AT_ONCE = 1_000
# A process that took a file to destroy and has not reported for this long has died; another may take the file.
LEASE_SECONDS = 60.0
# The deletions whose files are not destroyed yet, as a queue.
QUEUE = Queue(
    Deletions,
    Deletions.destroyed_at.is_null(),
    lease_seconds=LEASE_SECONDS,
    pauses=(10.0, 20.0, 40.0, 80.0, 160.0, 320.0, 640.0, 1_280.0, 2_560.0, 3_600.0),
)
# The actor in the audit trail for destroyed files: no person.
_ITSELF = "fsplug"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One recording's.

    `batch` identifies the recordings deleted together. Times are epoch seconds; `trouble` is the last try's error.
    """

    recording: str
    company: str
    batch: str
    at: float
    deleted_by: str
    undo_until: float
    begun_at: float | None
    tries: int
    trouble: str | None
    destroyed_at: float | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this deletion ends."""
        return (self.at, self.recording)


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings that one person deleted together; `trouble` says why those not `destroyed` still exist."""

    id: str
    at: float
    deleted_by: str
    undo_until: float
    recordings: int
    destroyed: int
    trouble: str | None


DELETIONS = Deletions.select(*columns(Deletion, Deletions, company=Companies.domain, trouble=Deletions.code)).join(
    Companies, on=(Companies.id == Deletions.company)
)
_GET = Select(
    Deletion,
    lambda: DELETIONS.where((Deletions.company == given.company) & (Deletions.recording == given.recording)),
)
_LISTED = Listing(Deletion, Deletions, lambda: DELETIONS.where(Deletions.company == given.company), key="recording")
_OF_BATCH = Select(
    str,
    lambda: (
        Deletions.select(Deletions.recording)
        .where((Deletions.company == given.company) & (Deletions.batch == given.batch))
        .order_by(Deletions.recording)
    ),
)
_PENDING = Select(
    Batch,
    lambda: (
        Deletions.select(
            Deletions.batch.alias("id"),
            fn.MIN(Deletions.at).alias("at"),
            fn.MIN(Deletions.deleted_by).alias("deleted_by"),
            fn.MIN(Deletions.undo_until).alias("undo_until"),
            fn.COUNT(Deletions.recording).alias("recordings"),
            fn.COUNT(Deletions.destroyed_at).alias("destroyed"),
            fn.MAX(Deletions.code).alias("trouble"),
        )
        .where((Deletions.company == given.company) & Deletions.destroyed_at.is_null())
        .group_by(Deletions.batch)
        .order_by(fn.MIN(Deletions.at).desc(), Deletions.batch)
        .limit(given.limit)
    ),
)
# A minute that ends impossibly late began before the database's clock was put back.
UNDO_IS_OVER = (Deletions.undo_until <= given.now) | (Deletions.undo_until > given.now + _LONGEST_LEFT_SECONDS)
_ADD = Write(lambda: insert(Deletions, "recording company batch at deleted_by undo_until next_at", once_by="recording"))
_BEGIN = Write(
    lambda: Deletions.update(begun_at=fn.COALESCE(Deletions.begun_at, given.now)).where(
        (Deletions.recording == given.recording) & QUEUE.waiting & UNDO_IS_OVER
    )
)
_DESTROYED = Write(
    lambda: Deletions.update(destroyed_at=given.now, code=None, reason=None, leased_until=0.0).where(
        (Deletions.recording == given.recording) & QUEUE.waiting
    )
)
_UNDO = Write(
    lambda: Deletions.delete().where(
        (Deletions.recording == given.recording) & Deletions.begun_at.is_null() & ~UNDO_IS_OVER
    )
)


def delete(store: Store, domain: str, ids: Collection[str], actor: Actor) -> Batch:
    """Delete the company's recordings, all or none; recordings deleted already stay deleted.

    Invalid("unknown-recording") names a missing one; Refused names one that must not be deleted.
    """
    with store.atomic():
        return _write(store, domain, deletable(store, domain, ids, actor), actor)


def deletable(store: Store, domain: str, ids: Collection[str], actor: Actor) -> list[Recording]:
    """The recordings that `delete` would delete; raises as `delete`."""
    check_may(actor, Need.DELETION, domain)
    if not 0 < len(set(ids)) <= MOST_AT_ONCE:
        text = f"{len(set(ids))} recordings can't be deleted together; name 1 to {MOST_AT_ONCE}"
        raise Invalid("bad-deletion", text, most=MOST_AT_ONCE)
    found = [_named(store, domain, one) for one in dict.fromkeys(ids)]
    going = [one for one in found if one.state is not State.DELETED]
    for one in going:
        may_be_deleted(store, one)
    return going


def destroy(store: Store, domain: str, going: Sequence[Recording], by: str) -> None:
    """Delete these recordings for good: nobody can bring them back. A file that is not sealed yet goes once it is."""
    batch, now = uuid.uuid4().hex[:16], store.database_now()
    shared = {"company": company_id(store, domain), "batch": batch, "at": now, "deleted_by": by, "undo_until": now}
    waits = {one.id: 0.0 if one.state is State.SEALED else UNDO_SECONDS for one in going}
    _ADD.run_many(store, [{"recording": one, "next_at": now + seconds, **shared} for one, seconds in waits.items()])
    index.unfile(store, list(waits))


def undelete(store: Store, domain: str, ids: Collection[str], actor: Actor) -> int:
    """Bring recordings back while there is time; returns how many.

    Refused("too-late") if it is too late for one of them.
    """
    check_may(actor, Need.DELETION, domain)
    with store.atomic():
        found = [get(store, domain, one) for one in dict.fromkeys(ids)]
        for one in found:
            _undo(store, one, actor)
        index.file(store, [one.recording for one in found])
        return len(found)


def undelete_batch(store: Store, domain: str, batch: str, actor: Actor) -> int:
    """Bring back all recordings that were deleted together; returns how many.

    Invalid("unknown-deletion") if there are none.
    """
    check_may(actor, Need.DELETION, domain)
    with store.atomic():
        found = _OF_BATCH.rows(store, company=company_id(store, domain), batch=batch)
        if not found:
            raise Invalid("unknown-deletion", f"{domain} has no deletion {batch[:40]!r}; it may be undone already")
        return undelete(store, domain, found, actor)


def may_be_deleted(store: Store, recording: Recording) -> None:
    """Refused("not-deletable") if the recording must not be deleted, because it is not sealed."""
    if recording.state is not State.SEALED:
        text = f"recording {recording.id} is {recording.state}; only a sealed one can be deleted"
        raise Refused("not-deletable", text, recording=recording.id)


def get(store: Store, domain: str, recording: str) -> Deletion:
    """The recording's; Invalid("unknown-deletion") if it is not deleted, or not the company's."""
    found = _GET.row(store, company=company_id(store, domain), recording=recording)
    if found is None:
        raise Invalid("unknown-deletion", f"{domain} has no deleted recording {recording}", recording=recording)
    return found


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[Deletion]:
    """The company's deletions that were not undone, newest first."""
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def pending(store: Store, domain: str, limit: int = 20) -> list[Batch]:
    """The deletions whose files are not all destroyed, newest first, including those that can be undone."""
    return _PENDING.rows(store, company=company_id(store, domain), limit=limit)


def begin(store: Store, deletion: Deletion) -> Lease | None:
    """Take the deletion for `LEASE_SECONDS`, to destroy the file.

    From now on it can't be undone. None if it was just undone, or another process has it.
    """
    with store.atomic():
        if not _BEGIN.run(store, recording=deletion.recording, now=store.database_now()):
            return None
        return QUEUE.take(store, deletion.recording)


def destroyed(store: Store, deletion: Deletion) -> None:
    """The file is destroyed; the audit trail gets one entry."""
    with store.atomic():
        if _DESTROYED.run(store, recording=deletion.recording, now=store.database_now()):
            waveforms.forget(store, deletion.recording)
            _audit(store, deletion, _ITSELF, "destroy")


def failed(store: Store, lease: Lease, trouble: str, reason: str) -> None:
    """The file could not be destroyed, for this reason: the next try comes later with each failure."""
    QUEUE.delay(store, lease, trouble, reason)


def _named(store: Store, domain: str, recording: str) -> Recording:
    found = recordings.get(store, domain, recording)
    if found is None:
        text = f"there is no recording {recording[:80]}; see: fsplug recording list"
        raise Invalid("unknown-recording", text, recording=recording)
    return found


def _write(store: Store, domain: str, going: Sequence[Recording], actor: Actor) -> Batch:
    batch, now = uuid.uuid4().hex[:16], store.database_now()
    until = now + UNDO_SECONDS
    shared = {"company": company_id(store, domain), "batch": batch, "at": now, "deleted_by": actor.logged_name}
    shared |= {"undo_until": until, "next_at": until}
    _ADD.run_many(store, [{"recording": one.id, **shared} for one in going])
    index.unfile(store, [one.id for one in going])
    for one in going:
        people = access.people_of(store, one)
        trail.add(store, domain, actor.logged_name, "delete", one.id, people, call=one.call, batch=batch)
    return Batch(batch, now, actor.logged_name, until, len(going), 0, None)


def _undo(store: Store, one: Deletion, actor: Actor) -> None:
    if not _UNDO.run(store, recording=one.recording, now=store.database_now()):
        text = f"recording {one.recording} is being destroyed; a deletion can be undone for {UNDO_SECONDS:.0f} s only"
        raise Refused("too-late", text, recording=one.recording)
    _audit(store, one, actor.logged_name, "undelete")


def _audit(store: Store, one: Deletion, by: str, act: str) -> None:
    found = recordings.get(store, one.company, one.recording)
    people = access.people_of(store, found) if found is not None else []
    trail.add(store, one.company, by, act, one.recording, people, batch=one.batch)
