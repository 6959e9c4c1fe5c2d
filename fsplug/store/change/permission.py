"""What a change of the configuration touches, in the words of `policy.access.scopes`; and whether the actor may."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from fsplug.policy.access.scopes import (
    Actor,
    Need,
    Reach,
    Touch,
    check_may,
    check_may_change,
    check_reaches_user,
    reach,
)
from fsplug.policy.entities import AdminScope, Role
from fsplug.policy.ranges import Ranges
from fsplug.store.audit import wording
from fsplug.store.change import claims
from fsplug.store.change.led_past import LedPast
from fsplug.store.change.present import Present
from fsplug.store.change.recorded import Recorded, says_nothing
from fsplug.store.config import companies, devices, numbers, policies, profiles, ranges, trunks, users
from fsplug.store.config.nouns import Change
from fsplug.store.config.ranges import RANGE
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.statements import Select, constant, given, given_each
from fsplug.store.schema.history import is_current
from fsplug.store.schema.users import RightGrants, Users


def _right_holders() -> Any:
    which = (RightGrants.company == given.company) & RightGrants.username.in_(given_each.usernames)
    return RightGrants.select(RightGrants.username).where(which & is_current(RightGrants))


def _role_holders() -> Any:
    which = (Users.company == given.company) & Users.username.in_(given_each.usernames) & is_current(Users)
    holds_one = (Users.role != constant(Role.NONE)) | (Users.admin != constant(AdminScope.NONE))
    return Users.select(Users.username).where(which & holds_one)


_RIGHT_HOLDERS, _ROLE_HOLDERS = Select(str, _right_holders), Select(str, _role_holders)
Departments = frozenset[str | None]
# A user's departments, by username; there are two if the change moves the user.
_Places = dict[str, Departments]
Changes = Sequence[Change]
# Rows that decide where a user is rung, and by which password and number a caller is taken for the user.
_PHONES = (devices.DEVICE, users.USER_NUMBER)
# What a company says of itself that is more than a setting: part of its recording policy; or how numbers are read,
# which decides what an extension, an excluded or an emergency number is.
_DETAIL_NEEDS: Mapping[str, Need] = {
    "when_away": Need.POLICY,
    "admins_set_record": Need.POLICY,
    "country": Need.INSTALLATION,
}
# What must be allowed to read the tables of a company whose other tables are the company's settings.
_READ_WITH: Mapping[str, Need] = {"policy": Need.POLICY, "excluded": Need.POLICY, "trunk": Need.INSTALLATION}


def check(store: Store, domain: str, changes: Changes, actor: Actor) -> None:
    """Refused if the actor is not allowed to make one of the changes in this company; an operator may make all."""
    if actor.is_operator or not changes:
        return
    # Check the company first: nobody must learn whether another company exists.
    if domain != actor.company:
        check_may(actor, Need.COMPANY, domain)
    not_own = [change for change in changes if not _is_own_state(change, actor)]
    check_may_change(actor, domain, _Touches(store, domain, not_own, actor).touches())


def check_knows(entries: Iterable[tuple[str, str]], present: Present, actor: Actor) -> None:
    """Refused if one of these entries, each a kind and a name, is a user out of the actor's reach."""
    for kind, name in sorted(entries):
        for user in present.part(kind, name)[users.USER].values() if kind == "user" else ():
            check_reaches_user(actor, user.username, user.department)


def check_reads_secrets(actor: Actor, domain: str) -> None:
    """Refused if the actor must not read this company's passwords of phones and trunks. Every door asks here.

    Only an operator may read them, to keep a copy or to move a company: who has the store has them already. Whoever may
    write a phone's password sees it once, when it is made.
    """
    check_may(actor, Need.SECRETS, domain)


def unreadable(actor: Actor) -> frozenset[str]:
    """The tables of their own company that the actor must not read; none for who may read no company as a whole."""
    if reach(actor, Need.COMPANY) is Reach.NOTHING:
        return frozenset()
    return frozenset(kind for kind, need in _READ_WITH.items() if reach(actor, need) is Reach.NOTHING)


def _is_own_state(change: Change, actor: Actor) -> bool:
    """Users may choose which of their own profiles is active, but not what a profile allows."""
    if change.noun is not profiles.PROFILE or change.key.username != actor.name:
        return False
    if change.before is None or change.after is None:
        return False
    before, after = change.before, change.after
    return bool(before._replace(active=after.active) == after)


class _Touches:
    def __init__(self, store: Store, domain: str, changes: Changes, actor: Actor) -> None:
        self._changes, self._actor = changes, actor
        self._places = _places(store, domain, changes)
        self._recorded, self._led_past = Recorded(store, domain, changes), LedPast(store, domain, changes)
        # Whoever sets policy does so as that; others only where the company lets its administrators.
        may_set = reach(actor, Need.POLICY) is not Reach.NOTHING
        self._is_policy = may_set or not companies.get(store, domain).admins_set_record
        self._trusted = _trusted(store, domain, changes, actor)
        claimed = filter(None, map(claims.claimed, changes))
        self._answerers = numbers.answerers(store, domain, [row.number for row in claimed])
        verifies = any(change.noun is users.USER_NUMBER for change in changes)
        self._owned = Ranges(ranges.of_company(store, domain) if verifies else ())

    def touches(self) -> Iterator[Touch]:
        """Everything that the changes do."""
        for change in self._changes:
            yield from self._of(change)

    def _of(self, change: Change) -> Iterator[Touch]:
        yield from (Touch(Need.GRANTS, grant.what) for grant in wording.grants(change))
        is_turned = self._is_policy and self._recorded.is_turned(change)
        if not (is_turned and _is_recording_alone(change)):
            yield from self._of_user(change)
        if is_turned:
            where = self._places.get(change.key.username, frozenset())
            yield Touch(Need.POLICY, f"whether {change.key.username} is recorded", where)
        yield from self._of_number(change)
        if led := self._led_past.of(change):
            yield Touch(Need.POLICY, f"whether calls to {led} are recorded")
        if not _usernames(change) and change.noun.table not in wording.GRANTED_TABLES:
            yield from (Touch(need, change.noun.name) for need in _needs(change))

    def _of_user(self, change: Change) -> Iterator[Touch]:
        if wording.allows_listening(change) and change.key.username != self._actor.name:
            # Who wants to listen must not be the one who allows it in the other's name.
            where = self._places.get(change.key.username, frozenset())
            yield Touch(Need.GRANTS, f"whether {change.key.username} may be listened to", where)
        for username in _usernames(change):
            yield Touch(Need.PEOPLE, f"user {username}", self._places.get(username, frozenset()))
            yield from self._of_trusted(change, username)

    def _of_number(self, change: Change) -> Iterator[Touch]:
        """A number whose calls others answer is the company's to give; only the operator vouches for one outside."""
        if self._recorded.is_excluded(change):
            yield Touch(Need.POLICY, f"who has {change.key.number}, which is never recorded")
        if claims.is_vouched_for(change, self._owned):
            yield Touch(Need.INSTALLATION, f"whether {change.key.number} is known to be a user's")
        row = claims.claimed(change)
        if row is not None and self._answerers.get(row.number, row.username) != row.username:
            yield Touch(Need.COMPANY, f"the number {row.number}, whose calls others answer")

    def _of_trusted(self, change: Change, username: str) -> Iterator[Touch]:
        """Somebody who reads another user's mail can sign in as that user; somebody with another user's phone or number
        can call and listen in as that user.
        """
        if change.noun is users.USER and change.before is not None and change.after is not None:
            before, after = change.before, change.after
            is_holder = before.role != Role.NONE or before.admin != AdminScope.NONE
            if is_holder and before.email != after.email:
                where = self._places.get(username, frozenset())
                yield Touch(Need.GRANTS, f"the e-mail address of {username}, who holds a role", where)
        if change.noun in _PHONES and username in self._trusted:
            where = self._places.get(username, frozenset())
            yield Touch(Need.GRANTS, f"the phones of {username}, who holds a right or a role", where)


def _usernames(change: Change) -> tuple[str, ...]:
    """The users whose row this is, unless it is a grant; a number may move from one user to another."""
    if change.noun in (users.USER, devices.DEVICE, profiles.PROFILE):
        return (str(change.key.username),)
    if change.noun is users.USER_NUMBER:
        return tuple(dict.fromkeys(row.username for row in (change.before, change.after) if row is not None))
    return ()


def _is_recording_alone(change: Change) -> bool:
    """Whether nothing else of the user changes."""
    if change.before is None or change.after is None:
        return False
    return bool(change.before._replace(record=change.after.record) == change.after)


def _needs(change: Change) -> Iterator[Need]:
    """What it takes to change a row that is neither a user's nor a grant."""
    if change.noun is companies.DETAIL and change.before is not None and change.after is not None:
        changed = {
            name for name in companies.DETAIL.values if getattr(change.before, name) != getattr(change.after, name)
        }
        yield from sorted({_DETAIL_NEEDS.get(name, Need.COMPANY) for name in changed})
    else:
        yield _need(change)


def _need(change: Change) -> Need:
    if change.noun in (policies.DEPARTMENT_POLICY, policies.EXCLUDED):
        return Need.POLICY
    if change.noun is policies.GROUP_POLICY:
        # Every group has a policy row. Adding an empty one, or removing it, is part of changing the group.
        is_empty = says_nothing(change.before) and says_nothing(change.after)
        return Need.COMPANY if is_empty else Need.POLICY
    return Need.INSTALLATION if change.noun in (trunks.TRUNK, RANGE) else Need.COMPANY


def _places(store: Store, domain: str, changes: Changes) -> _Places:
    names = {username for change in changes for username in _usernames(change)}
    known = users.named(store, domain, names, companies.get(store, domain).version)
    found: _Places = {username: frozenset({user.department}) for username, user in known.items()}
    for change in changes:
        if change.noun is users.USER and change.after is not None:
            username = change.key.username
            found[username] = found.get(username, frozenset()) | {change.after.department}
    return found


def _trusted(store: Store, domain: str, changes: Changes, actor: Actor) -> frozenset[str]:
    """The users whose phones are changed and who hold a right, or a role that is not the actor's own."""
    found: set[str] = set()
    company = company_id(store, domain)
    phones = (change for change in changes if change.noun in _PHONES)
    for some in in_batches(dict.fromkeys(username for change in phones for username in _usernames(change))):
        found.update(_RIGHT_HOLDERS.rows(store, company=company, usernames=some))
        found.update(set(_ROLE_HOLDERS.rows(store, company=company, usernames=some)) - {actor.name})
    return frozenset(found)
