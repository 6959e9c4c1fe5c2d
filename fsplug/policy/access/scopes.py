"""Who may see and do what: one table for every door, be it page, command line, document, import or API."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from fsplug.errors import Refused
from fsplug.policy.entities import AdminScope, Role


class Need(StrEnum):
    """What an act takes of the one who does it."""

    HOUSE = "this fsplug itself"
    COMPANY = "the company's settings"
    PEOPLE = "users"
    GRANTS = "rights, roles and licences"
    POLICY = "recording policy"
    RECORDINGS = "recordings"
    SHARING = "sharing of recordings"
    DELETION = "deletion of recordings"
    AUDIT = "the audit trail"
    ACCOUNT = "console accounts"


class Reach(StrEnum):
    """Whose data a need is granted for, from none to every company's."""

    NOTHING = "nothing"
    OWN = "own"
    DEPARTMENTS = "departments"
    COMPANY = "company"
    EVERYTHING = "everything"

    def is_at_least(self, other: "Reach") -> bool:
        """Whether this is as wide as the other, or wider."""
        return _WIDTH.index(self) >= _WIDTH.index(other)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks. An operator, who has the store itself, has no `scope`; a user has one, and a company.

    `departments` are those a sub-admin administers. What is older than `began_at` (epoch seconds) is another's, who had
    the username before.
    """

    name: str
    scope: AdminScope | None = None
    role: Role = Role.NONE
    company: str | None = None
    departments: frozenset[str] = frozenset()
    began_at: float = 0.0

    @property
    def is_operator(self) -> bool:
        """Whether this is somebody on the machine that holds the store."""
        return self.scope is None

    @property
    def told(self) -> str:
        """The name as it stands beside what they did: no user's is an operator's."""
        return self.name if self.company is None else told(self.name, self.company)

    @property
    def may_grant(self) -> bool:
        """Whether rights, licences, roles and admin scopes are theirs to change."""
        return reach(self, Need.GRANTS) is not Reach.NOTHING


@dataclass(frozen=True, slots=True)
class Touch:
    """One thing that a change of the configuration does: `what` it is, in words, and the departments it is done in.

    A user without a department is in None.
    """

    need: Need
    what: str
    departments: frozenset[str | None] = frozenset()


_OF_ADMIN: Mapping[AdminScope, Mapping[Need, Reach]] = {
    AdminScope.NONE: {},
    AdminScope.SUB_ADMIN: {Need.PEOPLE: Reach.DEPARTMENTS},
    AdminScope.COMPANY_ADMIN: {
        Need.COMPANY: Reach.COMPANY,
        Need.PEOPLE: Reach.COMPANY,
        Need.GRANTS: Reach.COMPANY,
        Need.AUDIT: Reach.COMPANY,
        Need.ACCOUNT: Reach.COMPANY,
    },
}
_OF_ROLE: Mapping[Role, Mapping[Need, Reach]] = {
    Role.NONE: {},
    Role.MY_CONSOLE: {Need.RECORDINGS: Reach.OWN, Need.AUDIT: Reach.OWN, Need.ACCOUNT: Reach.OWN},
    Role.SUPERUSER: {
        Need.POLICY: Reach.COMPANY,
        Need.RECORDINGS: Reach.COMPANY,
        Need.SHARING: Reach.COMPANY,
        Need.DELETION: Reach.COMPANY,
        Need.AUDIT: Reach.COMPANY,
        Need.ACCOUNT: Reach.OWN,
    },
}
_WIDTH = tuple(Reach)


def told(username: str, company: str) -> str:
    """A user's name as it stands beside what they did."""
    return f"{username}@{company}"


def outsider(typed: str) -> str:
    """Somebody known by what they typed or where mail went, as it stands beside what they did: never a user's name."""
    return f"<{typed}>"


def operator(name: str) -> Actor:
    """Somebody on the machine that holds the store."""
    return Actor(name)


def reach(actor: Actor, need: Need) -> Reach:
    """How far the actor's arm reaches in this; the farther of what role and admin scope give."""
    if actor.scope is None:
        return Reach.EVERYTHING
    found = (given.get(need, Reach.NOTHING) for given in (_OF_ADMIN[actor.scope], _OF_ROLE[actor.role]))
    return max(found, key=_WIDTH.index)


def check_may(actor: Actor, need: Need, company: str | None) -> Reach:
    """How far the actor reaches in this company (None: in no company, but in all of fsplug); Refused when not at all.

    It is "other-company" wherever the actor's own company isn't the one named, whether or not there is such a company.
    """
    found = reach(actor, need)
    if found is Reach.EVERYTHING:
        return found
    if company is not None and company != actor.company:
        text = f"{actor.name} belongs to {actor.company} and may not reach into {company}"
        raise Refused("other-company", text, actor=actor.name, company=company)
    if found is Reach.NOTHING or company is None:
        text = f"{actor.name} may not do this: it takes {need}; ask {_holder(need)}"
        raise Refused("not-allowed", text, actor=actor.name, need=need.name.lower())
    return found


def check_reaches(actor: Actor, need: Need, company: str, least: Reach) -> Reach:
    """As `check_may`, and Refused when the actor reaches less far in this than `least`."""
    found = check_may(actor, need, company)
    if not found.is_at_least(least):
        text = f"{actor.name} reaches {found} {need} only; ask {_holder(need)}"
        raise Refused("not-allowed", text, actor=actor.name, need=need.name.lower())
    return found


def check_own(actor: Actor, need: Need, company: str, usernames: Collection[str | None]) -> None:
    """As `check_may`, for what is about these users: who reaches no farther than their own must be one of them."""
    if check_may(actor, need, company) is Reach.OWN and actor.name not in usernames:
        text = f"{actor.name} may reach their own {need} only"
        raise Refused("not-own", text, actor=actor.name, need=need.name.lower())


def check_may_change(actor: Actor, company: str, touches: Iterable[Touch]) -> None:
    """Refused when one of `touches` is not the actor's to do in this company; the text names all that are not.

    Every way to change the configuration asks here: command line, document, import, console.
    """
    refused = [touch for touch in touches if not _may_touch(actor, company, touch)]
    if not refused:
        return
    if company != actor.company:
        check_may(actor, refused[0].need, company)
    what = ", ".join(sorted({touch.what for touch in refused}))
    code = "not-company-admin" if any(touch.need is Need.GRANTS for touch in refused) else "not-allowed"
    text = f"{actor.name} may not change {what}; ask {_holder(refused[0].need)}"
    raise Refused(code, text, actor=actor.name, refused=sorted({touch.what for touch in refused}))


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
    if need is Need.HOUSE:
        return "the operator of this fsplug"
    if need in (Need.POLICY, Need.RECORDINGS, Need.SHARING, Need.DELETION):
        return "a superuser of the company"
    return "an administrator of the whole company"
