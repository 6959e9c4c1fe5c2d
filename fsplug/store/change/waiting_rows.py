"""The changes of people that wait, and those that waited, as they are stored."""

import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access import waiting as waits
from fsplug.policy.access.clock import CLOCK_SECONDS
from fsplug.policy.access.scopes import Actor
from fsplug.policy.access.waiting import ChangeRequest, ChangeState, Wait
from fsplug.store.accounts.tokens import Secret
from fsplug.store.audit import signing
from fsplug.store.change import ranks, waiting_items
from fsplug.store.change.entry_rows import NOUNS
from fsplug.store.change.shown import ShownItem, shown
from fsplug.store.change.waiting_items import Held, Item
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, Write, constant, given, given_each, insert
from fsplug.store.schema.audit import AuditAbout, AuditEntries
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.waiting import WaitingChanges

LISTED_DAYS = 30
_BY_TABLE = {noun.table: noun for noun in NOUNS}


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a row and the change that it holds have in common. Times are epoch seconds."""

    id: str
    company: str
    username: str
    made_by: str
    made_at: float
    due_at: float
    takes_second: bool
    of_hearer: bool
    state: ChangeState
    ended_at: float | None
    ended_by: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class _Row(_Kept):
    items: str
    signature: str | None


@dataclass(frozen=True, slots=True)
class WaitingChange(_Kept):
    """A change of a user that waits, or waited.

    At `due_at` it is made, or dropped if it `takes_second`: a second person has not confirmed it by then. `of_hearer`:
    it is the address, phone or second factor of somebody who hears others.
    """

    items: tuple[Item, ...]

    @property
    def shown(self) -> list[ShownItem]:
        """What changes, for people."""
        return [one for item in self.items for one in shown(item)]

    @property
    def request(self) -> ChangeRequest:
        """What decides who confirms and rejects it."""
        gives, hears = (any(map(ask, self.items)) for ask in (waiting_items.gives, waiting_items.hears))
        return ChangeRequest(self.company, self.username, self.made_by, gives, hears, self.by_superuser)

    @property
    def by_superuser(self) -> bool:
        """Whether the second person is a superuser."""
        return waiting_items.takes_superuser(self.items, self.of_hearer)

    @property
    def takes(self) -> Wait:
        """What it waits for."""
        return second(self.by_superuser) if self.takes_second else Wait.DAY

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
_WAITING = Select(_Row, lambda: _CHANGES.where(_IS_WAITING))
_DROP = Write(
    lambda: WaitingChanges.update(
        state=ChangeState.DROPPED, ended_at=given.now, ended_by=given.by, reason=given.reason, signature=None
    ).where((WaitingChanges.id == given.change) & _IS_WAITING)
)
_OVER = Select(
    str,
    lambda: (
        AuditEntries.select(AuditEntries.facts)
        .join(AuditAbout, on=(AuditAbout.company == AuditEntries.company) & (AuditAbout.number == AuditEntries.number))
        .where(
            (AuditEntries.company == given.company)
            & (AuditAbout.username == given.username)
            & AuditEntries.act.in_([constant(act) for act in ("change-made", "change-rejected", "change-dropped")])
        )
    ),
)
_DUE = Select(
    _Row,
    lambda: _CHANGES.where(
        _IS_WAITING & ((WaitingChanges.due_at <= given.now) | (WaitingChanges.made_at > given.latest))
    ).order_by(WaitingChanges.due_at),
)
_ADD = Write(
    lambda: insert(
        WaitingChanges,
        "id company username items made_by made_at due_at takes_second of_hearer state ended_at ended_by signature",
    )
)
_END = Write(
    lambda: WaitingChanges.update(
        state=given.state, ended_at=given.now, ended_by=given.by, reason=given.reason, items=given.items, signature=None
    ).where((WaitingChanges.id == given.change) & _IS_WAITING)
)
_WAIT_ANEW = Write(
    lambda: WaitingChanges.update(made_at=given.now, due_at=given.due_at, signature=given.signature).where(
        (WaitingChanges.id == given.change) & _IS_WAITING
    )
)


def get(store: Store, domain: str, change: str) -> WaitingChange:
    """The company's change; Invalid("unknown-change") if there is none."""
    found = _GET.row(store, company=company_id(store, domain), change=change)
    if found is None:
        raise _unknown(domain, change)
    [read] = _as_of_now(store, domain, [_read(found)])
    return read


def seen(store: Store, domain: str, change: str, actor: Actor) -> WaitingChange:
    """As `get`, of those that the actor may see."""
    found = get(store, domain, change)
    if not waits.may_reject(actor, found.request):
        raise _unknown(domain, change)
    return found


def listed(store: Store, domain: str, actor: Actor, username: str | None = None) -> list[WaitingChange]:
    """The changes that wait, and those that ended in the last month, as far as the actor may see them; newest first.

    `username`: of this user.
    """
    since = store.now() - LISTED_DAYS * waits.DAY_SECONDS
    rows = _LISTED.rows(store, company=company_id(store, domain), since=since)
    found = _as_of_now(store, domain, list(map(_read, rows)))
    return [one for one in found if username in (None, one.username) and waits.may_reject(actor, one.request)]


def of_users(store: Store, domain: str, usernames: Collection[str]) -> list[WaitingChange]:
    """The changes of these users that wait, the oldest first."""
    found: list[_Row] = []
    for some in in_batches(usernames):
        found += _OF_USERS.rows(store, company=company_id(store, domain), usernames=some)
    return _as_of_now(store, domain, list(map(_read, found)))


def of_secret(store: Store, secret: Secret) -> tuple[WaitingChange, str] | None:
    """The change that a mailed link is about, and the user whom the mail went to; None if it waits no more."""
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
    due_at = now + _seconds(change.takes_second)
    said = _said(store, replace(change, made_at=now, due_at=due_at), _written(change.items))
    with store.atomic():
        signature = signing.sign_change(store.audit_keys, said)
        _WAIT_ANEW.run(store, change=change.id, now=now, due_at=due_at, signature=signature)


def drop_forged(store: Store, by: str, reason: str) -> list[tuple[str, str, str]]:
    """Drop what none of the store's keys signed, in the caller's transaction; the companies, users and ids of the
    changes. Without keys nothing is signed, and nothing is dropped.
    """
    found = [one for one in _WAITING.rows(store) if not _is_signed(store, one)]
    # What the row says is not read: whoever forged it may have put anything there.
    ended = [one for one in found if _DROP.run(store, change=one.id, now=store.now(), by=by, reason=reason)]
    return [(one.company, one.username, one.id) for one in ended]


def is_genuine(store: Store, change: WaitingChange) -> bool:
    """Whether a key signed the change as it is, and the trail does not say that it is over; always so without keys."""
    if not store.audit_keys:
        return True
    company = company_id(store, change.company)
    row = _GET.row(store, company=company, change=change.id)
    over = _OVER.rows(store, company=company, username=change.username)
    return row is not None and _is_signed(store, row) and all(change.id not in facts for facts in over)


def end(store: Store, change: WaitingChange, state: ChangeState, by: str, reason: str | None = None) -> bool:
    """Write down what became of the change, in the caller's transaction; False if somebody else ended it first."""
    items = _written(waiting_items.without_secrets(item, _BY_TABLE.get(item.table)) for item in change.items)
    values = {"state": state, "now": store.now(), "by": by, "reason": reason, "items": items}
    return _END.run(store, change=change.id, **values) == 1


def _as_of_now(store: Store, domain: str, found: list[WaitingChange]) -> list[WaitingChange]:
    """The changes, those that wait also `of_hearer` if the user has come to hear others since they were asked for."""
    hearers = ranks.lately(store, domain, {one.username for one in found if one.is_waiting})

    def is_raised(one: WaitingChange) -> bool:
        return one.is_waiting and one.username in hearers and any(map(waiting_items.is_identity, one.items))

    return [replace(one, of_hearer=True) if is_raised(one) else one for one in found]


def _unknown(domain: str, change: str) -> Invalid:
    text = f"{domain} has no waiting change {change[:100]}; see: fsplug change list --company {domain}"
    return Invalid("unknown-change", text, change=change)


def add(store: Store, domain: str, held: Held, by: str, now: float, takes_second: bool, state: ChangeState) -> str:
    """Keep this change of `by`, in the caller's transaction; its id."""
    change, is_over = uuid.uuid4().hex[:12], state is ChangeState.MADE
    row: dict[str, Any] = {"company": company_id(store, domain), "username": held.username, "made_by": by}
    row |= {"made_at": now, "due_at": now + _seconds(takes_second), "takes_second": takes_second, "state": state}
    row |= {"of_hearer": held.of_hearer, "ended_at": now if is_over else None, "ended_by": by if is_over else None}
    row |= {"id": change, "items": _written(held.items)}
    made = WaitingChange(**{**row, "company": domain, "items": held.items, "reason": None})
    row["signature"] = None if is_over else signing.sign_change(store.audit_keys, _said(store, made, row["items"]))
    _ADD.run(store, **row)
    return change


def second(by_superuser: bool) -> Wait:
    """What a change that takes a second person waits for."""
    return Wait.SUPERUSER if by_superuser else Wait.SECOND_PERSON


def _is_signed(store: Store, row: _Row) -> bool:
    keys = store.audit_keys
    return not keys or signing.is_change_signed(keys, _said(store, row, row.items), row.signature)


def _said(store: Store, one: _Row | WaitingChange, items: str) -> str:
    """All that decides what becomes of it."""
    times = (float(one.made_at), float(one.due_at))
    flags = (bool(one.takes_second), bool(one.of_hearer))
    return json.dumps((one.id, company_id(store, one.company), one.username, items, one.made_by, *times, *flags))


def _seconds(takes_second: bool) -> float:
    return waits.LONGEST_SECONDS if takes_second else waits.DAY_SECONDS


def _written(items: Iterable[Item]) -> str:
    return json.dumps([asdict(item) for item in items], ensure_ascii=False)


def _read(row: _Row) -> WaitingChange:
    found = [Item(one["table"], tuple(one["key"]), one["before"], one["after"]) for one in json.loads(row.items)]
    others = {name: getattr(row, name) for name in _Kept.__slots__}
    return WaitingChange(items=tuple(found), **others)
