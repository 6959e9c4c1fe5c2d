"""What a user is reached on: desk phones and apps with SIP credentials of their own, mobiles by number."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from fsplug.policy.entities import DeviceKind
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import in_batches


class DeviceKey(NamedTuple):
    """A device by its user and its name there."""

    username: str
    name: str


class DeviceRow(NamedTuple):
    """See `Device`. Of password and hash there is one, or none."""

    kind: str
    number: str | None
    sip_username: str | None
    password: str | None
    a1_hash: str | None


DEVICE = Noun("device", "device", DeviceKey, DeviceRow, frozenset({"password", "a1_hash"}))

_DEVICES = f"""SELECT d.username, d.name, d.kind, d.number, d.sip_username, d.password, d.a1_hash FROM device d
    WHERE d.company = ? AND {HOLDS.format("d")}"""


@dataclass(frozen=True, slots=True)
class Device:
    """One device of a user. A mobile has a `number` (E.164), the others a SIP username and the hash of its password."""

    username: str
    name: str
    kind: DeviceKind
    number: str | None = None
    sip_username: str | None = None
    a1_hash: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


def a1_hash(sip_username: str, realm: str, password: str) -> str:
    """The A1 of digest authentication (RFC 2617 3.2.2.2), in hex. Whoever has it can sign in."""
    a1 = f"{sip_username}:{realm}:{password}".encode()
    return hashlib.md5(a1, usedforsecurity=False).hexdigest()


def devices(store: Store, domain: str, username: str, version: int) -> list[Device]:
    """The user's devices as of a policy version, by name."""
    sql = f"{_DEVICES} AND d.username = ? ORDER BY d.name"
    company = company_id(store, domain)
    return list(_devices(domain, store.rows(sql, company, version, version, username)))


def phone_to_ring(store: Store, domain: str, username: str, version: int) -> Device | None:
    """The phone that is rung for the user: a desk phone, else an app."""
    phones = [one for one in devices(store, domain, username, version) if one.kind is not DeviceKind.MOBILE]
    return min(phones, key=lambda one: one.kind is not DeviceKind.DESK, default=None)


def of_users(store: Store, domain: str, usernames: Iterable[str], version: int) -> dict[str, list[Device]]:
    """The devices of these users as of a policy version, by username, each user's by name."""
    company = company_id(store, domain)
    found: dict[str, list[Device]] = {}
    for some in in_batches(usernames):
        sql = f"{_DEVICES} AND d.username IN ({', '.join('?' * len(some))}) ORDER BY d.username, d.name"
        for device in _devices(domain, store.rows(sql, company, version, version, *some)):
            found.setdefault(device.username, []).append(device)
    return found


def by_sip_username(store: Store, domain: str, sip_username: str, version: int) -> Device | None:
    """The device that signs in so, as of a policy version, or None."""
    sql = f"{_DEVICES} AND d.sip_username = ?"
    company = company_id(store, domain)
    return next(_devices(domain, store.rows(sql, company, version, version, sip_username)), None)


def some_phone(store: Store) -> tuple[str, str] | None:
    """The company's domain and the SIP username of one phone there is now; None if there is none."""
    found = store.row(
        """SELECT c.domain, d.sip_username FROM device d JOIN company c ON c.id = d.company
        WHERE d.until IS NULL AND d.sip_username <> '' ORDER BY c.domain, d.sip_username LIMIT 1"""
    )
    return None if found is None else (str(found[0]), str(found[1]))


def _devices(domain: str, rows: Iterable[Row]) -> Iterator[Device]:
    for username, name, kind, number, sip_username, password, a1 in rows:
        known = a1_hash(sip_username, domain, password) if password is not None else a1
        yield Device(username, name, DeviceKind(kind), number, sip_username, known, password)
