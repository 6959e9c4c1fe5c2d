"""Each listen-in in the audit trail: once, however often its entry is applied, and however late."""

from collections.abc import Sequence
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import logged_name
from fsplug.store.audit import trail
from fsplug.store.calls.entries import ListenBegan
from fsplug.store.config import users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.calls import Calls, ListenSessions

_IS_WRITTEN = Select(
    str,
    lambda: ListenSessions.select(ListenSessions.id).where(
        (ListenSessions.id == given.listen) & ListenSessions.began_at.is_null(False)
    ),
)
_BEGAN_UNDER = Select(
    int, lambda: Calls.select(Calls.version).where((Calls.company == given.company) & (Calls.id == given.call))
)


def write(store: Store, begun: Sequence[Any]) -> None:
    """Write those of these listen-ins into the trail that have no row yet, before they get it."""
    for listen, entry in {one.listen: one for one in begun}.items():
        if _IS_WRITTEN.row(store, listen=listen) is None:
            facts = {"call": entry.call, "door": str(entry.door), "listen": listen}
            by = logged_name(entry.listener, entry.company)
            trail.add(store, entry.company, by, "listen", entry.target, _people(store, entry), **facts)


def _people(store: Store, entry: ListenBegan) -> list[str]:
    """The target and the listener, by username; not others who have been given a username of theirs meanwhile."""
    began_under = _BEGAN_UNDER.row(store, company=company_id(store, entry.company), call=entry.call)
    try:
        target = users.still_theirs(store, entry.company, (entry.target,), entry.at, began_under)
        return target + users.still_theirs(store, entry.company, (entry.listener,), entry.at)
    except TypeError as error:
        raise Invalid("bad-entry", f"the entry has a value of the wrong type: {error}") from error
