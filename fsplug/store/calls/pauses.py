"""The pauses of calls that go on, and each pause in the audit trail: once, however often its entry is applied."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fsplug.policy.access.scopes import logged_name
from fsplug.policy.conversation.events import Change
from fsplug.store.audit import trail
from fsplug.store.calls.conversation_entries import CallChanged
from fsplug.store.config import users
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.calls import CallChanges

PAUSED = "pause"


@dataclass(frozen=True, slots=True)
class OpenPause:
    """A pause that has not ended: the call, the leg and name of the user who paused it, when
    (epoch seconds), and by which door (`how`)."""

    id: str
    call: str
    leg: str
    username: str | None
    at: float
    how: str | None


_OPEN = Select(
    OpenPause,
    lambda: CallChanges.select(*columns(OpenPause, CallChanges)).where(
        (CallChanges.kind == given.kind) & CallChanges.until.is_null() & CallChanges.call.in_(given_each.ids)
    ),
)
_IS_WRITTEN = Select(str, lambda: CallChanges.select(CallChanges.id).where(CallChanges.id == given.id))


def open_of(store: Store, calls: Iterable[str]) -> list[OpenPause]:
    """The pauses of these calls, of any company, that have not ended: for the switch, not for people."""
    return [one for some in in_batches(calls) for one in _OPEN.rows(store, kind=str(Change.PAUSE), ids=some)]


def write_trail(store: Store, changes: Sequence[Any]) -> None:
    """Write those pauses among these changes into the trail that have no row yet, before they get it."""
    paused = {one.id: one for one in changes if isinstance(one, CallChanged) and one.change == Change.PAUSE}
    for one in paused.values():
        if _IS_WRITTEN.row(store, id=one.id) is None:
            user = one.user or ""
            people = users.still_theirs(store, one.company, (user,), one.at)
            trail.add(
                store, one.company, logged_name(user, one.company), PAUSED, user, people, call=one.call, door=one.how
            )
