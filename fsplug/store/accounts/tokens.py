"""One-time secrets: links and codes that are good once, for a while. The store keeps their hashes only."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from fsplug.store.db.database import Store

_TOKEN_BYTES = 32
# A secret that seems to be made later than this after now: the clock was put back, and nobody knows how far.
CLOCK_SECONDS = 300.0
_USE = """UPDATE one_time SET used_at = ? WHERE hash = ? AND kind = ? AND used_at IS NULL
    AND expires_at > ? AND made_at < ?"""
_LOOK = """SELECT company, subject FROM one_time WHERE hash = ? AND kind = ? AND used_at IS NULL
    AND expires_at > ? AND made_at < ?"""


class Kind(StrEnum):
    """What a secret is good for."""

    PASSWORD = "password"
    SIGN_IN = "sign-in"
    SHARE = "share"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Secret:
    """Whose it is: a company's id, and a username or a share's id."""

    company: str
    subject: str


def new_token() -> str:
    """256 random bits for a link or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(store: Store, kind: Kind, whose: Secret, token: str, seconds: float) -> None:
    """Keep the token, good for so many seconds."""
    now = store.now()
    sql = "INSERT INTO one_time (hash, company, kind, subject, made_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)"
    with store.atomic():
        store.run(sql, hash_of(token), whose.company, str(kind), whose.subject, now, now + seconds)


def look(store: Store, kind: Kind, token: str) -> Secret | None:
    """Whose token this is while it is good, else None."""
    found = store.row(_LOOK, hash_of(token), str(kind), store.now(), store.now() + CLOCK_SECONDS)
    return Secret(*found) if found else None


def use(store: Store, kind: Kind, token: str) -> Secret | None:
    """As `look`, and from now on it is good no more: of two who use it at once, one does."""
    with store.atomic():
        found = look(store, kind, token)
        now = store.now()
        used = store.run(_USE, now, hash_of(token), str(kind), now, now + CLOCK_SECONDS)
    return found if used == 1 else None


def void(store: Store, kind: Kind, whose: Secret) -> None:
    """None of its secrets of this kind is good any more."""
    with store.atomic():
        sql = "DELETE FROM one_time WHERE company = ? AND kind = ? AND subject = ?"
        store.run(sql, whose.company, str(kind), whose.subject)
