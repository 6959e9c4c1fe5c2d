"""One-time secrets: links and codes that work once, for a limited time. The store keeps their hashes only."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.schema.accounts import OneTimeTokens

_TOKEN_BYTES = 32


class TokenKind(StrEnum):
    """The purpose of a secret."""

    PASSWORD = "password"
    SIGN_IN = "sign-in"
    SHARE = "share"
    CODE = "code"
    CHANGE = "change"
    CHALLENGE = "challenge"


@dataclass(frozen=True, slots=True)
class Secret:
    """The owner of a secret: a company's id, and a username or a share's id."""

    company: str
    subject: str


_IS_GOOD = (
    (OneTimeTokens.hash == given.hash)
    & (OneTimeTokens.kind == given.kind)
    & OneTimeTokens.used_at.is_null()
    & (OneTimeTokens.expires_at > given.now)
    & (OneTimeTokens.made_at <= given.latest)
)
_LOOK = Select(Secret, lambda: OneTimeTokens.select(*columns(Secret, OneTimeTokens)).where(_IS_GOOD))
_LOOK_ANY = Select(
    Secret,
    lambda: OneTimeTokens.select(*columns(Secret, OneTimeTokens)).where(
        (OneTimeTokens.hash == given.hash) & (OneTimeTokens.kind == given.kind)
    ),
)
_USE = Write(lambda: OneTimeTokens.update({OneTimeTokens.used_at: given.now}).where(_IS_GOOD))
_MAKE = Write(lambda: insert(OneTimeTokens, "hash company kind subject made_at expires_at"))
_SPEND = Write(lambda: insert(OneTimeTokens, "hash company kind subject made_at expires_at used_at", once_by="hash"))
# Kept until its time is over: who brings it is told that it is no longer good, and offered another.
_VOID = Write(
    lambda: OneTimeTokens.update({OneTimeTokens.used_at: given.now}).where(
        (OneTimeTokens.company == given.company)
        & (OneTimeTokens.kind == given.kind)
        & (OneTimeTokens.subject == given.subject)
        & OneTimeTokens.used_at.is_null()
    )
)


def new_token() -> str:
    """256 random bits for a link or a cookie."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def hash_of(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def make(store: Store, kind: TokenKind, whose: Secret, token: str, seconds: float) -> None:
    """Keep the token, valid for `seconds` seconds."""
    now = store.now()
    row = {"hash": hash_of(token), "kind": kind, "made_at": now, "expires_at": now + seconds}
    with store.atomic():
        _MAKE.run(store, company=whose.company, subject=whose.subject, **row)


def spend(store: Store, kind: TokenKind, whose: Secret, token: str, seconds: float) -> bool:
    """Keep a token that the store did not know, as used; False if it was used before. It is kept for `seconds`."""
    now = store.now()
    row = {"hash": hash_of(token), "kind": kind, "made_at": now, "used_at": now, "expires_at": now + seconds}
    with store.atomic():
        return _SPEND.run(store, company=whose.company, subject=whose.subject, **row) == 1


def look(store: Store, kind: TokenKind, token: str) -> Secret | None:
    """The owner of this token while it is valid, else None."""
    return _LOOK.row(store, **_good(store, kind, token))


def owner(store: Store, kind: TokenKind, token: str) -> Secret | None:
    """The owner of this token, good or not, for as long as it is known; else None."""
    return _LOOK_ANY.row(store, hash=hash_of(token), kind=kind)


def use(store: Store, kind: TokenKind, token: str) -> Secret | None:
    """As `look`, and the token is used up. If two requests use it at once, only one succeeds."""
    with store.atomic():
        found = look(store, kind, token)
        used = _USE.run(store, **_good(store, kind, token))
    return found if used == 1 else None


def void(store: Store, kind: TokenKind, whose: Secret) -> None:
    """Make all of the owner's secrets of this kind invalid."""
    with store.atomic():
        _VOID.run(store, company=whose.company, kind=kind, subject=whose.subject, now=store.now())


def _good(store: Store, kind: TokenKind, token: str) -> dict[str, object]:
    now = store.now()
    return {"hash": hash_of(token), "kind": kind, "now": now, "latest": now + CLOCK_SECONDS}
