"""Trunks: the ways out to other networks, and in from them."""

from dataclasses import dataclass, field

from fsplug.policy.entities import Transport
from fsplug.store.config import companies
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import holds
from fsplug.store.schema.routes import Trunks

# Its `prefixes` and `sources` are separated by blanks.
TRUNK = Noun("trunk", Trunks, frozenset({"password", "inbound_password"}))


@dataclass(frozen=True, slots=True)
class Trunk:
    """`gateway` is its name on the switch; without a `host` the switch knows the gateway already.

    `prefixes` begin the E.164 numbers it takes. With `caller_id_trusted` its caller numbers are believed. Its calls
    come from the `host` and from the `sources`: host names, addresses and networks. With `inbound_digest` they prove
    the `inbound_password` as well. `transport` is how SIP goes there; `srtp`: audio is encrypted or there is no call.
    """

    name: str
    gateway: str
    host: str
    port: int
    register: bool
    username: str
    prefixes: tuple[str, ...]
    caller_id_trusted: bool
    password: str | None = field(default=None, repr=False)
    sources: tuple[str, ...] = ()
    transport: Transport = Transport.UDP
    srtp: bool = False
    inbound_digest: bool = False
    inbound_password: str | None = field(default=None, repr=False)

    @property
    def callers(self) -> tuple[str, ...]:
        """Where its calls may come from."""
        return tuple(dict.fromkeys(filter(None, (self.host, *self.sources))))

    def sip_username(self, domain: str) -> str:
        """The name, in `TRUNK_REALM`, under which the calls of this company's trunk prove a password."""
        return f"{self.name}.{domain}"


@dataclass(frozen=True, slots=True)
class _Trunk:
    name: str
    gateway: str
    host: str
    port: int
    register: bool
    username: str
    password: str | None
    prefixes: str
    caller_id_trusted: bool
    sources: str
    transport: str
    srtp: bool
    inbound_digest: bool
    inbound_password: str | None


_AT = Select(
    _Trunk,
    lambda: (
        Trunks.select(*columns(_Trunk, Trunks))
        .where((Trunks.company == given.company) & holds(Trunks, given.version))
        .order_by(Trunks.name)
    ),
)


def trunks(store: Store, domain: str, version: int) -> list[Trunk]:
    """The trunks of a policy version, by name."""
    return [_trunk(found) for found in _AT.rows(store, company=company_id(store, domain), version=version)]


def of_all(store: Store) -> list[Trunk]:
    """The trunks of every company as they are now, by domain, then by name."""
    return [one for company in companies.every(store) for one in trunks(store, company.domain, company.version)]


def towards(trunks: list[Trunk], e164: str) -> list[Trunk]:
    """The trunks that take this number: those with the longest matching prefix first, then by name.

    After one that encrypts there is none that doesn't: whoever keeps a call from the first must not get to hear it.
    """
    fits = {trunk: _fit(trunk, e164) for trunk in trunks}
    taking = sorted((trunk for trunk in trunks if fits[trunk]), key=lambda trunk: (-fits[trunk], trunk.name))
    encrypting = next((place for place, trunk in enumerate(taking) if trunk.srtp), len(taking))
    return [trunk for place, trunk in enumerate(taking) if trunk.srtp or place < encrypting]


def _fit(trunk: Trunk, e164: str) -> int:
    return max((len(prefix) for prefix in trunk.prefixes if e164.startswith(prefix)), default=0)


def _trunk(found: _Trunk) -> Trunk:
    return Trunk(
        found.name,
        found.gateway,
        found.host,
        found.port,
        found.register,
        found.username,
        tuple(found.prefixes.split()),
        found.caller_id_trusted,
        found.password,
        tuple(found.sources.split()),
        Transport(found.transport),
        found.srtp,
        found.inbound_digest,
        found.inbound_password,
    )
