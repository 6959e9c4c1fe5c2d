"""Who may see and do what: one table for every door, be it page, command line, document, import or API."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fsplug.errors import Refused
from fsplug.policy.access.tenure import FROM_THE_BEGINNING, Tenure
from fsplug.policy.entities import AdminScope, Role


class Need(StrEnum):
    """The kind of access that an act requires."""

    INSTALLATION = "this fsplug itself"
    SECRETS = "the passwords of phones and trunks"
    COMPANY = "the company's settings"
    USER_LIST = "the list of users"
    PEOPLE = "users"
    GRANTS = "rights, roles and licences"
    POLICY = "recording policy"
    RECORDINGS = "recordings"
    SHARING = "sharing of recordings"
    DELETION = "deletion of recordings"
    AUDIT = "the audit trail"
    ACCOUNT = "console accounts"
    CHANGES = "changes of people that wait"


class Reach(StrEnum):
    """How much data an access covers, from none to every company's."""

    NOTHING = "nothing"
    OWN = "own"
    DEPARTMENTS = "departments"
    COMPANY = "company"
    EVERYTHING = "everything"

    def is_at_least(self, other: "Reach") -> bool:
        """Whether this reach is at least as wide as `other`."""
        return _WIDTH.index(self) >= _WIDTH.index(other)


@dataclass(frozen=True, slots=True)
class Actor:
    """The person who asks. An operator, who has the store itself, has no `scope`; a user has a scope and a company.

    `departments` are the departments a sub-admin administers. What `tenure` does not cover belongs to another person,
    who had the username before.
    """

    name: str
    scope: AdminScope | None = None
    role: Role = Role.NONE
    company: str | None = None
    departments: frozenset[str] = frozenset()
    tenure: Tenure = FROM_THE_BEGINNING

    @property
    def is_operator(self) -> bool:
        """Whether this is somebody on the machine that holds the store."""
        return self.scope is None

    @property
    def logged_name(self) -> str:
        """The actor's name as logs and the audit trail show it. A user's name never looks like an operator's."""
        return self.name if self.company is None else logged_name(self.name, self.company)

    @property
    def may_grant(self) -> bool:
        """Whether the actor may change rights, licences, roles and admin scopes."""
        return reach(self, Need.GRANTS) is not Reach.NOTHING


@dataclass(frozen=True, slots=True)
class Touch:
    """One effect of a configuration change: `what` it touches, in words, and the departments it touches.

    A user without a department is in None.
    """

    need: Need
    what: str
    departments: frozenset[str | None] = frozenset()


_OF_ADMIN: Mapping[AdminScope, Mapping[Need, Reach]] = {
    AdminScope.NONE: {},
    AdminScope.SUB_ADMIN: {Need.USER_LIST: Reach.DEPARTMENTS, Need.PEOPLE: Reach.DEPARTMENTS},
    AdminScope.COMPANY_ADMIN: {
        Need.COMPANY: Reach.COMPANY,
        Need.USER_LIST: Reach.COMPANY,
        Need.PEOPLE: Reach.COMPANY,
        Need.GRANTS: Reach.COMPANY,
        Need.AUDIT: Reach.COMPANY,
        Need.ACCOUNT: Reach.COMPANY,
        Need.CHANGES: Reach.COMPANY,
    },
}
_OF_ROLE: Mapping[Role, Mapping[Need, Reach]] = {
    Role.NONE: {},
    Role.MY_CONSOLE: {
        Need.RECORDINGS: Reach.OWN,
        Need.AUDIT: Reach.OWN,
        Need.ACCOUNT: Reach.OWN,
        Need.CHANGES: Reach.OWN,
    },
    Role.SUPERUSER: {
        # Of those on it, a superuser says who is recorded.
        Need.USER_LIST: Reach.COMPANY,
        Need.POLICY: Reach.COMPANY,
        Need.RECORDINGS: Reach.COMPANY,
        Need.SHARING: Reach.COMPANY,
        Need.DELETION: Reach.COMPANY,
        Need.AUDIT: Reach.COMPANY,
        Need.ACCOUNT: Reach.OWN,
        Need.CHANGES: Reach.COMPANY,
    },
}
_WIDTH = tuple(Reach)


def logged_name(username: str, company: str) -> str:
    """A user's name as logs and the audit trail show it."""
    return f"{username}@{company}"


def outsider(typed: str) -> str:
    """The audit trail's name for somebody outside, known only by what they typed or by their mail address.

    It never looks like a user's name.
    """
    return f"<{typed}>"


def operator(name: str) -> Actor:
    """An actor who works on the machine that holds the store."""
    return Actor(name)


def reach(actor: Actor, need: Need) -> Reach:
    """How far the actor's access reaches for this need: the wider of what the role and the admin scope give."""
    if actor.scope is None:
        return Reach.EVERYTHING
    found = (given.get(need, Reach.NOTHING) for given in (_OF_ADMIN[actor.scope], _OF_ROLE[actor.role]))
    return max(found, key=_WIDTH.index)


def departments_of(actor: Actor, need: Need = Need.PEOPLE) -> frozenset[str] | None:
    """The departments whose users the actor reaches for this need; None for all."""
    return None if reach(actor, need).is_at_least(Reach.COMPANY) else actor.departments


def administers(actor: Actor, departments: Iterable[str | None]) -> bool:
    """Whether the actor administers the users of all these departments; None is no department."""
    reached = departments_of(actor)
    return reached is None or all(one in reached for one in departments)


def check_may(actor: Actor, need: Need, company: str | None) -> Reach:
    """How far the actor's access reaches in this company (None: in fsplug as a whole); Refused when there is no access.

    The code is "other-company" whenever the actor belongs to another company, whether or not the named company exists.
    """
    found = reach(actor, need)
    if found is Reach.EVERYTHING:
        return found
    if company is not None and company != actor.company:
        text = f"{actor.name} belongs to {actor.company} and has no access to {company}"
        raise Refused("other-company", text, actor=actor.name, company=company)
    if found is Reach.NOTHING or company is None:
        text = f"{actor.name} is not allowed to do this: it requires access to {need}; ask {_holder(need)}"
        raise Refused("not-allowed", text, actor=actor.name, need=need.name.lower())
    return found


def check_reaches(actor: Actor, need: Need, company: str, least: Reach) -> Reach:
    """As `check_may`, and Refused when the actor's reach is narrower than `least`."""
    found = check_may(actor, need, company)
    if not found.is_at_least(least):
        text = f"{actor.name} has access to {found} {need} only; ask {_holder(need)}"
        raise Refused("not-allowed", text, actor=actor.name, need=need.name.lower())
    return found


def check_own(actor: Actor, need: Need, company: str, usernames: Collection[str | None]) -> None:
    """As `check_may`, for data about these users: an actor who reaches only their own data must be one of them."""
    if check_may(actor, need, company) is Reach.OWN and actor.name not in usernames:
        text = f"{actor.name} may only reach their own {need}"
        raise Refused("not-own", text, actor=actor.name, need=need.name.lower())


def check_may_change(actor: Actor, company: str, touches: Iterable[Touch]) -> None:
    """Refused when the actor must not make one of `touches` in this company; the text names all that are forbidden.

    Every way to change the configuration asks here: command line, document, import, console.
    """
    refused = [touch for touch in touches if not _may_touch(actor, company, touch)]
    if not refused:
        return
    if company != actor.company:
        check_may(actor, refused[0].need, company)
    named = sorted({_named(actor, touch) for touch in refused})
    needs = {touch.need for touch in refused}
    code = "not-superuser" if needs == {Need.POLICY} else "not-allowed"
    code = "not-company-admin" if Need.GRANTS in needs else code
    text = f"{actor.name} is not allowed to change {', '.join(named)}; ask {_holder(refused[0].need)}"
    raise Refused(code, text, actor=actor.name, refused=named)


def check_reaches_user(actor: Actor, username: str, department: str | None) -> None:
    """Refused when the user of this department is out of a sub-admin's reach; the text does not say who is there."""
    if reach(actor, Need.PEOPLE) is Reach.DEPARTMENTS and username != actor.name:
        check_may_change(actor, str(actor.company), [Touch(Need.PEOPLE, f"user {username}", frozenset({department}))])


def _named(actor: Actor, touch: Touch) -> str:
    """What is refused, as the actor may read it: a sub-admin learns no names from other departments."""
    is_foreign = bool(touch.departments) and not touch.departments <= actor.departments
    return "users of other departments" if is_foreign and reach(actor, Need.PEOPLE) is Reach.DEPARTMENTS else touch.what


def _may_touch(actor: Actor, company: str, touch: Touch) -> bool:
    found = reach(actor, touch.need)
    if found is Reach.EVERYTHING:
        return True
    if company != actor.company:
        return False
    if found is Reach.DEPARTMENTS:
        return bool(touch.departments) and touch.departments <= actor.departments
    return found is Reach.COMPANY


def _holder(need: Need) -> str:
    if need in (Need.INSTALLATION, Need.SECRETS):
        return "the operator of this fsplug"
    if need in (Need.POLICY, Need.RECORDINGS, Need.SHARING, Need.DELETION):
        return "a superuser of the company"
    return "an administrator of the whole company"
