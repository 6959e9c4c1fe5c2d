"""Which changes of people wait, and for what: so that nobody becomes somebody who hears, alone and unseen.

A company administrator manages accounts and hears nothing. So whatever would let one hear through an account or a phone
takes a second person, or a day in which the people concerned, who are told of it, can reject it. What takes access away
is made at once.
"""

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


class ChangeState(StrEnum):
    """What became of a change."""

    WAITING = "waiting"
    MADE = "made"
    REJECTED = "rejected"
    DROPPED = "dropped"


def of_role(before: Role, after: Role, is_newcomer: bool) -> Wait:
    """What a change of a user's role waits for.

    A newcomer is nobody's successor: there are no earlier calls of theirs to hear, and no phone of somebody else's.
    """
    if _ROLES.index(after) <= _ROLES.index(before):
        return Wait.NOTHING
    if after is Role.SUPERUSER:
        return Wait.SECOND_PERSON
    return Wait.NOTHING if is_newcomer else Wait.DAY


def of_scope(before: AdminScope, after: AdminScope) -> Wait:
    """What a change of a user's admin scope waits for: a second administrator could confirm all the rest."""
    if _SCOPES.index(after) <= _SCOPES.index(before) or after is not AdminScope.COMPANY_ADMIN:
        return Wait.NOTHING
    return Wait.SECOND_PERSON


def may_confirm(actor: Actor, company: str, made_by: str, username: str) -> bool:
    """Whether the actor is the second person: may grant in this company, did not ask for the change, gains nothing."""
    if actor.is_operator:
        return True
    return _may_grant(actor, company) and actor.logged_name != made_by and actor.name != username


def may_reject(actor: Actor, company: str, username: str, hears: bool) -> bool:
    """Whether the actor may reject a change of this user: an administrator, the user, or a superuser.

    A superuser may if the change lets somebody hear who did not before (`hears`).
    """
    if actor.is_operator or _may_grant(actor, company):
        return True
    is_superuser = hears and actor.role is Role.SUPERUSER
    return actor.company == company and (actor.name == username or is_superuser)


def _may_grant(actor: Actor, company: str) -> bool:
    return actor.company == company and reach(actor, Need.GRANTS).is_at_least(Reach.COMPANY)
