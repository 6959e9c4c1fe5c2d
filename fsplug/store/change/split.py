"""What of a plan is made at once, and what waits for a second person or a day (`fsplug.policy.access.waiting`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fsplug.policy.access import waiting as waits
from fsplug.policy.access.scopes import Actor
from fsplug.policy.access.waiting import ChangeState, Rank, Wait
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change import ranks
from fsplug.store.change.waiting_items import PHONES, Held, Item, is_identity, items_of
from fsplug.store.config import grants, users
from fsplug.store.config.nouns import Change, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import Devices, RightGrants, UserNumbers, Users
from fsplug.store.schema.waiting import WaitingChanges

Changes = Sequence[Change]


def split(store: Store, domain: str, changes: Changes, actor: Actor) -> tuple[Changes, list[Held]]:
    """The changes to make at once, and what waits, user by user. Nothing of an operator's waits."""
    concerned = _concerned(changes) if not actor.is_operator else []
    if not concerned:
        return changes, []
    facts = _Facts(store, domain, changes, actor)
    now, held = list[Change](), dict[str, list[tuple[Item, Wait]]]()
    for change in changes:
        left, item, wait = _parted(change, facts)
        if left is not None:
            now.append(left)
        if item is not None:
            held.setdefault(_owner(change), []).append((item, wait))
    return tuple(_without_scopes(now, held)), [_held(username, its, facts) for username, its in held.items()]


def _without_scopes(now: Changes, held: Mapping[str, Sequence[tuple[Item, Wait]]]) -> Iterator[Change]:
    """A sub-admin whose wider scope waits administers the same departments meanwhile."""
    widened = {username for username, its in held.items() if any("admin" in item.after for item, _ in its)}
    for change in now:
        if change.noun is not grants.ADMIN_DEPARTMENT or change.after is not None or _owner(change) not in widened:
            yield change


def _held(username: str, its: list[tuple[Item, Wait]], facts: "_Facts") -> Held:
    items = tuple(item for item, _ in its)
    of_hearer = facts.rank(username) is not Rank.NONE and any(map(is_identity, items))
    also = tuple(sorted(facts.former_holders(username)))
    return Held(username, items, max(wait for _, wait in its), also, of_hearer)


def _concerned(changes: Changes) -> list[Change]:
    """The changes that could make somebody hear: of users, of rights, and of phones that somebody gets."""
    nouns = (users.USER, grants.RIGHT, *PHONES)
    return [one for one in changes if one.noun in nouns and one.after is not None and not _is_harmless(one)]


def _is_harmless(change: Change) -> bool:
    if change.noun is not users.USER:
        return False
    before = _raised_from(change)
    return all(getattr(before, name) == getattr(change.after, name) for name in ("role", "admin", "email"))


def _raised_from(change: Change) -> Row:
    """The user before; somebody new comes from nothing."""
    if change.before is not None:
        return change.before
    return _there(change.after)._replace(role=Role.NONE, admin=AdminScope.NONE)


def _there(row: Row | None) -> Row:
    """The row of a change that does not remove it."""
    if row is None:
        raise ValueError("the change removes the row")
    return row


def _owner(change: Change) -> str:
    return str(getattr(change.after, "username", None) or change.key.username)


def _parted(change: Change, facts: "_Facts") -> tuple[Change | None, Item | None, Wait]:
    """What of the change is made at once, what waits of it, and for what."""
    if change.after is None or change.noun not in (users.USER, grants.RIGHT, *PHONES):
        return change, None, Wait.NOTHING
    if change.noun is users.USER:
        return _parted_user(change, facts)
    if change.noun is grants.RIGHT:
        wait = Wait.DAY if change.before is None else Wait.NOTHING
    else:
        wait = facts.of_identity(_owner(change)) if facts.is_phone_of_hearer(change) else Wait.NOTHING
    if wait is Wait.NOTHING:
        return change, None, wait
    return None, items_of(change, change.noun.values), wait


def _parted_user(change: Change, facts: "_Facts") -> tuple[Change | None, Item | None, Wait]:
    before, after, username = _raised_from(change), _there(change.after), change.key.username
    is_newcomer = change.before is None and facts.is_newcomer(username)
    role = waits.of_role(Role(before.role), Role(after.role), is_newcomer)
    scope = waits.of_scope(AdminScope(before.admin), AdminScope(after.admin))
    found = {"role": role, "admin": scope}
    if change.before is not None and before.email != after.email:
        # Whoever reads the mail of somebody with an account can sign in as that person.
        has_reason = _has_account(before) or role or scope or username in facts.awaited or facts.rank(username)
        found["email"] = facts.of_identity(username) if has_reason else Wait.NOTHING
    columns = [name for name, wait in found.items() if wait is not Wait.NOTHING]
    if not columns:
        return change, None, Wait.NOTHING
    made = after._replace(**{name: getattr(before, name) for name in columns})
    left = change._replace(after=made) if made != change.before else None
    item = items_of(change._replace(before=before), columns)
    return left, item, max(found.values())


def _has_account(user: Row) -> bool:
    return bool(user.role != Role.NONE or user.admin != AdminScope.NONE)


def _accounts(which: Any) -> Any:
    return Users.select(Users.username).where(
        (Users.company == given.company) & is_current(Users) & Users.username.in_(given_each.usernames) & which
    )


def _other_holders(table: Any, column: Any) -> Any:
    return (
        table.select(table.username).where((table.company == given.company) & column.in_(given_each.names)).distinct()
    )


_EVER = Select(
    str,
    lambda: (
        Users.select(Users.username)
        .where((Users.company == given.company) & Users.username.in_(given_each.usernames))
        .distinct()
    ),
)
_LISTENERS = Select(
    str,
    lambda: RightGrants.select(RightGrants.username).where(
        (RightGrants.company == given.company)
        & RightGrants.username.in_(given_each.usernames)
        & is_current(RightGrants)
    ),
)
_AWAITED = Select(
    str,
    lambda: WaitingChanges.select(WaitingChanges.username).where(
        (WaitingChanges.company == given.company)
        & WaitingChanges.username.in_(given_each.usernames)
        & (WaitingChanges.state == constant(ChangeState.WAITING))
    ),
)
_WITH_ROLE = Select(str, lambda: _accounts(Users.role != Role.NONE))
_BY_SIP_NAME = Select(str, lambda: _other_holders(Devices, Devices.sip_username))
_BY_MOBILE = Select(str, lambda: _other_holders(Devices, Devices.number))
_BY_NUMBER = Select(str, lambda: _other_holders(UserNumbers, UserNumbers.number))


class _Facts:
    """What the store knows of the users of a plan; read when it is first asked for."""

    def __init__(self, store: Store, domain: str, changes: Changes, actor: Actor) -> None:
        self._store, self._company, self._changes = store, company_id(store, domain), changes
        owners = list(dict.fromkeys(_owner(one) for one in _concerned(changes)))
        self._ranks, self._asker = ranks.lately(store, domain, owners), ranks.of_user(store, domain, actor.name)
        self.awaited = self._named(_AWAITED, owners)
        self._listeners = self._named(_LISTENERS, owners) | self.awaited
        self._listeners |= {one.key.username for one in changes if one.noun is grants.RIGHT and one.after is not None}
        self._with_role = self._named(_WITH_ROLE, owners)
        self._with_role |= {
            one.key.username for one in changes if one.noun is users.USER and one.after and one.after.role != Role.NONE
        }
        self._ever = self._named(_EVER, owners)

    def rank(self, username: str) -> Rank:
        """Whom the user hears before the plan is made, or heard lately."""
        return self._ranks.get(username, Rank.NONE)

    def of_identity(self, username: str) -> Wait:
        """What another address or phone of the user waits for."""
        return waits.of_identity(self.rank(username), self._asker)

    def is_newcomer(self, username: str) -> bool:
        """Whether nobody of this name was there before, and no phone of theirs was anybody else's."""
        return username not in self._ever and not self.former_holders(username)

    def is_phone_of_hearer(self, change: Change) -> bool:
        """Whether who answers this phone could then listen in, or hear what another person's phone says."""
        username = _owner(change)
        if username in self._listeners or self.rank(username) is Rank.LISTENER:
            return True
        # A newcomer's role waits instead, so that the phone works at once.
        return username in self._with_role & self._ever and bool(self._former([change]) - {username})

    def former_holders(self, username: str) -> set[str]:
        """The other users who have, or once had, the phones that this plan gives the user."""
        phones = [one for one in self._changes if one.noun in PHONES and one.after and _owner(one) == username]
        return self._former(phones) - {username}

    def _former(self, phones: Iterable[Change]) -> set[str]:
        found = set[str]()
        for phone in phones:
            after = _there(phone.after)
            if phone.noun is users.USER_NUMBER:
                found |= self._holders(_BY_NUMBER, phone.key.number) | self._holders(_BY_MOBILE, phone.key.number)
            else:
                found |= self._holders(_BY_SIP_NAME, after.sip_username)
                found |= self._holders(_BY_NUMBER, after.number) | self._holders(_BY_MOBILE, after.number)
        return found

    def _holders(self, by: Select[str], name: str | None) -> set[str]:
        return set(by.rows(self._store, company=self._company, names=[name])) if name else set()

    def _named(self, which: Select[str], usernames: Sequence[str]) -> set[str]:
        found = set[str]()
        for some in in_batches(usernames):
            found.update(which.rows(self._store, company=self._company, usernames=some))
        return found
