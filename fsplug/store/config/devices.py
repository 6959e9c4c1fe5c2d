"""The devices that reach a user: desk phones and apps with SIP credentials of their own, mobiles by number."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from peewee import fn

from fsplug.policy.entities import DeviceKind
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.history import holds, is_current
from fsplug.store.schema.users import Devices

# What somebody chooses has at least so many characters: phones are guessed at from everywhere.
LEAST_CHARACTERS = 12

# At most one of password and hash is set.
DEVICE = Noun("device", Devices, frozenset({"password", "a1_hash"}))


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


@dataclass(frozen=True, slots=True)
class _Phone:
    domain: str
    sip_username: str


def _phones() -> Any:
    phones = Devices.select(Companies.domain, Devices.sip_username).join(
        Companies, on=(Companies.id == Devices.company)
    )
    signing_in = phones.where(is_current(Devices) & (Devices.sip_username != ""))
    return signing_in.order_by(Companies.domain, Devices.sip_username)


_SOME = Select(_Phone, lambda: _phones().limit(1))
_NAMED = Select(_Phone, lambda: _phones().where(Devices.sip_username.in_(given_each.usernames)))


_SHORT = Select(_Phone, lambda: _phones().where(fn.LENGTH(Devices.password) < LEAST_CHARACTERS).limit(given.most))


def _devices_at(which: Any) -> Any:
    of_company = (Devices.company == given.company) & holds(Devices, given.version)
    query = Devices.select(*columns(Device, Devices)).where(of_company & which)
    return query.order_by(Devices.username, Devices.name)


_OF_USER = Select(Device, lambda: _devices_at(Devices.username == given.username))
_OF_USERS = Select(Device, lambda: _devices_at(Devices.username.in_(given_each.usernames)))
_SIGNING_IN = Select(Device, lambda: _devices_at(Devices.sip_username == given.sip_username))


def a1_hash(sip_username: str, realm: str, password: str) -> str:
    """The A1 of digest authentication (RFC 2617 3.2.2.2), in hex. It is as good as the password for signing in."""
    a1 = f"{sip_username}:{realm}:{password}".encode()
    return hashlib.md5(a1, usedforsecurity=False).hexdigest()


def devices(store: Store, domain: str, username: str, version: int) -> list[Device]:
    """The user's devices as of a policy version, by name."""
    found = _OF_USER.rows(store, company=company_id(store, domain), version=version, username=username)
    return [_hashed(domain, one) for one in found]


def phone_to_ring(store: Store, domain: str, username: str, version: int) -> Device | None:
    """The phone that is rung for the user: a desk phone, else an app."""
    phones = [one for one in devices(store, domain, username, version) if one.kind is not DeviceKind.MOBILE]
    return min(phones, key=lambda one: one.kind is not DeviceKind.DESK, default=None)


def of_users(store: Store, domain: str, usernames: Iterable[str], version: int) -> dict[str, list[Device]]:
    """The devices of these users as of a policy version, by username, each user's by name."""
    company = company_id(store, domain)
    found: dict[str, list[Device]] = {}
    for some in in_batches(usernames):
        for device in _OF_USERS.rows(store, company=company, version=version, usernames=some):
            found.setdefault(device.username, []).append(_hashed(domain, device))
    return found


def by_sip_username(store: Store, domain: str, sip_username: str, version: int) -> Device | None:
    """The device that signs in with this SIP username, as of a policy version, or None."""
    company = company_id(store, domain)
    found = _SIGNING_IN.row(store, company=company, version=version, sip_username=sip_username)
    return None if found is None else _hashed(domain, found)


def some_phone(store: Store) -> tuple[str, str] | None:
    """The company's domain and the SIP username of one phone there is now; None if there is none."""
    found = _SOME.row(store)
    return None if found is None else (found.domain, found.sip_username)


def short(store: Store, most: int) -> list[tuple[str, str]]:
    """The domains with the SIP usernames whose passwords are shorter than a new one may be: `most` at most."""
    return [(row.domain, row.sip_username) for row in _SHORT.rows(store, most=most)]


def signing_in_as(store: Store, sip_usernames: Iterable[str]) -> list[tuple[str, str]]:
    """The companies' domains with those of these SIP usernames that their phones have now."""
    rows = (row for some in in_batches(sip_usernames) for row in _NAMED.rows(store, usernames=some))
    return [(row.domain, row.sip_username) for row in rows]


def _hashed(domain: str, device: Device) -> Device:
    """The device with the hash of its password, where that is known."""
    if device.password is None or device.sip_username is None:
        return device
    return replace(device, a1_hash=a1_hash(device.sip_username, domain, device.password))
