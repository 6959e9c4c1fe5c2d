"""Making the changes that waited: confirmed by a second person, or because their day is over."""

import structlog

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.access import scopes
from fsplug.policy.access import waiting as waits
from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.policy.access.scopes import Actor, Need, Reach, check_reaches
from fsplug.policy.access.waiting import ChangeState, Rank
from fsplug.store.accounts import accounts, authenticators
from fsplug.store.audit import trail
from fsplug.store.change import (
    notices,
    planning,
    planted,
    ranks,
    split,
    waiting,
    waiting_items,
    waiting_rows,
)
from fsplug.store.change.draft import Draft
from fsplug.store.change.entry_rows import NOUNS
from fsplug.store.change.plans import CompanyPlan
from fsplug.store.change.waiting_items import Held, Item
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config import actors, grants
from fsplug.store.config.nouns import Row
from fsplug.store.db.database import Store
from fsplug.store.outbox.mails import MailKind

log = structlog.get_logger()

# The trail's name for fsplug itself.
ITSELF = "fsplug"
_NOT_SIGNED = "change-not-signed"
_BY_TABLE = {noun.table: noun for noun in NOUNS}


def confirm(store: Store, domain: str, change: str, actor: Actor) -> WaitingChange:
    """Make the change now, as its second person. Refused("not-second-person") if the actor can't be that,
    Refused("change-ended") if it waits no more; Refused and Invalid if it can't be made any more.
    """
    if not actor.is_operator:
        check_reaches(actor, Need.CHANGES, domain, Reach.COMPANY)
    found = waiting_rows.get(store, domain, change)
    waiting.check_waiting(found)
    if not may_confirm(store, found, actor):
        who = "a superuser" if found.by_superuser else "an administrator"
        text = f"a second person or the operator must confirm it: {who} of the company who neither asked nor gains"
        raise Refused("not-second-person", f"{text} by it, and was not lately added or changed by the one who asked")
    # A superuser who confirms need not be allowed to make such changes.
    maker = actor if actor.is_operator else _maker(store, found)
    return _made(store, found, maker, actor.logged_name)


def may_confirm(store: Store, change: WaitingChange, actor: Actor) -> bool:
    """Whether the actor counts as a second person. Neither the actor nor the person who asks may lately have added the
    other, or changed the other's rights.
    """
    if actor.is_operator:
        return True
    may = waits.may_confirm(actor, change.request)
    return may and not planted.tied(store, change.company, change.made_by, [actor.name], change.made_at)


def carry_out(store: Store) -> int:
    """Make every change whose day is over, and drop those that nobody confirmed; returns how many there were.

    What no key signed is dropped first. If the clock was put back, the time a change has waited is unknown: it waits
    its whole time again, once.
    """
    _drop_forged(store)
    found = waiting_rows.due(store)
    for one in found:
        if one.made_at > store.now() + CLOCK_SECONDS:
            waiting_rows.wait_anew(store, one)
        elif one.takes_second:
            _drop(store, one, "nobody confirmed it in time")
        else:
            _carry_out(store, one)
    return len(found)


def remove_codes(store: Store, domain: str, username: str, actor: Actor) -> WaitingChange | None:
    """Turn off a user's one-time codes, as an operator at once; another's request waits for a second person.

    Returns the change that waits, or None.
    """
    account = accounts.get(store, domain, username)
    item = Item(waiting_items.ACCOUNT_TABLE, (username,), {"totp": True}, {"totp": False})
    receivers = notices.addresses(store, domain, [username])
    rank = ranks.lately(store, domain, [username]).get(username, Rank.NONE)
    with store.atomic():
        if account.totp and not actor.is_operator:
            wait = max(waits.Wait.SECOND_PERSON, waits.of_identity(rank, ranks.of_user(store, domain, actor.name)))
            held = Held(username, (item,), wait, of_hearer=rank is not Rank.NONE)
            [kept] = waiting.keep(store, domain, [held], actor.logged_name)
            return kept
        authenticators.remove(store, domain, username, actor.logged_name)
        if account.totp:
            waiting.note(store, domain, username, [item], actor.logged_name, receivers)
    return None


def _drop_forged(store: Store) -> None:
    with store.atomic():
        reason = "no key signed it: somebody else wrote it, or it is from before changes were signed"
        for domain, username, change in waiting_rows.drop_forged(store, ITSELF, reason):
            log.warning("change-dropped", company=domain, user=username, change=change, reason=reason)
            trail.add(store, domain, ITSELF, "change-dropped", username, [username], change=change, reason=reason)


def _carry_out(store: Store, change: WaitingChange) -> None:
    try:
        _made(store, change, _maker(store, change), None)
    except (Invalid, Refused) as trouble:
        if trouble.code == _NOT_SIGNED:
            # Nobody asked for it, so nobody is told what it says.
            waiting.drop(store, change, ITSELF, trouble.text)
        else:
            _drop(store, change, trouble.text)
    except FsplugError as trouble:
        log.warning("change-delayed", change=change.id, code=trouble.code, reason=trouble.text)
    except Exception:
        # The others must not wait for this one.
        log.exception("change-delayed", change=change.id)


def _drop(store: Store, change: WaitingChange, reason: str) -> None:
    receivers = notices.disappointed(store, change.company, _held(change), change.made_by, change.made_at)
    waiting.drop(store, change, ITSELF, reason, receivers)


def _held(change: WaitingChange) -> Held:
    return Held(change.username, change.items, waits.Wait.NOTHING, of_hearer=change.of_hearer)


def _maker(store: Store, change: WaitingChange) -> Actor:
    """Who asked for it, as they are today: what they may not do any more does not happen."""
    username, _, domain = change.made_by.rpartition("@")
    found = actors.named(store, username, domain)
    if found.tenure.at > change.made_at:
        raise Refused("unknown-actor", f"{change.made_by} is another person than the one who asked", actor=username)
    return found


def _made(store: Store, change: WaitingChange, actor: Actor, confirmed_by: str | None) -> WaitingChange:
    by = confirmed_by or ITSELF
    with store.atomic():
        planning.hold(store, change.company)
        receivers = notices.concerned(store, change.company, _held(change))
        if not waiting_rows.is_genuine(store, change):
            text = "nobody asked for this change, or it is over already: no key signed it as it is"
            raise Refused(_NOT_SIGNED, text, change=change.id)
        if not waiting_rows.end(store, change, ChangeState.MADE, by):
            waiting.check_waiting(waiting_rows.get(store, change.company, change.id))
        _apply(store, change, actor, is_confirmed=confirmed_by is not None)
        facts = {"change": change.id, "items": waiting.in_words(change), "made_by": change.made_by}
        trail.add(store, change.company, by, "change-made", change.username, [change.username], **facts)
        notices.send(store, change.company, MailKind.CHANGE_MADE, change.id, receivers)
    return waiting_rows.get(store, change.company, change.id)


def _apply(store: Store, change: WaitingChange, actor: Actor, is_confirmed: bool) -> None:
    rows = [item for item in change.items if item.table in _BY_TABLE]
    if any(item.table == waiting_items.ACCOUNT_TABLE for item in change.items):
        authenticators.remove(store, change.company, change.username, change.made_by)
    if not rows:
        return
    draft = Draft(store, change.company, by=actor)
    # That was looked at when the change was asked for.
    draft.keep_person(change.username)
    for item in rows:
        noun = _BY_TABLE[item.table]
        key = noun.key_type(*item.key)
        draft.put_rows(noun, change.username, {key: _changed(item, draft.row(noun, key))})
        if "admin" in item.after:
            # The departments that a sub-admin covered while this waited.
            covered = grants.ADMIN_DEPARTMENT.by_key(draft.rows(grants.ADMIN_DEPARTMENT, "username", change.username))
            draft.put_rows(grants.ADMIN_DEPARTMENT, change.username, dict.fromkeys(covered))
    plan = draft.plan()
    for company in plan.companies:
        if not is_confirmed:
            _check_waited(store, company, change, actor)
    planning.make(store, plan, scopes.operator(change.made_by), notifies=False)


def _check_waited(store: Store, plan: CompanyPlan, change: WaitingChange, actor: Actor) -> None:
    """Refused("waits-for-more") if a day would not do were it asked for now, or others would be notified."""
    _, held = split.split(store, plan.domain, plan.changes, actor)
    if any(one.wait > waits.Wait.DAY or one.of_hearer > change.of_hearer for one in held):
        text = f"a day is not enough any more: meanwhile {change.username} hears more, or {actor.name} less"
        raise Refused("waits-for-more", f"{text}; ask for it again", change=change.id)


def _changed(item: Item, now: Row | None) -> Row:
    """The row with what waited; Refused("changed-meanwhile") if it is not what it was."""
    noun = _BY_TABLE[item.table]
    key = dict(zip(noun.key, item.key, strict=True))
    if item.before is None:
        made = noun.row({**key, **item.after})
        is_as_it_was = now is None or now == made
    else:
        made = now._replace(**item.after) if now is not None else None
        is_as_it_was = now is not None and (now == made or all(getattr(now, x) == v for x, v in item.before.items()))
    if not is_as_it_was:
        raise Refused("changed-meanwhile", f"{noun.name} {' '.join(item.key)} has been changed meanwhile")
    return made
