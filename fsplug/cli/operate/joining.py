"""The secrets of a new installation: made here, or those of the machines that share its store already."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fsplug.errors import Invalid

if TYPE_CHECKING:
    from fsplug.wiring.settings import Settings


# What `fsplug secret export` prints before an audit key.
AUDIT_MARK = "audit:"


@dataclass(frozen=True, slots=True)
class Joined:
    """What another machine of this store has; the newest key first."""

    secret_keys: Sequence[str] = ()
    audit_keys: Sequence[str] = ()


def read(file: str) -> Joined:
    """The keys that `fsplug secret export` printed into this file, or into standard input for `-`."""
    from fsplug.store.accounts.sealed_secrets import SecretKeys
    from fsplug.store.audit import signing

    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("unreadable-file", f"the file {file} can't be read: {error}", file=file) from error
    words = text.split()
    if not words:
        raise Invalid("no-secrets", f"{file} is empty; fill it with: fsplug secret export", file=file)
    keys = [word for word in words if not word.startswith(AUDIT_MARK)]
    audit_keys = [word.removeprefix(AUDIT_MARK) for word in words if word.startswith(AUDIT_MARK)]
    try:
        SecretKeys(keys)
        signing.checked(audit_keys)
    except Invalid as error:
        text = f"{file} does not hold what fsplug secret export prints"
        raise Invalid("bad-secrets", text, file=file) from error
    return Joined(keys, audit_keys)


def agreed(settings: "Settings", joined: Sequence[str]) -> Sequence[str]:
    """The keys that this installation has from now on; those of the store, if it has some.

    Invalid("join-needed") if they are another machine's and were not given, Invalid("other-secrets") if others were.
    """
    from fsplug.store.accounts import authenticators
    from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
    from fsplug.store.db.database import Store
    from fsplug.store.nodes import secrets

    own = settings.secret_keys
    keys = list(dict.fromkeys([*joined, *own]))
    store, here = Store(settings.store), settings.place
    try:
        if not keys:
            found = secrets.mark(store)
            if found is not None and (found.host, found.data) != here:
                text = f"this store's secrets were made on {found.host} ({found.data}), and must be the same here"
                raise Invalid("join-needed", f"{text}; there: fsplug secret export > FILE; here: --join FILE")
            keys = [new_key()]
            if found is not None:
                # Those that were made here before are gone: nothing else has them.
                secrets.replace(store, keys[0], *here)
        if secrets.claim(store, joined or keys, *here) is secrets.Agreement.DIFFERENT:
            raise secrets.different()
        if joined and own:
            # What was sealed here with a key of its own must be readable everywhere.
            authenticators.seal_anew(store, SecretKeys(keys))
    finally:
        store.close()
    return keys


def as_settings(keys: Sequence[str]) -> Mapping[str, str]:
    """The settings that hold these keys."""
    before = {"secret_keys_before": " ".join(keys[1:])} if len(keys) > 1 else {}
    return {"secret_key": keys[0], **before}
