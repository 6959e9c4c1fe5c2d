"""What follows a change of people that is made: who is notified of it, and which of their links end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fsplug.policy.access.scopes import logged_name
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import leading, wording
from fsplug.store.audit.leading import Led
from fsplug.store.change import meanwhile, notices, waiting
from fsplug.store.change.notices import Receiver
from fsplug.store.change.shown import LEADING
from fsplug.store.change.waiting_items import Item, items_of
from fsplug.store.config import companies, groups, numbers, policies, users
from fsplug.store.config.destinations import Target
from fsplug.store.config.nouns import Change
from fsplug.store.db.database import Store
from fsplug.store.recordings import shares

_NOTIFIED = ("role", "admin", "email")
_NOBODY = {"role": Role.NONE, "admin": AdminScope.NONE, "email": ""}


@dataclass(frozen=True, slots=True)
class Note:
    """A change of a user, or of a number, group or IVR that `username` names then.

    `receivers` are notified of it, at their addresses from before the change.
    """

    domain: str
    username: str
    items: tuple[Item, ...]
    receivers: tuple[Receiver, ...]


def notes(store: Store, domain: str, changes: Sequence[Change], by: str) -> Iterator[Note]:
    """Who is to be notified of what: people with a role or admin scope of its change, superusers of a new one, and whom
    others may listen to now, unless they said so themselves; and where calls are led outside, whoever answered them.

    Ask before the changes are made. Of a company that is removed nobody is notified.
    """
    if _ends_company(changes):
        return
    for change in changes:
        if change.noun is users.USER and (columns := _columns(change)):
            receivers = _receivers(store, domain, change)
            if receivers:
                username, items = change.key.username, (_item(change, columns),)
                others = meanwhile.items(store, domain, username, items)
                yield Note(domain, username, (*items, *others), tuple(receivers))
    yield from _listened_to(store, domain, changes, by)
    yield from _led_outside(store, domain, changes, by)


def follow(store: Store, domain: str, changes: Sequence[Change], by: str) -> None:
    """End what people have open that these changes, made already, take from them."""
    its = [change for change in changes if change.noun is users.USER and change.before is not None]
    if removed := [change.key.username for change in its if change.after is None]:
        waiting.drop_of(store, domain, removed, by)
    if _ends_company(changes):
        return
    for change in its:
        if _value(change.before, "role") == Role.SUPERUSER != _value(change.after, "role"):
            # Sharing was theirs as a superuser; colleagues can share anew.
            shares.revoke_of(store, domain, logged_name(change.key.username, domain), by)


def _listened_to(store: Store, domain: str, changes: Sequence[Change], by: str) -> Iterator[Note]:
    items: dict[str, list[Item]] = {}
    for change in changes:
        if wording.allows_listening(change) and logged_name(change.key.username, domain) != by:
            items.setdefault(change.key.username, []).append(items_of(change, ("allow_listen", "active")))
    for receiver in notices.now_at(store, domain, items):
        yield Note(domain, receiver.username, tuple(items[receiver.username]), (receiver,))


def _led_outside(store: Store, domain: str, changes: Sequence[Change], by: str) -> Iterator[Note]:
    """Calls that are led to a number outside. Those who answered them are notified, and all administrators."""
    entries: dict[tuple[str, str], list[Led]] = {}
    for one in leading.led(changes):
        if one.is_outside:
            entries.setdefault((one.kind, one.entry), []).append(one)
    if not entries:
        return
    version, admins = policies.current_version(store, domain), notices.administrators(store, domain)
    for (kind, entry), its in entries.items():
        group = groups.group_at(store, domain, entry, version) if kind == "group" else None
        route = numbers.route_at(store, domain, entry, version) if kind == "number" else None
        if route is not None and route.group is not None:
            group = groups.group_at(store, domain, route.group, version)
        answering = [*(group.members if group else ()), *([route.user] if route and route.user else ())]
        found = {one.username: one for one in (*admins, *notices.now_at(store, domain, answering))}
        receivers = [one for one in found.values() if logged_name(one.username, domain) != by]
        called = f"{group.name} ({entry})" if kind == "group" and group is not None and group.name else entry
        yield Note(domain, called, tuple(map(_leading_item, its)), tuple(receivers))


def _leading_item(one: Led) -> Item:
    before = {"to": _to(one, one.before)} if one.before is not None else None
    after = {"to": _to(one, one.after) if one.after is not None else None}
    return Item(LEADING, (one.way, one.digit), before, after)


def _to(one: Led, where: Target) -> str:
    return f"{one.digit}: {where.name}" if one.digit else where.name


def _ends_company(changes: Sequence[Change]) -> bool:
    """Whether the company itself is removed: its links end with it, and no mail can be written in its name."""
    return any(change.noun is companies.DETAIL and change.after is None for change in changes)


def _columns(change: Change) -> list[str]:
    return [name for name in _NOTIFIED if _value(change.before, name) != _value(change.after, name)]


def _receivers(store: Store, domain: str, change: Change) -> list[Receiver]:
    before, after, username = change.before, change.after, change.key.username
    receivers = list[Receiver]()
    if before is not None and (before.role != Role.NONE or before.admin != AdminScope.NONE) and before.email:
        receivers.append(Receiver(username, before.email))
    if after is not None and after.role == Role.SUPERUSER and _value(before, "role") != Role.SUPERUSER:
        receivers += [one for one in notices.superusers(store, domain) if one.username != username]
    return receivers


def _item(change: Change, columns: Sequence[str]) -> Item:
    before, after = ({name: _value(row, name) for name in columns} for row in (change.before, change.after))
    return Item(users.USER.table, tuple(change.key), before, after)


def _value(row: object | None, name: str) -> str:
    return str(_NOBODY[name] if row is None else getattr(row, name))
