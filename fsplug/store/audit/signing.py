"""The keys that sign the audit trail, and changes of people that wait. They are kept outside the store: who can only
write the store can't sign.

A signature is an HMAC-SHA-256 (RFC 2104); an entry's is of its hash, which covers the entry and all before it.
"""

import hmac
import secrets
from collections.abc import Sequence

from fsplug.errors import Invalid

_KEY_BYTES = 32
_ENTRY, _CHECKPOINT = b"fsplug audit entry\0", b"fsplug audit checkpoint\0"
_CHANGE = b"fsplug waiting change\0"


def new_key() -> str:
    """A random key, in hex."""
    return secrets.token_hex(_KEY_BYTES)


def checked(keys: Sequence[str]) -> tuple[str, ...]:
    """The keys; Invalid("bad-audit-key") if one is malformed. Its text is not repeated, for it is a secret."""
    for number, key in enumerate(keys, start=1):
        if len(key) != 2 * _KEY_BYTES or not set(key) <= set("0123456789abcdef"):
            text = f"key {number} of audit_keys is malformed; a key has {2 * _KEY_BYTES} hexadecimal digits"
            raise Invalid("bad-audit-key", text)
    return tuple(keys)


def sign_entry(keys: Sequence[str], company: str, digest: str) -> str | None:
    """The signature, in hex, of the company's entry with this hash, by the first key; None without keys."""
    return _signed(keys[0], _ENTRY, company, digest) if keys else None


def is_entry_signed(keys: Sequence[str], company: str, digest: str, signature: object) -> bool:
    """Whether one of the keys made this signature."""
    return _is_signed(keys, _ENTRY, (company, digest), signature)


def sign_checkpoint(keys: Sequence[str], *said: str) -> str | None:
    """The signature, in hex, of a checkpoint that says this, by the first key; None without keys."""
    return _signed(keys[0], _CHECKPOINT, *said) if keys else None


def is_checkpoint_signed(keys: Sequence[str], said: Sequence[str], signature: object) -> bool:
    """Whether one of the keys made this signature."""
    return _is_signed(keys, _CHECKPOINT, said, signature)


def sign_change(keys: Sequence[str], said: str) -> str | None:
    """The signature, in hex, of a waiting change that says this, by the first key; None without keys."""
    return _signed(keys[0], _CHANGE, said) if keys else None


def is_change_signed(keys: Sequence[str], said: str, signature: object) -> bool:
    """Whether one of the keys made this signature."""
    return _is_signed(keys, _CHANGE, (said,), signature)


def _is_signed(keys: Sequence[str], kind: bytes, said: Sequence[str], signature: object) -> bool:
    # A forger may have stored a value of any type.
    if not isinstance(signature, str) or not signature.isascii():
        return False
    return any(hmac.compare_digest(_signed(key, kind, *said), signature) for key in keys)


def _signed(key: str, kind: bytes, *said: str) -> str:
    return hmac.digest(bytes.fromhex(key), kind + "\0".join(said).encode(), "sha256").hex()
