"""Browsers that somebody has signed in with: guesses made elsewhere don't keep that person out there.

A browser has a signed mark of this person. Without the right signature the store is not even asked.
"""

from dataclasses import dataclass
from typing import Any

from fsplug.store.accounts import tokens
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, given, insert
from fsplug.store.schema.accounts import KnownBrowsers

# How long a browser keeps its mark.
MARK_SECONDS = 180 * 86_400.0
# How many browsers of one account are known.
_MOST = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account; `company` is an id."""

    company: str
    username: str


_THEIRS = (KnownBrowsers.company == given.company) & (KnownBrowsers.username == given.username)
_WHOSE = Select(
    Person,
    lambda: KnownBrowsers.select(*columns(Person, KnownBrowsers)).where(KnownBrowsers.token_hash == given.token_hash),
)
_FORGET = Write(lambda: KnownBrowsers.delete().where(KnownBrowsers.token_hash == given.token_hash))
_FORGET_ALL = Write(lambda: KnownBrowsers.delete().where(_THEIRS))
_REMEMBER = Write(lambda: insert(KnownBrowsers, "token_hash company username made_at"))
_FORGET_OLDEST = Write(lambda: KnownBrowsers.delete().where(_THEIRS & KnownBrowsers.token_hash.not_in(_newest())))


def _newest() -> Any:
    browsers = KnownBrowsers.alias()
    query = browsers.select(browsers.token_hash).order_by(browsers.made_at.desc()).limit(_MOST)
    return query.where((browsers.company == given.company) & (browsers.username == given.username))


def whose(store: Store, mark: str, secret_keys: SecretKeys) -> Person | None:
    """The person who has signed in with the browser of this mark, while it is known."""
    if not is_mark(mark, secret_keys):
        return None
    return _WHOSE.row(store, token_hash=tokens.hash_of(mark))


def is_mark(mark: str, secret_keys: SecretKeys) -> bool:
    """Whether the mark is one of ours. The store is not asked whether it is still good."""
    token, dot, signature = mark.partition(".")
    return bool(dot) and secret_keys.has_signed(token, signature)


def remember(store: Store, person: Person, mark_before: str, secret_keys: SecretKeys) -> str:
    """A new mark for the person's browser, in place of the one it had."""
    token = tokens.new_token()
    mark, them = f"{token}.{secret_keys.sign(token)}", {"company": person.company, "username": person.username}
    _FORGET.run(store, token_hash=tokens.hash_of(mark_before))
    _REMEMBER.run(store, token_hash=tokens.hash_of(mark), made_at=store.now(), **them)
    _FORGET_OLDEST.run(store, **them)
    return mark


def forget_all(store: Store, company: str, username: str) -> None:
    """None of the user's browsers is known any more. `company` is an id."""
    _FORGET_ALL.run(store, company=company, username=username)
