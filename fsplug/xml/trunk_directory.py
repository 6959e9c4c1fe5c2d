"""The trunks whose calls prove a password, as users of a domain of their own."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsplug.policy.entities import TRUNK_REALM
from fsplug.store.config import companies, devices, trunks
from fsplug.store.db.database import Store


@dataclass(frozen=True, slots=True)
class TrunkEntry:
    """A trunk that proves a password, from the addresses of its access list."""

    name: str
    access_list: str
    a1_hash: str = field(repr=False)


def entries(store: Store, name: str = "") -> Iterator[TrunkEntry]:
    """The one of this name, or all of them."""
    for company in companies.every(store):
        for trunk in trunks.trunks(store, company.domain, company.version):
            known = trunk.sip_username(company.domain)
            if trunk.inbound_digest and trunk.inbound_password and name in ("", known):
                proof = devices.a1_hash(known, TRUNK_REALM, trunk.inbound_password)
                yield TrunkEntry(known, trunk_list(known), proof)


def trunk_list(username: str) -> str:
    """The name of the access list of one trunk that proves a password under this name."""
    return f"fsplug-trunk-{username}"
