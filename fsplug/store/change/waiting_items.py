"""What waits of a user: rows with the values that change in them, and what these would give."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.policy.access.waiting import Wait
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.config import devices, grants, users
from fsplug.store.config.nouns import SECRET, Change, Noun

PHONES = (devices.DEVICE, users.USER_NUMBER)
# A user's one-time codes are in no row of the configuration.
ACCOUNT_TABLE = "console_account"
_IDENTITY_TABLES = frozenset((*(noun.table for noun in PHONES), ACCOUNT_TABLE))


@dataclass(frozen=True, slots=True)
class Item:
    """A row that waits: the values that change in it, before (None: the row is not there) and after."""

    table: str
    key: tuple[str, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the row is called beside others of its user or company: a right, a profile, a device, a number."""
        *_, name = self.key
        return name

    @property
    def kind(self) -> str:
        """What is led, or what has changed meanwhile: rows of these two kinds begin with it."""
        kind, *_ = self.key
        return kind


@dataclass(frozen=True, slots=True)
class Held:
    """What waits of one user. `also` are other users whom it concerns: those whose phone it was.

    `of_hearer`: it is the address, phone or second factor of somebody who hears others.
    """

    username: str
    items: tuple[Item, ...]
    wait: Wait
    also: tuple[str, ...] = ()
    of_hearer: bool = False

    @property
    def by_superuser(self) -> bool:
        """Whether the second person is a superuser, if it takes one."""
        return takes_superuser(self.items, self.of_hearer)


def takes_superuser(items: Iterable[Item], of_hearer: bool) -> bool:
    """Whether a superuser confirms these: they make one, or are of somebody who hears others."""
    return of_hearer or any(item.after.get("role") == Role.SUPERUSER for item in items)


def gives(item: Item) -> bool:
    """Whether the item makes somebody a superuser, one who listens in, or one who may make such people."""
    role, scope = item.after.get("role"), item.after.get("admin")
    return is_right(item) or role == Role.SUPERUSER or scope == AdminScope.COMPANY_ADMIN


def hears(item: Item) -> bool:
    """Whether the item lets somebody hear who did not before; every superuser is notified of it."""
    return gives(item) or item.after.get("role", Role.NONE) != Role.NONE


def is_right(item: Item) -> bool:
    """Whether the item gives a right: the user gains by it, so that telling the user protects nobody."""
    return item.table == grants.RIGHT.table


def is_identity(item: Item) -> bool:
    """Whether the item is an address, a phone or a second factor: who has it may act as the user."""
    return item.table in _IDENTITY_TABLES or "email" in item.after


def items_of(change: Change, columns: Collection[str]) -> Item:
    """The columns of a row that change, as an item."""
    before = None if change.before is None else {name: getattr(change.before, name) for name in columns}
    return Item(change.noun.table, tuple(change.key), before, {name: getattr(change.after, name) for name in columns})


def without_secrets(item: Item, noun: Noun | None) -> Item:
    """The item as it may be kept once it waits no more."""
    secrets = noun.secrets if noun is not None else frozenset()

    def hidden(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if row is None else {name: SECRET if name in secrets else value for name, value in row.items()}

    return Item(item.table, item.key, hidden(item.before), hidden(item.after) or {})
