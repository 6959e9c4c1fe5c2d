"""Trunks: the ways out to other networks, and in from them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from fsplug.store.config import companies
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store


class TrunkKey(NamedTuple):
    """A trunk by its name."""

    name: str


class TrunkRow(NamedTuple):
    """See `Trunk`; `prefixes` with blanks between them."""

    gateway: str
    host: str
    port: int
    register: bool
    username: str
    password: str | None
    prefixes: str
    caller_id_trusted: bool


TRUNK = Noun("trunk", "trunk", TrunkKey, TrunkRow, frozenset({"password"}))

_TRUNKS = f"""SELECT t.name, t.gateway, t.host, t.port, t.register, t.username, t.password, t.prefixes,
    t.caller_id_trusted FROM trunk t WHERE t.company = ? AND {HOLDS.format("t")} ORDER BY t.name"""


@dataclass(frozen=True, slots=True)
class Trunk:
    """`gateway` is its name on the switch; without a `host` the switch knows the gateway already.

    `prefixes` begin the E.164 numbers it takes. With `caller_id_trusted` its caller numbers are believed.
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


def trunks(store: Store, domain: str, version: int) -> list[Trunk]:
    """The trunks of a policy version, by name."""
    return [_trunk(row) for row in store.rows(_TRUNKS, company_id(store, domain), version, version)]


def of_all(store: Store) -> list[Trunk]:
    """The trunks of every company as they are now, by domain, then by name."""
    return [one for company in companies.every(store) for one in trunks(store, company.domain, company.version)]


def towards(trunks: list[Trunk], e164: str) -> list[Trunk]:
    """The trunks that take this number: those with the longest matching prefix first, then by name."""
    fits = {trunk: _fit(trunk, e164) for trunk in trunks}
    taking = (trunk for trunk in trunks if fits[trunk])
    return sorted(taking, key=lambda trunk: (-fits[trunk], trunk.name))


def _fit(trunk: Trunk, e164: str) -> int:
    return max((len(prefix) for prefix in trunk.prefixes if e164.startswith(prefix)), default=0)


def _trunk(row: Row) -> Trunk:
    name, gateway, host, port, register, username, password, prefixes, trusted = row
    return Trunk(name, gateway, host, port, bool(register), username, tuple(prefixes.split()), bool(trusted), password)
