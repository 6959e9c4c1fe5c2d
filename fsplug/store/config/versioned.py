"""Configuration that remembers: every row holds from one policy version to another, so any version can be read back."""

from fsplug.errors import Invalid
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.companies import Companies

_ID = Select(str, lambda: Companies.select(Companies.id).where(Companies.domain == given.domain))


def company_id(store: Store, domain: str) -> str:
    """The id of the company; Invalid("unknown-company") if there is none."""
    store = store.readable
    if not store.in_transaction:
        return store.company_ids.get(domain, lambda: _company_id(store, domain))
    # What is read in a transaction may still be rolled back, and is not kept.
    return store.company_ids.known(domain) or _company_id(store, domain)


def unknown_company(domain: str) -> Invalid:
    """The error for a company that isn't there."""
    text = f"there is no company {domain}; companies are made by: fsplug company add, or fsplug apply FILE.toml"
    return Invalid("unknown-company", text, company=domain)


def _company_id(store: Store, domain: str) -> str:
    found = _ID.row(store, domain=domain)
    if found is None:
        raise unknown_company(domain)
    return found
