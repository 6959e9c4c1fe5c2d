"""Listen-ins: who heard whose call, by which door, from when to when; and who asked and was refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from fsplug.policy.listening.gate import Door, Ending, Reason
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Wanted, in_batches, page
from fsplug.store.schema.calls import ListenSessions
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class ListenIn:
    """One listen-in, or one that was refused (`began_at` is None and `reason` says why).

    `listener` and `target` are usernames, None where nobody was known; `call` is the target's. Times are epoch seconds;
    one without `ended_at` goes on.
    """

    id: str
    company: str
    switch: str
    listener: str | None
    target: str | None
    dialled: str
    door: Door
    call: str | None
    target_leg: str | None
    listener_leg: str
    at: float
    began_at: float | None
    ended_at: float | None
    ending: Ending | None
    reason: Reason | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this one ends."""
        return (self.at, self.id)


_NAMES = (
    *("switch", "listener", "target", "dialled", "door", "call", "target_leg", "listener_leg"),
    *("at", "began_at", "ended_at", "ending", "reason"),
)
_LISTENS = ListenSessions.select(
    ListenSessions.id, Companies.domain, *(getattr(ListenSessions, name) for name in _NAMES)
).join(Companies, on=(Companies.id == ListenSessions.company))

# One that had begun on paper and ended before a word was heard is none.
_WAS_HEARD = ListenSessions.began_at.is_null(False) & (
    ListenSessions.ending.is_null() | (ListenSessions.ending != Ending.NEVER_HEARD)
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[ListenIn]:
    """The company's listen-ins and refusals, newest first. `person`: the listener or the target; `number`: dialled."""
    query = _LISTENS.where(ListenSessions.company == company_id(store, domain))
    if wanted.person is not None:
        query = query.where((ListenSessions.listener == wanted.person) | (ListenSessions.target == wanted.person))
    if wanted.number is not None:
        query = query.where(ListenSessions.dialled == wanted.number)
    return _page(store, query, limit, before, wanted)


def of_target(
    store: Store,
    domain: str,
    username: str,
    limit: int = 100,
    before: Cursor | None = None,
    wanted: Wanted = EVERYTHING,
) -> list[ListenIn]:
    """Who listened to this user's calls, newest first; refusals, in which nothing was heard, are not among them."""
    query = _LISTENS.where((ListenSessions.company == company_id(store, domain)) & (ListenSessions.target == username))
    return _page(store, query.where(_WAS_HEARD), limit, before, wanted)


def heard_of(store: Store, domain: str, ids: Iterable[str]) -> dict[str, ListenIn]:
    """Those of the company's listen-ins with these ids in which something was heard, by id."""
    query = _LISTENS.where(ListenSessions.company == company_id(store, domain)).where(_WAS_HEARD)
    rows = (row for some in in_batches(ids) for row in store.query(query.where(ListenSessions.id.in_(some))))
    return {found.id: found for found in map(_listen_in, rows)}


def open_on(store: Store, switch: str) -> list[ListenIn]:
    """The listen-ins on this switch whose end is not written, of every company."""
    has_begun = ListenSessions.began_at.is_null(False) & ListenSessions.ended_at.is_null()
    query = _LISTENS.where((ListenSessions.switch == switch) & has_begun)
    return [_listen_in(row) for row in store.query(query.order_by(ListenSessions.at, ListenSessions.id))]


def _page(store: Store, query: Any, limit: int, before: Cursor | None, wanted: Wanted) -> list[ListenIn]:
    return [_listen_in(row) for row in store.query(page(query, ListenSessions, wanted, limit, before))]


def _listen_in(row: Row) -> ListenIn:
    listen, domain, *columns, ending, reason = row
    found = dict(zip(_NAMES, columns, strict=False))
    door = Door(found.pop("door"))
    said = (Ending(ending) if ending else None, Reason(reason) if reason else None)
    return ListenIn(listen, domain, door=door, ending=said[0], reason=said[1], **found)
