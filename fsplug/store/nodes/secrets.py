"""One set of secrets for each store: what one console seals with `secret_key`, every other must be able to open; and
what one machine signs with its audit key, every other must be able to check.

The store has a fingerprint of each key, never the key: it is made at random, and can't be guessed from its hash.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fsplug.errors import Invalid
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert, put
from fsplug.store.schema.nodes import SecretMarks

SECRET_KEY, AUDIT_KEY = "secret_key", "audit_key"
JOIN = "where codes work: fsplug secret export > FILE; here: fsplug init --join FILE"


class Agreement(StrEnum):
    """Whether the keys of this machine are those of the store. NEW: the store has no fingerprint yet."""

    SAME = "same"
    NEW = "new"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Mark:
    """The fingerprint of the key, and the machine and data folder that it was made on."""

    fingerprint: str
    host: str
    data: str


_GET = Select(Mark, lambda: SecretMarks.select(*columns(Mark, SecretMarks)).where(SecretMarks.name == given.name))
_ADD = Write(lambda: insert(SecretMarks, "name fingerprint host data", once_by="name"))
_PUT = Write(lambda: put(SecretMarks, "name fingerprint host data"))


def mark(store: Store, name: str = SECRET_KEY) -> Mark | None:
    """The store's, if it has one."""
    return _GET.row(store, name=name)


def agreement(store: Store, keys: Sequence[str], name: str = SECRET_KEY) -> Agreement:
    """Whether one of these keys is the store's."""
    found = mark(store, name)
    if found is None:
        return Agreement.NEW
    return Agreement.SAME if found.fingerprint in (fingerprint(key, name) for key in keys) else Agreement.DIFFERENT


def claim(store: Store, keys: Sequence[str], host: str, data: str, name: str = SECRET_KEY) -> Agreement:
    """Make the first of these keys the store's if it has none yet; SAME or DIFFERENT as of now."""
    with store.atomic():
        if keys:
            _ADD.run(store, name=name, fingerprint=fingerprint(keys[0], name), host=host, data=data)
        return agreement(store, keys, name)


def replace(store: Store, key: str, host: str, data: str, name: str = SECRET_KEY) -> None:
    """From now on this key is the store's."""
    with store.atomic():
        _PUT.run(store, name=name, fingerprint=fingerprint(key, name), host=host, data=data)


def different() -> Invalid:
    """The error of a machine whose keys are not the store's."""
    text = "this secret_key is not the store's: one-time codes that were set up elsewhere can't be checked here"
    return Invalid("other-secrets", f"{text}; {JOIN}")


def different_audit_key() -> Invalid:
    """The error of a machine whose audit keys are not the store's."""
    text = "none of these audit_keys is the store's: entries signed here would look forged elsewhere"
    return Invalid("other-secrets", f"{text}; on another machine: fsplug secret export > FILE; here: --join FILE")


def fingerprint(key: str, name: str = SECRET_KEY) -> str:
    """What the store may know of a key."""
    return hashlib.sha256(f"fsplug {name} {key}".encode()).hexdigest()[:32]
