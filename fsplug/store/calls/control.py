"""What users did to the recordings of calls that go on, and each such act in the audit trail: once, however often its
entry is applied.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from fsplug.policy.access.scopes import logged_name
from fsplug.policy.conversation.events import ACTS, Change
from fsplug.store.audit import trail
from fsplug.store.calls.conversation_entries import CallChanged
from fsplug.store.config import users
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, given_each
from fsplug.store.schema.calls import CallChanges

_WRITTEN = Select(str, lambda: CallChanges.select(CallChanges.id).where(CallChanges.id.in_(given_each.ids)))


def act_id(decision: str, act: Change) -> str:
    """What an act on the recording of this decided talk is called: it is done once."""
    return f"{decision}-{act}"


def stopped(store: Store, decisions: Iterable[str]) -> set[str]:
    """Those of these decided talks whose user has stopped the recording."""
    by_id = {act_id(one, Change.STOP): one for one in decisions}
    return {by_id[one] for some in in_batches(by_id) for one in _WRITTEN.rows(store, ids=some)}


def write_trail(store: Store, changes: Sequence[Any]) -> None:
    """Write those acts among these changes into the trail that have no row yet, before they get it."""
    acts = {one.id: one for one in changes if isinstance(one, CallChanged) and one.change in ACTS}
    written = {one for some in in_batches(acts) for one in _WRITTEN.rows(store, ids=some)}
    for one in (acts[name] for name in acts if name not in written):
        user = one.user or ""
        people = users.still_theirs(store, one.company, (user,), one.at)
        trail.add(
            store, one.company, logged_name(user, one.company), one.change, user, people, call=one.call, door=one.how
        )
