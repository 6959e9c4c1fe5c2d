"""Changes of people that wait: kept, listed, confirmed by a second person, rejected, or made when their day is over.

See `fsplug.policy.access.waiting` for what waits, and `fsplug.store.change.carrying` for how it is made.
"""

import json
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access import waiting as waits
from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.policy.access.waiting import ChangeState, Wait
from fsplug.store.accounts.tokens import Secret
from fsplug.store.audit import trail
from fsplug.store.change import notices, split
from fsplug.store.change.entry_rows import NOUNS
from fsplug.store.change.notices import Receiver
from fsplug.store.change.shown import ShownItem, shown
from fsplug.store.change.split import Held, Item
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, constant, given, given_each, insert
from fsplug.store.outbox.mails import MailKind
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.waiting import WaitingChanges

LISTED_DAYS = 30
_BY_TABLE = {noun.table: noun for noun in NOUNS}


@dataclass(frozen=True, slots=True)
class _Row:
    id: str
    company: str
    username: str
    items: str
    made_by: str
    made_at: float
    due_at: float
    takes_second: bool
    state: ChangeState
    ended_at: float | None
    ended_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """A change of a user that waits, or waited. Times are epoch seconds.

    At `due_at` it is made, or dropped if it `takes_second`: a second person has not confirmed it by then.
    """

    id: str
    company: str
    username: str
    items: tuple[Item, ...]
    made_by: str
    made_at: float
    due_at: float
    takes_second: bool
    state: ChangeState
    ended_at: float | None
    ended_by: str | None
    reason: str | None

    @property
    def shown(self) -> list[ShownItem]:
        """What changes, for people."""
        return [one for item in self.items for one in shown(item)]

    @property
    def hears(self) -> bool:
        """Whether every superuser of the company is told of it, and may reject it."""
        return any(split.hears(item) for item in self.items)

    @property
    def is_waiting(self) -> bool:
        """Whether it can still be confirmed or rejected."""
        return self.state is ChangeState.WAITING


_CHANGES = WaitingChanges.select(*columns(_Row, WaitingChanges, company=Companies.domain)).join(
    Companies, on=(Companies.id == WaitingChanges.company)
)
_IS_WAITING = WaitingChanges.state == constant(ChangeState.WAITING)
_OF_COMPANY = WaitingChanges.company == given.company
_IS_THEIRS = _OF_COMPANY & WaitingChanges.username.in_(given_each.usernames)
_GET = Select(_Row, lambda: _CHANGES.where(_OF_COMPANY & (WaitingChanges.id == given.change)))
_LISTED = Select(
    _Row,
    lambda: _CHANGES.where(_OF_COMPANY & (_IS_WAITING | (WaitingChanges.ended_at > given.since))).order_by(
        WaitingChanges.made_at.desc(), WaitingChanges.id
    ),
)
_OF_USERS = Select(_Row, lambda: _CHANGES.where(_IS_THEIRS & _IS_WAITING).order_by(WaitingChanges.made_at))
_DUE = Select(
    _Row,
    lambda: _CHANGES.where(
        _IS_WAITING & ((WaitingChanges.due_at <= given.now) | (WaitingChanges.made_at > given.latest))
    ).order_by(WaitingChanges.due_at),
)
_ADD = Write(
    lambda: insert(
        WaitingChanges, "id company username items made_by made_at due_at takes_second state ended_at ended_by"
    )
)
_END = Write(
    lambda: WaitingChanges.update(
        state=given.state, ended_at=given.now, ended_by=given.by, reason=given.reason, items=given.items
    ).where((WaitingChanges.id == given.change) & _IS_WAITING)
)
_WAIT_ANEW = Write(
    lambda: WaitingChanges.update(made_at=given.now, due_at=given.due_at).where(
        (WaitingChanges.id == given.change) & _IS_WAITING
    )
)


def keep(store: Store, domain: str, held: Iterable[Held], by: str) -> list[WaitingChange]:
    """Let these changes wait, in the caller's transaction, and tell everybody concerned.

    What waits already, word for word, waits on as it is.
    """
    found = []
    for one in held:
        again = next((old for old in of_users(store, domain, [one.username]) if old.items == one.items), None)
        found.append(again or _kept(store, domain, one, by))
    return found


def note(store: Store, domain: str, username: str, items: Sequence[Item], by: str, told: Iterable[Receiver]) -> None:
    """Tell these people of a change that is made at once, in the caller's transaction."""
    receivers = list(told)
    if receivers:
        now = store.now()
        made = _add(store, domain, username, items, by, now, False, ChangeState.MADE, by)
        notices.send(store, domain, MailKind.CHANGE_MADE, made, receivers)


def get(store: Store, domain: str, change: str) -> WaitingChange:
    """The company's change; Invalid("unknown-change") if there is none."""
    found = _GET.row(store, company=company_id(store, domain), change=change)
    if found is None:
        text = f"{domain} has no waiting change {change[:100]}; see: fsplug change list --company {domain}"
        raise Invalid("unknown-change", text, change=change)
    return _read(found)


def listed(store: Store, domain: str, username: str | None = None) -> list[WaitingChange]:
    """The changes that wait, and those that ended in the last month; newest first. `username`: of this user."""
    since = store.now() - LISTED_DAYS * waits.DAY_SECONDS
    found = _LISTED.rows(store, company=company_id(store, domain), since=since)
    return [_read(one) for one in found if username in (None, one.username)]


def of_users(store: Store, domain: str, usernames: Collection[str]) -> list[WaitingChange]:
    """The changes of these users that wait, the oldest first."""
    found: list[_Row] = []
    for some in in_batches(usernames):
        found += _OF_USERS.rows(store, company=company_id(store, domain), usernames=some)
    return [_read(one) for one in found]


def of_secret(store: Store, secret: Secret) -> tuple[WaitingChange, str] | None:
    """The change that a mailed link is about, and the user whom the mail told; None if it waits no more."""
    change, _, username = secret.subject.partition(":")
    row = _GET.row(store, company=secret.company, change=change)
    return (_read(row), username) if row is not None and row.state == ChangeState.WAITING else None


def due(store: Store) -> list[WaitingChange]:
    """The changes of every company whose time is over, or unknown because the clock was put back."""
    now = store.now()
    return [_read(one) for one in _DUE.rows(store, now=now, latest=now + CLOCK_SECONDS)]


def wait_anew(store: Store, change: WaitingChange) -> None:
    """Let the change wait its whole time from now on."""
    now = store.now()
    with store.atomic():
        _WAIT_ANEW.run(store, change=change.id, now=now, due_at=now + _seconds(change.takes_second))


def end(store: Store, change: WaitingChange, state: ChangeState, by: str, reason: str | None = None) -> bool:
    """Write down what became of the change, in the caller's transaction; False if somebody else ended it first."""
    items = _written(split.without_secrets(item, _BY_TABLE.get(item.table)) for item in change.items)
    values = {"state": state, "now": store.now(), "by": by, "reason": reason, "items": items}
    return _END.run(store, change=change.id, **values) == 1


def wait_of(store: Store, domain: str, held: Held, by: str) -> Wait:
    """What it waits for: without anybody who would object, a day is only a delay."""
    told = notices.concerned(store, domain, held)
    return held.wait if notices.has_witness(store, domain, held, told, by) else Wait.SECOND_PERSON


def waits_of(store: Store, domain: str, held: Iterable[Held], by: str) -> dict[Wait, list[str]]:
    """The users of whom something waits, by what it waits for."""
    found: dict[Wait, list[str]] = {wait: [] for wait in Wait}
    for one in held:
        found[wait_of(store, domain, one, by)].append(one.username)
    return found


def drop_of(store: Store, domain: str, usernames: Collection[str], by: str) -> None:
    """Drop what waits of users who are removed: it must not become true of others who get their names."""
    for one in of_users(store, domain, usernames):
        drop(store, one, by, "the user was removed")


def drop(store: Store, change: WaitingChange, by: str, reason: str) -> None:
    """The change is not made, for a reason; nothing if it waits no more."""
    with store.atomic():
        if end(store, change, ChangeState.DROPPED, by, reason):
            facts = {"change": change.id, "items": in_words(change), "reason": reason}
            trail.add(store, change.company, by, "change-dropped", change.username, [change.username], **facts)


def check_waiting(change: WaitingChange) -> None:
    """Refused("change-ended") unless the change waits."""
    if not change.is_waiting:
        raise Refused("change-ended", f"change {change.id} waits no more: it was {change.state}", change=change.id)


def in_words(change: WaitingChange) -> list[str]:
    """What changes, as the trail has it."""
    return [str(one) for one in change.shown]


def _kept(store: Store, domain: str, held: Held, by: str) -> WaitingChange:
    told = notices.concerned(store, domain, held)
    takes_second = wait_of(store, domain, held, by) is Wait.SECOND_PERSON
    if takes_second:
        told += notices.confirmers(store, domain, held.username, by, told)
    made = _add(store, domain, held.username, held.items, by, store.now(), takes_second, ChangeState.WAITING)
    notices.send(store, domain, MailKind.CHANGE_WAITS, made, told)
    found = get(store, domain, made)
    facts = {"change": made, "items": in_words(found), "until": found.due_at, "second": takes_second}
    trail.add(store, domain, by, "change-waits", held.username, [held.username], **facts)
    return found


def _add(
    store: Store,
    domain: str,
    username: str,
    items: Iterable[Item],
    by: str,
    now: float,
    takes_second: bool,
    state: ChangeState,
    ended_by: str | None = None,
) -> str:
    change = uuid.uuid4().hex[:12]
    row: dict[str, Any] = {"company": company_id(store, domain), "username": username, "made_by": by, "made_at": now}
    row |= {"due_at": now + _seconds(takes_second), "takes_second": takes_second, "state": state}
    row |= {"ended_at": None if ended_by is None else now, "ended_by": ended_by}
    _ADD.run(store, id=change, items=_written(items), **row)
    return change


def _seconds(takes_second: bool) -> float:
    return waits.LONGEST_SECONDS if takes_second else waits.DAY_SECONDS


def _written(items: Iterable[Item]) -> str:
    return json.dumps([asdict(item) for item in items], ensure_ascii=False)


def _read(row: _Row) -> WaitingChange:
    found = [Item(one["table"], tuple(one["key"]), one["before"], one["after"]) for one in json.loads(row.items)]
    others = {name: getattr(row, name) for name in _Row.__slots__ if name != "items"}
    return WaitingChange(items=tuple(found), **others)
