"""Which changes of people wait, and for what: so that nobody becomes somebody who hears, alone and unseen.

A company administrator manages accounts and hears nothing. So whatever would let one hear through an account or a phone
takes a second person, or a day in which the people concerned, who are told of it, can reject it. What takes access away
is made at once.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from fsplug.policy.access.scopes import Actor, Need, Reach, reach
from fsplug.policy.entities import AdminScope, Role

DAY_SECONDS = 86_400.0
# What no second person has confirmed by then is dropped.
LONGEST_SECONDS = 7 * DAY_SECONDS

_ROLES = (Role.NONE, Role.MY_CONSOLE, Role.SUPERUSER)
_SCOPES = (AdminScope.NONE, AdminScope.SUB_ADMIN, AdminScope.COMPANY_ADMIN)


class Wait(IntEnum):
    """What a change waits for, the least first."""

    NOTHING = 0
    DAY = 1
    SECOND_PERSON = 2
    # A second person who is a superuser.
    SUPERUSER = 3


class Rank(IntEnum):
    """Whose calls somebody hears: nobody else's, live ones by the right to listen in, or all that are recorded."""

    NONE = 0
    LISTENER = 1
    SUPERUSER = 2


class ChangeState(StrEnum):
    """What became of a change."""

    WAITING = "waiting"
    MADE = "made"
    REJECTED = "rejected"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What `made_by` (a logged name) asks to change of a user, as far as it decides who confirms and rejects it.

    `gives`: it makes somebody a superuser, a company-admin, or one who listens in. `hears`: it lets somebody hear who
    did not before. `by_superuser`: a superuser confirms it, since it makes one, or is the address, phone or second
    factor of somebody who hears others.
    """

    company: str
    username: str
    made_by: str
    gives: bool
    hears: bool
    by_superuser: bool


def of_role(before: Role, after: Role, is_newcomer: bool) -> Wait:
    """What a change of a user's role waits for.

    A newcomer is nobody's successor: there are no earlier calls of theirs to hear, and no phone of somebody else's. Who
    hears everything is made by one who does.
    """
    if _ROLES.index(after) <= _ROLES.index(before):
        return Wait.NOTHING
    if after is Role.SUPERUSER:
        return Wait.SUPERUSER
    return Wait.NOTHING if is_newcomer else Wait.DAY


def of_scope(before: AdminScope, after: AdminScope) -> Wait:
    """What a change of a user's admin scope waits for: a second administrator could confirm all the rest."""
    if _SCOPES.index(after) <= _SCOPES.index(before) or after is not AdminScope.COMPANY_ADMIN:
        return Wait.NOTHING
    return Wait.SECOND_PERSON


def of_identity(whose: Rank, asker: Rank) -> Wait:
    """What another address, phone or second factor of somebody waits for: who has it may act as that person.

    Nobody takes over, alone, somebody who hears more than they do.
    """
    return Wait.SUPERUSER if whose > asker else Wait.DAY


def may_confirm(actor: Actor, request: ChangeRequest) -> bool:
    """Whether the actor is a second person: did not ask for the change, gains nothing, and may grant in this company.

    What takes a superuser may be the superuser's own, unless it gives something.
    """
    if actor.is_operator:
        return True
    if actor.company != request.company or actor.logged_name == request.made_by:
        return False
    if request.by_superuser:
        return actor.role is Role.SUPERUSER and (actor.name != request.username or not request.gives)
    return _may_grant(actor, request.company) and actor.name != request.username


def may_reject(actor: Actor, request: ChangeRequest) -> bool:
    """Whether the actor sees the change and may reject it: an administrator, the user, or a superuser.

    A superuser may if the change lets somebody hear who did not before, or takes a superuser.
    """
    if actor.is_operator or _may_grant(actor, request.company):
        return True
    is_superuser = (request.hears or request.by_superuser) and actor.role is Role.SUPERUSER
    return actor.company == request.company and (actor.name == request.username or is_superuser)


def _may_grant(actor: Actor, company: str) -> bool:
    return actor.company == company and reach(actor, Need.GRANTS).is_at_least(Reach.COMPANY)
