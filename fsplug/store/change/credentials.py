"""Passwords of devices and trunks: those there already are kept, those nobody gave are made."""

import secrets
from collections.abc import Mapping
from typing import Any

from fsplug.store.change.entry_rows import Rows
from fsplug.store.config import devices, trunks
from fsplug.store.config.nouns import Noun
from fsplug.store.db.database import Row

# 18 random bytes are 24 characters, more than the 128 bits of MD5 can tell apart.
_PASSWORD_BYTES = 18


def settle(domain: str, wanted: Rows, present: Rows) -> None:
    """Give every device and trunk in `wanted` that signs in somewhere its password, if it has none yet."""
    for noun, settled in ((devices.DEVICE, _device), (trunks.TRUNK, _trunk)):
        for key, row in wanted.get(noun, {}).items():
            before = present.get(noun, {}).get(key)
            named = settled(domain, noun.named(row), noun.named(before) if before is not None else {})
            wanted[noun][key] = _row(noun, named)


def new_password() -> str:
    """A random password, of letters and digits, - and _."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def _device(domain: str, wanted: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    name = wanted["sip_username"]
    if name is None or wanted["password"] is not None:
        return wanted
    password = before.get("password")
    if wanted["a1_hash"] is not None:
        # The hash is what export wrote of the password that is known here.
        known = password is not None and devices.a1_hash(name, domain, password) == wanted["a1_hash"]
        return wanted | {"password": password, "a1_hash": None} if known else wanted
    if before.get("sip_username") == name and before["a1_hash"] is not None:
        return wanted | {"a1_hash": before["a1_hash"]}
    return wanted | {"password": password or new_password()}


def _trunk(_domain: str, wanted: dict[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    if not wanted["username"] or wanted["password"] is not None:
        return wanted
    return wanted | {"password": before.get("password") or new_password()}


def _row(noun: Noun, named: Mapping[str, Any]) -> Row:
    return tuple(named[column] for column in noun.values)
