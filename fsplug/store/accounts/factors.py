"""Second factors: what somebody proves besides the password.

They stay with the user, whether there is an account or not: nobody gets rid of another person's second factor by taking
the role away and giving it back.
"""

from typing import Any

from peewee import fn

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Write, given
from fsplug.store.schema.accounts import Authenticators, Passkeys, UsedCodes


def has_codes(table: Any) -> Any:
    """The condition that the user of a row of `table` signs in with one-time codes."""
    its = Authenticators.select(Authenticators.username).where(is_of(table, Authenticators), Authenticators.confirmed)
    return fn.EXISTS(its)


def has_passkey(table: Any) -> Any:
    """The condition that the user of a row of `table` has a passkey."""
    return fn.EXISTS(Passkeys.select(Passkeys.id).where(is_of(table, Passkeys)))


def is_of(table: Any, factor: Any) -> Any:
    """The condition that a row of `factor` belongs to the user of a row of `table`."""
    return (factor.company == table.company) & (factor.username == table.username)


def _forgets(table: Any) -> Write:
    return Write(lambda: table.delete().where((table.company == given.company) & (table.username == given.username)))


_FORGET = [_forgets(table) for table in (Authenticators, UsedCodes, Passkeys)]


def forget(store: Store, company: str, username: str) -> None:
    """Forget the factors of a user who is removed, in the caller's transaction. `company` is an id."""
    for one in _FORGET:
        one.run(store, company=company, username=username)
