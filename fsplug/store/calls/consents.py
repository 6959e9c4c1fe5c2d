"""The ledger of consents: what was played to whom about being recorded, which key was pressed, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from peewee import JOIN, SQL, fn

from fsplug.policy.consent import Form, Result
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import EVERYTHING, Cursor, Listing, Wanted, in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given, given_each, unsought
from fsplug.store.schema.calls import Calls, Consents, TalkUsers
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """Somebody on `leg` heard `prompt`, in each of `languages`, from the files with these `hashes` (SHA-256), and
    pressed `pressed`.

    `user` is their username, None for somebody outside. `ivr` is the number of an IVR that asked. `by_user` withdrew
    the consent for them, by this door. Times are epoch seconds; `until` is None for a prompt that was broken off.
    `conversation` is that of the call.
    """

    id: str
    company: str
    call: str
    conversation: str
    leg: str
    number: str
    user: str | None
    form: Form
    ivr: str | None
    languages: tuple[str, ...]
    hashes: tuple[str, ...]
    prompt: str
    pressed: str
    result: Result
    at: float
    until: float | None
    by_user: str | None
    door: str | None

    @property
    def cursor(self) -> Cursor:
        """Where the page that ends with this row ends."""
        return (self.at, self.id)


_CONSENTS = (
    Consents.select(
        *columns(
            ConsentRow,
            Consents,
            company=Companies.domain,
            user=Consents.username,
            conversation=fn.COALESCE(Calls.conversation, Consents.call),
        )
    )
    .join(Companies, on=(Companies.id == Consents.company))
    .join(Calls, JOIN.LEFT_OUTER, on=((Calls.id == Consents.call) & (Calls.company == Consents.company)))
)
_TALKED = TalkUsers.select(SQL("1")).where(
    (TalkUsers.call == Consents.call) & (TalkUsers.username == given.person) & (TalkUsers.company == Consents.company)
)
_LISTED = Listing(
    ConsentRow,
    Consents,
    lambda: _CONSENTS.where(Consents.company == given.company),
    person=(Consents.username == given.person) | fn.EXISTS(_TALKED),
    version=fn.EXISTS(_TALKED.where(TalkUsers.version >= given.version)),
    numbers=Consents.number.in_(given_each.numbers),
)
_BY_ID = Select(
    ConsentRow, lambda: _CONSENTS.where((unsought(Consents.company) == given.company) & (Consents.id == given.id))
)
_OF_CALLS = Select(
    ConsentRow,
    lambda: _CONSENTS.where((unsought(Consents.company) == given.company) & Consents.call.in_(given_each.ids)).order_by(
        Consents.at, Consents.id
    ),
)
_WITHDRAWN = Select(
    ConsentRow,
    lambda: _CONSENTS.where((Consents.form == constant(Form.WITHDRAWAL)) & Consents.call.in_(given_each.ids)),
)


def withdrawn(store: Store, calls: Iterable[str]) -> list[ConsentRow]:
    """Every withdrawal in these calls, of every company."""
    return [one for some in in_batches(calls) for one in _WITHDRAWN.rows(store, ids=some)]


def listed(
    store: Store, domain: str, limit: int = 100, before: Cursor | None = None, wanted: Wanted = EVERYTHING
) -> list[ConsentRow]:
    """The company's consents, newest first. `person`: whoever was told, or talked in the call; `numbers`:
    of whoever was told.
    """
    return _LISTED.page(store, wanted, limit, before, company=company_id(store, domain))


def get(store: Store, domain: str, consent: str) -> ConsentRow | None:
    """The company's row with this id; None if the company has none."""
    return _BY_ID.row(store, company=company_id(store, domain), id=consent)


def of_calls(store: Store, domain: str, calls: Iterable[str]) -> list[ConsentRow]:
    """The consents of these calls of the company, the earliest first."""
    company = company_id(store, domain)
    found = [one for some in in_batches(calls) for one in _OF_CALLS.rows(store, company=company, ids=some)]
    return sorted(found, key=lambda one: one.cursor)
