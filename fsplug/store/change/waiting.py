"""Changes of people that wait: kept, listed, confirmed by a second person, rejected, or made when their day is over.

See `fsplug.policy.access.waiting` for what waits, and `fsplug.store.change.carrying` for how it is made.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from fsplug.errors import Refused
from fsplug.policy.access.waiting import ChangeState, Wait
from fsplug.store.audit import trail
from fsplug.store.change import meanwhile, notices, waiting_rows
from fsplug.store.change.notices import Receiver
from fsplug.store.change.waiting_items import Held, Item
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.db.database import Store
from fsplug.store.outbox.mails import MailKind


def keep(store: Store, domain: str, held: Iterable[Held], by: str) -> list[WaitingChange]:
    """Let these changes wait, in the caller's transaction, and notify everybody concerned; also what has changed of
    somebody who gets back a role or right (`meanwhile`).

    What waits already, word for word, waits on as it is.
    """
    found = []
    for asked in held:
        one = replace(asked, items=(*asked.items, *meanwhile.items(store, domain, asked.username, asked.items)))
        again = next(
            (old for old in waiting_rows.of_users(store, domain, [one.username]) if old.items == one.items), None
        )
        found.append(again or _kept(store, domain, one, by))
    return found


def note(
    store: Store, domain: str, username: str, items: Sequence[Item], by: str, receivers: Sequence[Receiver]
) -> None:
    """Notify these people of a change that is made at once, in the caller's transaction."""
    if receivers:
        now = store.now()
        made = waiting_rows.add(
            store, domain, Held(username, tuple(items), Wait.NOTHING), by, now, False, ChangeState.MADE
        )
        notices.send(store, domain, MailKind.CHANGE_MADE, made, receivers)


def wait_of(store: Store, domain: str, held: Held, by: str) -> Wait:
    """What it waits for: without anybody who would object, a day is only a delay."""
    receivers = notices.concerned(store, domain, held)
    without_witness = not notices.has_witness(store, domain, held, receivers, by)
    if held.wait > Wait.DAY or without_witness:
        return waiting_rows.second(held.by_superuser)
    return held.wait


def waits_of(store: Store, domain: str, held: Iterable[Held], by: str) -> dict[Wait, list[str]]:
    """The users of whom something waits, by what it waits for."""
    found: dict[Wait, list[str]] = {wait: [] for wait in Wait}
    for one in held:
        found[wait_of(store, domain, one, by)].append(one.username)
    return found


def drop_of(store: Store, domain: str, usernames: Collection[str], by: str) -> None:
    """Drop what waits of users who are removed: it must not become true of others who get their names."""
    for one in waiting_rows.of_users(store, domain, usernames):
        drop(store, one, by, "the user was removed")


def drop(store: Store, change: WaitingChange, by: str, reason: str, receivers: Iterable[Receiver] = ()) -> None:
    """The change is not made, for a reason, and these people are notified; nothing if it waits no more."""
    with store.atomic():
        if waiting_rows.end(store, change, ChangeState.DROPPED, by, reason):
            facts = {"change": change.id, "items": in_words(change), "reason": reason}
            trail.add(store, change.company, by, "change-dropped", change.username, [change.username], **facts)
            notices.send(store, change.company, MailKind.CHANGE_DROPPED, change.id, receivers)


def check_waiting(change: WaitingChange) -> None:
    """Refused("change-ended") unless the change waits."""
    if not change.is_waiting:
        raise Refused("change-ended", f"change {change.id} no longer waits: it was {change.state}", change=change.id)


def in_words(change: WaitingChange) -> list[str]:
    """What changes, as the trail has it."""
    return [str(one) for one in change.shown]


def _kept(store: Store, domain: str, held: Held, by: str) -> WaitingChange:
    receivers = notices.concerned(store, domain, held)
    takes = wait_of(store, domain, held, by)
    takes_second = takes > Wait.DAY
    if takes is Wait.SECOND_PERSON:
        receivers += notices.confirmers(store, domain, held.username, by, receivers)
    made = waiting_rows.add(store, domain, held, by, store.now(), takes_second, ChangeState.WAITING)
    notices.send(store, domain, MailKind.CHANGE_WAITS, made, receivers)
    found = waiting_rows.get(store, domain, made)
    facts = {"change": made, "items": in_words(found), "until": found.due_at, "second": takes_second}
    trail.add(store, domain, by, "change-waits", held.username, [held.username], **facts)
    return found
