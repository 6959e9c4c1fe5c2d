"""What has changed of somebody between the loss of a role or right and its being given back: who gets it back may be
somebody else by now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fsplug.policy.entities import Role
from fsplug.store.change import waiting_items
from fsplug.store.change.waiting_items import Item
from fsplug.store.config import policies, users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, constant, given
from fsplug.store.schema.history import holds
from fsplug.store.schema.users import Devices, RightGrants, UserNumbers, Users

# An item of this table is only shown: its key says what has changed, its values hold `is`.
MEANWHILE = "meanwhile"


@dataclass(frozen=True, slots=True)
class _Phone:
    name: str
    number: str | None
    sip_username: str | None


def _theirs(table: Any) -> Any:
    return (table.company == given.company) & (table.username == given.username)


def _ended(table: Any, which: Any) -> Select[int]:
    its = _theirs(table) & table.until.is_null(False) & (table.since >= given.tenure) & which
    return Select(int, lambda: table.select(table.until).where(its).order_by(table.until.desc()).limit(1))


def _at(table: Any, *selected: Any) -> Any:
    return table.select(*selected).where(_theirs(table) & holds(table, given.version))


_LOST_ROLE = _ended(Users, Users.role != constant(Role.NONE))
_LOST_RIGHT = _ended(RightGrants, RightGrants.right_name == given.right)
_EMAIL = Select(str, lambda: _at(Users, Users.email))
_PHONES = Select(_Phone, lambda: _at(Devices, *columns(_Phone, Devices)).order_by(Devices.name))
_NUMBERS = Select(str, lambda: _at(UserNumbers, UserNumbers.number).order_by(UserNumbers.number))


def items(store: Store, domain: str, username: str, its: tuple[Item, ...]) -> Iterator[Item]:
    """What to show beside the waiting items `its`: the address, phones and numbers that have changed since the user
    last held what these items give back.
    """
    which = {"company": company_id(store, domain), "username": username}
    tenure = users.tenure(store, domain, username).version
    lost = [_lost(store, one, which, tenure) for one in its]
    found = [one for one in lost if one is not None]
    if found:
        # A row that ended with a version held in the one before.
        before = _identity(store, which, min(found) - 1)
        yield from _differences(before, _identity(store, which, policies.current_version(store, domain)))


def _lost(store: Store, one: Item, which: dict[str, Any], tenure: int) -> int | None:
    """The version with which the user lost what the item gives; None if they have it still, or never had it."""
    if waiting_items.is_right(one):
        return _LOST_RIGHT.row(store, **which, tenure=tenure, right=one.name)
    gives_role = one.after.get("role", Role.NONE) != Role.NONE and (one.before or {}).get("role") == Role.NONE
    return _LOST_ROLE.row(store, **which, tenure=tenure) if gives_role else None


def _identity(store: Store, which: dict[str, Any], version: int) -> dict[str, list[str]]:
    phones = _PHONES.rows(store, **which, version=version)
    return {
        "email": list(filter(None, _EMAIL.rows(store, **which, version=version))),
        "phone": [f"{one.name} {one.number or one.sip_username}" for one in phones],
        "number": _NUMBERS.rows(store, **which, version=version),
    }


def _differences(before: dict[str, list[str]], after: dict[str, list[str]]) -> Iterator[Item]:
    for what in after:
        gone = [one for one in before[what] if one not in after[what]]
        new = [one for one in after[what] if one not in before[what]]
        if gone or new:
            yield Item(MEANWHILE, (what,), {"is": ", ".join(gone)}, {"is": ", ".join(new)})
