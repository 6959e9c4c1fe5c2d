"""Consents that were withdrawn: the recordings of the conversation go, and the audit trail says so, once."""

from collections.abc import Sequence
from typing import Any

from fsplug.policy.access.scopes import logged_name
from fsplug.policy.consent import Form
from fsplug.store.audit import trail
from fsplug.store.calls import conversations, decisions
from fsplug.store.calls.conversation_entries import ConsentTaken
from fsplug.store.config import users
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, given_each
from fsplug.store.recordings import deletions
from fsplug.store.recordings.recordings import Recording, State, of_decisions
from fsplug.store.schema.calls import Consents

_WRITTEN = Select(str, lambda: Consents.select(Consents.id).where(Consents.id.in_(given_each.ids)))
# Of one that still runs, the record flow says itself that it is lost.
_HAS_ENDED = frozenset({State.STOPPED, State.SEALED})


def unwritten(store: Store, taken: Sequence[Any]) -> list[ConsentTaken]:
    """Those withdrawals among these entries that have no row yet."""
    found = {one.id: one for one in reversed(taken) if isinstance(one, ConsentTaken) and one.form == Form.WITHDRAWAL}
    written = {one for some in in_batches(found) for one in _WRITTEN.rows(store, ids=some)}
    return [one for name, one in found.items() if name not in written]


def carry_out(store: Store, withdrawn: Sequence[ConsentTaken]) -> None:
    """Destroy what was recorded of these conversations until now, and write it into the trail."""
    for one in withdrawn:
        by = logged_name(one.by_user or "", one.company)
        going = _recorded(store, one)
        deletions.destroy(store, one.company, going, by)
        people = users.still_theirs(store, one.company, (one.by_user or "",), one.at)
        gone = [recording.id for recording in going]
        trail.add(store, one.company, by, "withdraw", one.number, people, call=one.call, door=one.door, recordings=gone)


def _recorded(store: Store, one: ConsentTaken) -> list[Recording]:
    calls = [call.id for call in conversations.of_call(store, one.company, one.call)] or [one.call]
    made = decisions.of_calls(store, one.company, calls)
    kept = of_decisions(store, one.company, [decision.id for its in made.values() for decision in its])
    return [recording for its in kept.values() for recording in its if recording.state in _HAS_ENDED]
