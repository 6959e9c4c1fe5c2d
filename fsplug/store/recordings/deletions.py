"""Recordings deleted by people: gone at once, undone within a minute, destroyed after it.

Two steps, so that a row and its file never tell different stories: the deletion is written here first, and from then on
nobody finds or hears the recording; its file is removed later, and then that is written too. Killed between any two of
these, the deletion is pending or done.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, check_may
from fsplug.store.audit import trail
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.recordings import access, recordings, waveforms
from fsplug.store.recordings.recordings import Recording, State
from fsplug.store.recordings.search import index

UNDO_SECONDS = 60.0
MOST_AT_ONCE = 1_000
# How long after a try that failed the next one comes, the later the more there were.
_RETRY_SECONDS, _LONGEST_RETRY_SECONDS = 10.0, 3_600.0
# Who destroys, in the audit trail: nobody who could be asked.
_HOUSE = "fsplug"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One recording's. `batch` is what was deleted with it. Times are epoch seconds; `trouble` is the last try's."""

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

    def can_be_undone(self, now: float) -> bool:
        """Whether there is still time."""
        return self.begun_at is None and now < self.undo_until


@dataclass(frozen=True, slots=True)
class Batch:
    """Recordings that one person deleted at once; `trouble` is why those that are not `destroyed` still are there."""

    id: str
    at: float
    deleted_by: str
    undo_until: float
    recordings: int
    destroyed: int
    trouble: str | None


_COLUMNS = "x.recording, c.domain, x.batch, x.at, x.deleted_by, x.undo_until, x.begun_at, x.tries, x.trouble"
_DELETIONS = f"SELECT {_COLUMNS}, x.destroyed_at FROM deletion x JOIN company c ON c.id = x.company"
_INSERT = """INSERT INTO deletion (recording, company, batch, at, deleted_by, undo_until, next_at)
    VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (recording) DO NOTHING"""
_BATCHES = """SELECT batch, MIN(at), MIN(deleted_by), MIN(undo_until), COUNT(*), COUNT(destroyed_at),
    MAX(CASE WHEN destroyed_at IS NULL THEN trouble END) FROM deletion
    WHERE company = ? AND destroyed_at IS NULL GROUP BY batch ORDER BY MIN(at) DESC, batch LIMIT ?"""
_DUE = f"""{_DELETIONS} JOIN recording r ON r.id = x.recording JOIN call k ON k.id = r.call
    WHERE x.destroyed_at IS NULL AND x.next_at <= ? AND k.switch = ? ORDER BY x.next_at LIMIT ?"""


def delete(store: Store, domain: str, ids: Collection[str], actor: Actor) -> Batch:
    """Delete the company's recordings, all or none; those that are deleted already stay so.

    Invalid("unknown-recording") names one that isn't there; Refused one that may not be deleted.
    """
    with store.atomic():
        return _write(store, domain, deletable(store, domain, ids, actor), actor)


def deletable(store: Store, domain: str, ids: Collection[str], actor: Actor) -> list[Recording]:
    """What `delete` would delete, or as it the reason why not."""
    check_may(actor, Need.DELETION, domain)
    if not 0 < len(set(ids)) <= MOST_AT_ONCE:
        text = f"{len(set(ids))} recordings can't be deleted at once; name 1 to {MOST_AT_ONCE}"
        raise Invalid("bad-deletion", text, most=MOST_AT_ONCE)
    found = [_named(store, domain, one) for one in dict.fromkeys(ids)]
    going = [one for one in found if one.state is not State.DELETED]
    for one in going:
        may_be_deleted(store, one)
    return going


def undelete(store: Store, domain: str, ids: Collection[str], actor: Actor) -> int:
    """Bring recordings back while there is time: how many. Refused("too-late") when it is for one of them."""
    check_may(actor, Need.DELETION, domain)
    with store.atomic():
        found = [get(store, domain, one) for one in dict.fromkeys(ids)]
        for one in found:
            _undo(store, one, actor)
        index.file(store, [one.recording for one in found])
        return len(found)


def undelete_batch(store: Store, domain: str, batch: str, actor: Actor) -> int:
    """Bring back all that were deleted at once: how many. Invalid("unknown-deletion") if there are none."""
    check_may(actor, Need.DELETION, domain)
    sql = "SELECT recording FROM deletion WHERE company = ? AND batch = ? ORDER BY recording"
    with store.atomic():
        found = [recording for (recording,) in store.rows(sql, company_id(store, domain), batch)]
        if not found:
            raise Invalid("unknown-deletion", f"{domain} has no deletion {batch[:40]!r}; it may be undone already")
        return undelete(store, domain, found, actor)


def may_be_deleted(store: Store, recording: Recording) -> None:
    """Refused("not-deletable") when it may not be: it is not sealed. Whatever holds a recording asks here."""
    if recording.state is not State.SEALED:
        text = f"recording {recording.id} is {recording.state}; only a sealed one can be deleted"
        raise Refused("not-deletable", text, recording=recording.id)


def get(store: Store, domain: str, recording: str) -> Deletion:
    """The recording's; Invalid("unknown-deletion") if it is not deleted, or not the company's."""
    sql = f"{_DELETIONS} WHERE x.company = ? AND x.recording = ?"
    found = store.row(sql, company_id(store, domain), recording)
    if found is None:
        raise Invalid("unknown-deletion", f"{domain} has no deleted recording {recording}", recording=recording)
    return Deletion(*found)


def pending(store: Store, domain: str, limit: int = 20) -> list[Batch]:
    """The deletions whose files are not all destroyed, newest first: those that can be undone are among them."""
    return [Batch(*row) for row in store.rows(_BATCHES, company_id(store, domain), limit)]


def due(store: Store, switch: str, limit: int = 100) -> list[Deletion]:
    """What is to be destroyed now of this switch's recordings, whatever company's: for the media worker."""
    return [Deletion(*row) for row in store.rows(_DUE, store.now(), switch, limit)]


def begin(store: Store, deletion: Deletion) -> bool:
    """From now on it can't be undone; false if it was, just before. Again begun it is as it was."""
    sql = """UPDATE deletion SET begun_at = COALESCE(begun_at, ?)
        WHERE recording = ? AND destroyed_at IS NULL AND undo_until <= ?"""
    with store.atomic():
        return bool(store.run(sql, store.now(), deletion.recording, store.now()))


def destroyed(store: Store, deletion: Deletion) -> None:
    """Its file is no more, which the audit trail is told once."""
    sql = "UPDATE deletion SET destroyed_at = ?, trouble = NULL WHERE recording = ? AND destroyed_at IS NULL"
    with store.atomic():
        if store.run(sql, store.now(), deletion.recording):
            waveforms.forget(store, deletion.recording)
            _tell(store, deletion, _HOUSE, "destroy")


def failed(store: Store, deletion: Deletion, trouble: str) -> None:
    """Its file is still there, for this reason: it is tried again."""
    pause = min(_RETRY_SECONDS * 2.0 ** min(deletion.tries, 16), _LONGEST_RETRY_SECONDS)
    sql = "UPDATE deletion SET tries = tries + 1, trouble = ?, next_at = ? WHERE recording = ?"
    with store.atomic():
        store.run(sql, trouble, store.now() + pause, deletion.recording)


def _named(store: Store, domain: str, recording: str) -> Recording:
    found = recordings.get(store, domain, recording)
    if found is None:
        text = f"there is no recording {recording[:80]}; see: fsplug recording list"
        raise Invalid("unknown-recording", text, recording=recording)
    return found


def _write(store: Store, domain: str, going: Sequence[Recording], actor: Actor) -> Batch:
    batch, now = uuid.uuid4().hex[:16], store.now()
    until, company = now + UNDO_SECONDS, company_id(store, domain)
    rows: list[Row] = [(one.id, company, batch, now, actor.told, until, until) for one in going]
    store.run_many(_INSERT, rows)
    index.unfile(store, [one.id for one in going])
    for one in going:
        people = access.people_of(store, one)
        trail.add(store, domain, actor.told, "delete", one.id, people, call=one.call, batch=batch)
    return Batch(batch, now, actor.told, until, len(going), 0, None)


def _undo(store: Store, one: Deletion, actor: Actor) -> None:
    sql = "DELETE FROM deletion WHERE recording = ? AND begun_at IS NULL AND undo_until > ?"
    if not store.run(sql, one.recording, store.now()):
        text = f"recording {one.recording} is being destroyed; a deletion can be undone for {UNDO_SECONDS:.0f} s only"
        raise Refused("too-late", text, recording=one.recording)
    _tell(store, one, actor.told, "undelete")


def _tell(store: Store, one: Deletion, by: str, act: str) -> None:
    found = recordings.get(store, one.company, one.recording)
    people = access.people_of(store, found) if found is not None else []
    trail.add(store, one.company, by, act, one.recording, people, batch=one.batch)
