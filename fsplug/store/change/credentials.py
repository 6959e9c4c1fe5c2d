"""Passwords of devices and trunks: existing ones are kept, missing ones are made."""

import secrets
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from fsplug.errors import Invalid
from fsplug.store.change.entry_rows import Rows
from fsplug.store.config import devices, trunks
from fsplug.store.config.nouns import Change, Key, Noun, Row

# 18 random bytes are 24 characters, more than the 128 bits of MD5 can tell apart.
_PASSWORD_BYTES = 18
_PASSWORDS = frozenset({"password", "inbound_password"})


class Made(NamedTuple):
    """A password that was made at random, and the row whose it is. Nobody can read it later."""

    noun: Noun
    key: Key
    column: str
    password: str


def settle(domain: str, wanted: Rows, present: Rows) -> list[Made]:
    """Give every device and trunk in `wanted` that signs in somewhere its password, if it has none yet.

    Returns the passwords that had to be made.
    """
    made: list[Made] = []
    for noun, settled in ((devices.DEVICE, partial(_device, domain)), (trunks.TRUNK, _trunk)):
        rows, before = wanted.get(noun, {}), present.get(noun, {})
        for key, row in rows.items():
            rows[key] = settled(row, before.get(key))
            for column in _PASSWORDS.intersection(noun.secrets):
                after = _secret_of(rows[key], column)
                if after not in (None, _secret_of(row, column), _secret_of(before.get(key), column)):
                    made.append(Made(noun, key, column, after))
    return made


def check(changes: Iterable[Change]) -> None:
    """Invalid("short-password") if a chosen password is too short.

    One that is there already may stay, which tells what it is: ask for permission first.
    """
    for change in changes:
        before, after = change.before, change.after
        if after is not None and change.noun is devices.DEVICE:
            _check_chosen(f"device {after.name} of {after.username}", after.password, before and before.password)
        elif after is not None and change.noun is trunks.TRUNK:
            known = before and before.inbound_password
            _check_chosen(f"trunk {after.name}", after.inbound_password, known)


def new_password() -> str:
    """A random password, of letters and digits, - and _."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def _check_chosen(whose: str, password: str | None, before: str | None) -> None:
    """A short password that exists already stays valid, so that documents that hold it can still be applied."""
    if password is not None and password != before and len(password) < devices.LEAST_CHARACTERS:
        text = f"{whose}: a password that you choose must have at least {devices.LEAST_CHARACTERS} characters"
        raise Invalid("short-password", f"{text}; choose a longer one, or leave it out and a random one is made")


def _device(domain: str, wanted: Row, before: Row | None) -> Row:
    name = wanted.sip_username
    if name is None or wanted.password is not None:
        return wanted
    password = before.password if before is not None else None
    if wanted.a1_hash is not None:
        # The hash is what export wrote for the password that is known here.
        known = password is not None and devices.a1_hash(name, domain, password) == wanted.a1_hash
        return wanted._replace(password=password, a1_hash=None) if known else wanted
    if before is not None and before.sip_username == name and before.a1_hash is not None:
        return wanted._replace(a1_hash=before.a1_hash)
    return wanted._replace(password=password or new_password())


def _trunk(wanted: Row, before: Row | None) -> Row:
    if wanted.username and wanted.password is None:
        wanted = wanted._replace(password=(before.password if before is not None else None) or new_password())
    known = before.inbound_password if before is not None else None
    if wanted.inbound_digest and wanted.inbound_password is None:
        wanted = wanted._replace(inbound_password=known or new_password())
    return wanted


def _secret_of(row: Row | None, column: str) -> str | None:
    found: str | None = getattr(row, column, None)
    return found
