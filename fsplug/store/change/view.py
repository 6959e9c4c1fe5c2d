"""A company as it will be after a change, as the checks read it."""

from collections.abc import Collection, Iterator
from typing import Protocol

from fsplug.policy.addresses import same
from fsplug.policy.entities import Role
from fsplug.store.change.entry_rows import Rows
from fsplug.store.change.present import Present
from fsplug.store.config import users
from fsplug.store.config.nouns import Key, Noun, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.accounts import ConsoleAccounts

_ACCOUNTS = Select(
    str,
    lambda: ConsoleAccounts.select(ConsoleAccounts.username).where(
        (ConsoleAccounts.company == given.company) & ConsoleAccounts.address.in_(given_each.addresses)
    ),
)


class View(Protocol):
    """The rows of a company once a change is made; what is new stands after what stays."""

    def row(self, noun: Noun, key: Key) -> Row | None:
        """The row of this key, or None."""

    def holding(self, noun: Noun, column: str, values: Collection[str]) -> list[Row]:
        """The rows that have one of these values in this column."""

    def everything(self, noun: Noun) -> list[Row]:
        """All rows of the noun."""

    def signing_in_as(self, addresses: Collection[str]) -> list[Row]:
        """The users with a console role who sign in with one of these addresses (as `same` gives them)."""


class WholeCompany:
    """A company of which all rows are in memory."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def row(self, noun: Noun, key: Key) -> Row | None:
        """The row of this key, or None."""
        return self._rows[noun].get(key)

    def holding(self, noun: Noun, column: str, values: Collection[str]) -> list[Row]:
        """The rows that have one of these values in this column."""
        return [row for row in self.everything(noun) if getattr(row, column) in values]

    def everything(self, noun: Noun) -> list[Row]:
        """All rows of the noun."""
        return list(self._rows[noun].values())

    def signing_in_as(self, addresses: Collection[str]) -> list[Row]:
        """The users with a console role who sign in with one of these addresses."""
        return list(_signing_in(self.everything(users.USER), addresses))


class Changed:
    """The company in the store, with `changed` rows (None: removed) in place of the stored ones."""

    def __init__(self, store: Store, domain: str, present: Present, changed: Rows) -> None:
        self._store = store
        self._domain = domain
        self._present = present
        self._changed = changed

    def row(self, noun: Noun, key: Key) -> Row | None:
        """The row of this key, or None."""
        changed = self._changed[noun]
        return changed[key] if key in changed else self._present.row(noun, key)

    def holding(self, noun: Noun, column: str, values: Collection[str]) -> list[Row]:
        """The rows that have one of these values in this column."""
        stay = self._staying(noun, self._present.holding(noun, column, values)) if values else []
        return [*stay, *(row for row in self._new(noun) if getattr(row, column) in values)]

    def everything(self, noun: Noun) -> list[Row]:
        """All rows of the noun."""
        return [*self._staying(noun, self._present.everything(noun)), *self._new(noun)]

    def signing_in_as(self, addresses: Collection[str]) -> list[Row]:
        """The users with a console role who sign in with one of these addresses: each has an account by it."""
        usernames: list[str] = []
        for some in in_batches(addresses):
            company = company_id(self._store, self._domain)
            usernames += _ACCOUNTS.rows(self._store, company=company, addresses=some)
        found = self._present.holding(users.USER, "username", usernames)
        stay = self._staying(users.USER, found)
        return list(_signing_in([*stay, *self._new(users.USER)], addresses))

    def _staying(self, noun: Noun, found: list[Row]) -> list[Row]:
        changed = self._changed[noun]
        return [row for row in found if noun.key_of(row) not in changed]

    def _new(self, noun: Noun) -> list[Row]:
        return [row for row in self._changed[noun].values() if row is not None]


def _signing_in(found: list[Row], addresses: Collection[str]) -> Iterator[Row]:
    for row in found:
        if row.role not in (None, Role.NONE) and row.email and same(row.email) in addresses:
            yield row
