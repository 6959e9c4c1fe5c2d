"""The same change for one or many users: looked at before it is saved, and saved as one."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, departments_of, reach
from fsplug.policy.access.waiting import Wait
from fsplug.policy.addresses import normalised, same
from fsplug.policy.entities import Licence, Right, Role
from fsplug.store.change import planning, waiting
from fsplug.store.change.draft import Draft, Table, edit
from fsplug.store.change.reached import Grantee, seen
from fsplug.store.config import entitlements, policies, user_list
from fsplug.store.config.companies import Company
from fsplug.store.config.user_list import Person
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.accounts import ConsoleAccounts
from fsplug.store.schema.history import holds
from fsplug.store.schema.users import Users

NOT_SEEN = "grant-not-seen"


@dataclass(frozen=True, slots=True)
class _User:
    username: str
    extension: str
    name: str
    email: str
    department: str | None
    record: bool
    role: str
    admin: str


_AT = Select(
    _User,
    lambda: Users.select(*columns(_User, Users)).where(
        (Users.company == given.company) & Users.username.in_(given_each.usernames) & holds(Users, given.version)
    ),
)
_HOLDER = Select(
    str,
    lambda: ConsoleAccounts.select(ConsoleAccounts.username).where(
        (ConsoleAccounts.company == given.company) & (ConsoleAccounts.address == given.address)
    ),
)


@dataclass(frozen=True, slots=True)
class UserEdit:
    """What to set for every chosen user; None changes nothing. `department` is "" for none.

    `allow` says by profile whether it allows listen-in, for those who have a profile of that name.
    """

    licence: bool | None = None
    right: bool | None = None
    records: bool | None = None
    role: Role | None = None
    department: str | None = None
    email: str | None = None
    allow: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UserDifference:
    """One thing that changes for these users (their names): `what` changes, in which profile, and to what."""

    what: str
    after: str
    names: tuple[str, ...]
    profile: str = ""


@dataclass(frozen=True, slots=True)
class UserTrouble:
    """Why an edit can't be saved, as a code, and the name of the user who prevents it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class UserPreview:
    """What an edit would do at a policy version: the differences, and whose accounts are made (with a mail) or end.

    `waits`: of whom a part waits, and for what. `grantees`: what it grants and what that reaches; `reached`: the word
    for just that, to be given to `save`. `called`: the users' names by username.
    """

    version: int
    differences: tuple[UserDifference, ...]
    invited: tuple[str, ...]
    ended: tuple[str, ...]
    troubles: tuple[UserTrouble, ...]
    waits: Mapping[Wait, tuple[str, ...]]
    grantees: tuple[Grantee, ...]
    reached: str
    called: Mapping[str, str]


def may_set_record(company: Company, actor: Actor) -> bool:
    """Whether the actor may say which of the users within their reach are recorded."""
    return company.admins_set_record or reach(actor, Need.POLICY).is_at_least(Reach.COMPANY)


def preview(store: Store, domain: str, usernames: Collection[str], user_edit: UserEdit, actor: Actor) -> UserPreview:
    """What saving the edit would do. Refused if the actor is not allowed to save it, Invalid("unknown-user")."""
    with store.connection():
        found = _marked(store, domain, usernames, actor)
        draft = Draft(store, domain, by=actor)
        moved = list(_changed(draft, found, user_edit))
        troubles = tuple(_troubles(store, domain, moved))
        grantees, waits = list[Grantee](), dict[Wait, list[str]]()
        called = {one.username: one.called for one in found}
        if troubles:
            _check_may(store, draft, actor)
        else:
            planning.check(store, plan := draft.plan(), actor)
            grantees = planning.grantees(store, plan)
            waits = waiting.waits_of(store, domain, planning.held(store, plan, actor), actor.logged_name)
        return UserPreview(
            policies.current_version(store, domain),
            tuple(_differences(moved, user_edit)),
            tuple(one.called for one, before, after in moved if not _role(before) and _role(after)),
            tuple(one.called for one, before, after in moved if _role(before) and not _role(after)),
            troubles,
            {wait: tuple(called[one] for one in its) for wait, its in waits.items() if its},
            tuple(grantees),
            seen(grantees),
            called,
        )


def save(
    store: Store,
    domain: str,
    usernames: Collection[str],
    user_edit: UserEdit,
    actor: Actor,
    version: int,
    reached: str = "",
) -> tuple[int, int]:
    """Save the edit for all these users, as one new version of the company; returns how many users it is about, and of
    how many of them a part waits.

    Refused("changed-meanwhile") when one of them has been changed since `version`, which is what the actor looked at.
    Refused(NOT_SEEN) when it grants what reaches something, and `reached` is not the word for just that.
    """
    moved: list[_Moved] = []

    def change(draft: Draft) -> None:
        found = _marked(store, domain, usernames, actor)
        _check_unchanged(store, domain, found, version)
        moved[:] = _changed(draft, found, user_edit)
        for trouble in _troubles(store, domain, moved):
            _check_may(store, draft, actor)
            raise Invalid(trouble.code, f"{trouble.name}: {trouble.code}", name=trouble.name)

    def confirm(grantees: list[Grantee]) -> None:
        if grantees and seen(grantees) != reached:
            names = [one.username for one in grantees]
            what = f"addresses, phones or numbers of {', '.join(names[:3])}"
            raise Refused(NOT_SEEN, f"this gives access through {what}; look at them first", users=names[:10])

    made = edit(store, domain, actor, change, confirm=confirm)
    return len(moved), len(made.waiting)


def _check_may(store: Store, draft: Draft, actor: Actor) -> None:
    """Refused when the actor must not make the change: they then learn nothing of what else is wrong with it."""
    with suppress(Invalid):
        planning.check(store, draft.plan(), actor)


def _marked(store: Store, domain: str, usernames: Collection[str], actor: Actor) -> list[Person]:
    found = user_list.of(store, domain, usernames, departments_of(actor, Need.USER_LIST))
    unknown = set(usernames) - {one.username for one in found}
    if unknown or not found:
        named = ", ".join(sorted(unknown)[:3])[:100]
        raise Invalid("unknown-user", f"{domain} has no user {named}; see: fsplug user list --company {domain}")
    return found


_Moved = tuple[Person, Table, Table]


def _changed(draft: Draft, found: list[Person], user_edit: UserEdit) -> Iterator[_Moved]:
    """Each user whom the edit changes, before and after, as the document writes them."""
    draft.read("user", [one.username for one in found])
    for one in found:
        before = draft.entry("user", one.username)
        after = _edited(before, user_edit)
        if after != before:
            draft.put("user", after, one.username)
            yield one, before, after


def _edited(before: Table, user_edit: UserEdit) -> Table:
    given: dict[str, Any] = {"record": user_edit.records, "email": user_edit.email, "department": user_edit.department}
    given["role"] = str(user_edit.role) if user_edit.role is not None else None
    after = {**before, **{name: value for name, value in given.items() if value is not None}}
    if after.get("role") == Role.NONE:
        del after["role"]
    for name in ("department", "email"):
        if after.get(name) == "" and not before.get(name):
            # No text in place of no text changes nothing.
            after = {key: value for key, value in after.items() if key != name or key in before}
    if after.get("department") == "":
        del after["department"]
    _hold(after, "licences", Licence.CONTACT_PRO, user_edit.licence)
    _hold(after, "rights", Right.LISTEN_IN, user_edit.right)
    if user_edit.allow and after.get("profile"):
        allow = user_edit.allow
        after["profile"] = [
            {**one, "allow_listen": allow.get(one["name"], one["allow_listen"])} for one in after["profile"]
        ]
    return after


def _hold(table: Table, kind: str, name: str, holds: bool | None) -> None:
    if holds is None or (name in table.get(kind, ())) is holds:
        return
    held = [one for one in table.get(kind, ()) if one != name]
    table[kind] = sorted([*held, str(name)] if holds else held)


def _differences(moved: list[_Moved], user_edit: UserEdit) -> Iterator[UserDifference]:
    kinds = {"licence": ("licences", Licence.CONTACT_PRO), "right": ("rights", Right.LISTEN_IN)}
    for what, (kind, name) in kinds.items():
        holds = getattr(user_edit, what)
        its = [one for one, before, after in moved if (name in before.get(kind, ())) != (name in after.get(kind, ()))]
        yield from _difference(what, "yes" if holds else "no", its)
    said = {"record": "yes" if user_edit.records else "no", "role": str(user_edit.role)}
    said |= {"department": user_edit.department or "", "email": user_edit.email or ""}
    for what, after_all in said.items():
        its = [one for one, before, after in moved if before.get(what) != after.get(what)]
        yield from _difference(what, after_all, its)
    for profile, allows in user_edit.allow.items():
        its = [one for one, before, after in moved if _allows(before, profile) != _allows(after, profile)]
        yield from _difference("profile", "yes" if allows else "no", its, profile)


def _difference(what: str, after: str, people_: list[Person], profile: str = "") -> Iterator[UserDifference]:
    if people_:
        yield UserDifference(what, after, tuple(one.called for one in people_), profile)


def _allows(table: Table, profile: str) -> bool | None:
    return next((bool(one["allow_listen"]) for one in table.get("profile", ()) if one["name"] == profile), None)


def _role(table: Table) -> str | None:
    role = table.get("role")
    return None if role in (None, Role.NONE) else str(role)


def _troubles(store: Store, domain: str, moved: list[_Moved]) -> Iterator[UserTrouble]:
    """A console role takes an address that mail can be sent to, and that nobody else signs in with."""
    taken = {same(after["email"]): one for one, _, after in moved if _role(after) and after.get("email")}
    for one, _, after in moved:
        email = after.get("email", "")
        if not _role(after) and not email:
            continue
        if normalised(email) is None:
            yield UserTrouble("email-wrong" if email else "email-missing", one.called)
        elif _role(after) and (taken[same(email)] is not one or _is_taken(store, domain, one.username, email)):
            yield UserTrouble("email-taken", one.called)


def _is_taken(store: Store, domain: str, username: str, email: str) -> bool:
    return _HOLDER.row(store, company=company_id(store, domain), address=same(email)) not in (None, username)


def _check_unchanged(store: Store, domain: str, found: list[Person], version: int) -> None:
    usernames, current = [one.username for one in found], policies.current_version(store, domain)
    # Nobody has seen a version that is yet to come.
    seen, now = (_facts(store, domain, usernames, at) for at in (version if version <= current else 0, current))
    if changed := [one.called for one in found if seen.get(one.username) != now.get(one.username)]:
        text = f"{', '.join(changed[:3])} has been changed since you looked; look again"
        raise Refused("changed-meanwhile", text, names=changed[:10])


def _facts(store: Store, domain: str, usernames: Collection[str], version: int) -> dict[str, object]:
    """Everything about these users that can be changed here, as of a version; which profile is active is their own."""
    held = entitlements.held(store, domain, usernames, version)
    found: dict[str, object] = {}
    for some in in_batches(usernames):
        for user in _AT.rows(store, company=company_id(store, domain), version=version, usernames=some):
            its = held[user.username]
            found[user.username] = (user, its.licences, its.rights, its.profiles)
    return found
