"""Who is meant by a text that somebody types: every list that is searched for a person asks here."""

from functools import reduce
from operator import and_, or_
from typing import Any

from peewee import fn

from fsplug.policy.number_parts import parts_of_typed
from fsplug.policy.numbers import compact
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.folding import Holds, like, marked
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import UserNumbers, Users

_FIXED = "fixed"


def meant(store: Store, domain: str, text: str, current: bool = True) -> Any:
    """The condition on `Users` that a user of the company is meant; of those of before as well if not `current`.

    Every word of the text is a part of the name, in any case and with or without accents, or the beginning of the
    username or the extension; or the text is a part of the fixed number, in any spelling. Nobody is found by a mobile
    number: it may be private.
    """
    words = text.split()
    named: Any = reduce(and_, map(_is_named, words)) if words else Users.username == ""
    country = companies.get(store, domain).country
    parts = parts_of_typed(text, country) if compact(text) is not None else ()
    if not parts:
        return named
    held = reduce(or_, (like(UserNumbers.number, f"%{part}%") for part in parts))
    which = (UserNumbers.company == company_id(store, domain)) & (UserNumbers.kind == _FIXED) & held
    if current:
        which &= is_current(UserNumbers)
    return named | Users.username.in_(UserNumbers.select(UserNumbers.username).where(which))


def _is_named(word: str) -> Any:
    begins = f"{marked(word.lower())}%"
    return Holds(Users.name, word) | like(fn.LOWER(Users.username), begins) | like(Users.extension, begins)
