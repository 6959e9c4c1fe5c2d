"""What changes of a person, or where calls are led, in the words that pages, mails and commands have texts for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fsplug.store.change.meanwhile import MEANWHILE
from fsplug.store.change.waiting_items import ACCOUNT_TABLE, Item
from fsplug.store.config import devices, grants, profiles, users

# An item of this table says where calls go: its key is the way (`fsplug.store.audit.leading.Way`), its value `to`.
LEADING = "leading"


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A value that changes, for people: `what` is one of `waiting-what` in fsplug/words/changes.toml; None: nothing."""

    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return f"{self.what}: {self.before or '-'} -> {self.after or '-'}"


def shown(item: Item) -> Iterator[ShownItem]:
    """The item in the words that pages, mails and commands have texts for; no secrets."""
    if item.table == LEADING:
        yield ShownItem(item.kind, item.before["to"] if item.before else None, item.after["to"])
    elif item.table == MEANWHILE:
        yield ShownItem(f"meanwhile-{item.kind}", (item.before or {}).get("is") or None, item.after["is"] or None)
    elif item.table == ACCOUNT_TABLE:
        yield ShownItem("totp", "yes", "no")
    elif item.table == users.USER.table:
        for name, after in item.after.items():
            yield ShownItem(name, (item.before or {}).get(name) or None, after or None)
    elif item.table == grants.RIGHT.table:
        yield ShownItem("right", None, item.name)
    elif item.table == profiles.PROFILE.table:
        for name, what in (("allow_listen", "allow-listen"), ("active", "profile-in-use")):
            if item.after[name] and not (item.before or {}).get(name):
                yield ShownItem(what, None, item.name)
    else:
        what = "phone" if item.table == devices.DEVICE.table else "number"
        yield ShownItem(what, _phone(item, item.before), _phone(item, item.after))


def _phone(item: Item, row: Mapping[str, Any] | None) -> str | None:
    if row is None:
        return None
    if item.table == users.USER_NUMBER.table:
        return item.name
    return " ".join(str(one) for one in (item.name, row.get("number") or row.get("sip_username")) if one)
