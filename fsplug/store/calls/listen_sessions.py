"""Listen-ins: who heard whose call, by which door, from when to when; and the requests that were refused."""

from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN, fn

from fsplug.policy.listening.gate import Door, Ending, Reason
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.calls import Calls, ListenSessions
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class ListenIn:
    """One listen-in, or one that was refused (`began_at` is None and `reason` says why).

    `listener` and `target` are usernames, None if unknown; `call` is the target's, and `conversation` that call's.
    Times are epoch seconds; one without `ended_at` goes on.
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
    conversation: str | None

    @property
    def cursor(self) -> Cursor:
        """The cursor of a page that ends with this listen-in."""
        return (self.at, self.id)


_LISTENS = (
    ListenSessions.select(
        *columns(
            ListenIn,
            ListenSessions,
            company=Companies.domain,
            conversation=fn.COALESCE(Calls.conversation, ListenSessions.call),
        )
    )
    .join(Companies, on=(Companies.id == ListenSessions.company))
    .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == ListenSessions.call) & (Calls.company == ListenSessions.company)))
)
# A listen-in that was written as begun and ended before anything was heard does not count.
_WAS_HEARD = ListenSessions.began_at.is_null(False) & (
    ListenSessions.ending.is_null() | (ListenSessions.ending != Ending.NEVER_HEARD)
)
_OLDER_CALL = Calls.select(Calls.id).where(
    (Calls.company == ListenSessions.company) & (Calls.id == ListenSessions.call) & (Calls.version < given.version)
)
_LISTED = Listing(
    ListenIn,
    ListenSessions,
    lambda: _LISTENS.where(ListenSessions.company == given.company),
    person=(ListenSessions.listener == given.person) | (ListenSessions.target == given.person),
    # Whoever listens is who has the username then; who is listened to may be on an older call.
    version=(ListenSessions.listener == given.person) | ~fn.EXISTS(_OLDER_CALL),
    numbers=ListenSessions.dialled.in_(given_each.numbers),
)
_OF_IDS = Select(
    ListenIn,
    lambda: _LISTENS.where(
        (ListenSessions.company == given.company) & _WAS_HEARD & ListenSessions.id.in_(given_each.ids)
    ),
)
_OPEN = Select(
    ListenIn,
    lambda: _LISTENS.where(
        (ListenSessions.switch == given.switch)
        & ListenSessions.began_at.is_null(False)
        & ListenSessions.ended_at.is_null()
    ).order_by(ListenSessions.at, ListenSessions.id),
)


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[ListenIn]:
    """The company's listen-ins and refusals, newest first. `person`: the listener or the target; `numbers`: dialled."""
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def heard_of(store: Store, domain: str, ids: Iterable[str]) -> dict[str, ListenIn]:
    """The company's listen-ins with these ids, by id; only those in which something was heard."""
    company = company_id(store, domain)
    pages = (_OF_IDS.rows(store, company=company, ids=some) for some in in_batches(ids))
    return {one.id: one for found in pages for one in found}


def open_on(store: Store, switch: str) -> list[ListenIn]:
    """Every company's listen-ins on this switch whose end is not written."""
    return _OPEN.rows(store, switch=switch)
