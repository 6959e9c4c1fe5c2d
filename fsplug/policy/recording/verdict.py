"""Whether a talk is recorded, by which rule, and why.

The rules, strongest first (spec R12-R27): an excluded number is never recorded; a ring group set to never is not;
whoever was asked for consent and has not said yes, or has withdrawn it, is not; a ring group set to always is; then the
department's boxes decide by direction. Every yes needs the user's own flag, that the user has not stopped the recording
in this conversation, and what its terms want announced or agreed to before. No rule, no recording.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from fsplug.policy.consent import ANSWERER, CALLER, Consent
from fsplug.policy.digit_runs import named_in
from fsplug.policy.entities import (
    EVERY_DEPARTMENT,
    DepartmentPolicy,
    Direction,
    GroupMode,
    GroupPolicy,
    PolicySnapshot,
    Talk,
    User,
)
from fsplug.policy.numbers import normalise_all
from fsplug.policy.terms import DEFAULT_TERMS, Terms


class Rule(StrEnum):
    """The rule that won."""

    EXCLUDED_NUMBER = "excluded-number"
    GROUP_NEVER = "group-never"
    CONSENT = "consent"
    GROUP_ALWAYS = "group-always"
    DEPARTMENT_POLICY = "department-policy"
    STOPPED = "stopped"
    NO_POLICY = "no-policy"


class VerdictReason(StrEnum):
    """Why the rule said yes or no."""

    NUMBER_EXCLUDED = "number-excluded"
    GROUP_SAYS_NEVER = "group-says-never"
    CONSENT_REFUSED = "consent-refused"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_MISSING = "consent-missing"
    NOT_ANNOUNCED = "not-announced"
    STOPPED_BY_USER = "stopped-by-user"
    GROUP_SAYS_ALWAYS = "group-says-always"
    BOX_TICKED = "box-ticked"
    USER_WITHOUT_FLAG = "user-without-flag"
    BOX_NOT_TICKED = "box-not-ticked"
    NO_POLICY_APPLIES = "no-policy-applies"
    NO_USER = "no-user"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one decision.

    `user` is the user whose leg is recorded, or would have been if one condition more had held; `group` the ring group
    whose mode counted; `number` the excluded number that matched, E.164.
    """

    record: bool
    rule: Rule
    reason: VerdictReason
    direction: Direction
    version: int
    user: str | None = None
    group: str | None = None
    number: str | None = None
    terms: Terms = DEFAULT_TERMS

    @property
    def waits(self) -> bool:
        """Whether policy wants a recording, for which somebody must first be told or agree."""
        return self.reason in (VerdictReason.CONSENT_MISSING, VerdictReason.NOT_ANNOUNCED)


# Whoever does not want to be recorded is not, wherever the call goes next.
_UNWILLING = {
    Consent.NO: VerdictReason.CONSENT_REFUSED,
    Consent.WITHDRAWN: VerdictReason.CONSENT_WITHDRAWN,
}
# When several users take part and none is recorded, the verdict names the nearest miss.
_NEAREST_MISS = (VerdictReason.USER_WITHOUT_FLAG, VerdictReason.BOX_NOT_TICKED, VerdictReason.NO_POLICY_APPLIES)


def verdict(talk: Talk, snapshot: PolicySnapshot) -> Verdict:
    """Whether this talk is recorded, by which rule, and why."""
    return _forbidden(talk, snapshot) or _allowed(talk, snapshot)


def excluded_number(talk: Talk, snapshot: PolicySnapshot) -> str | None:
    """The first excluded number of the talk, E.164. Who calls, is called, forwards or transfers makes no difference."""
    parties = (talk.caller, talk.answerer, *talk.others)
    spellings = (*(number for party in parties for number in party.numbers), *talk.forwarders)
    own = [number for party in parties if party.user for number in party.user.numbers]
    numbers = (*normalise_all(spellings, snapshot.country), *own)
    found = next((number for number in numbers if number in snapshot.excluded), None)
    return found or named_in(spellings, snapshot.excluded, snapshot.country)


def _forbidden(talk: Talk, snapshot: PolicySnapshot) -> Verdict | None:
    number = excluded_number(talk, snapshot) if snapshot.excluded else None
    if number:
        return _no(
            talk, snapshot, Rule.EXCLUDED_NUMBER, VerdictReason.NUMBER_EXCLUDED, user=_foremost(talk), number=number
        )
    # A caller who asked not to be recorded is not recorded, wherever the call goes next.
    refused = next((group for group in talk.groups if _mode(group, snapshot) is GroupMode.NEVER), None)
    if refused:
        return _no(
            talk, snapshot, Rule.GROUP_NEVER, VerdictReason.GROUP_SAYS_NEVER, user=_foremost(talk), group=refused
        )
    unwilling = _UNWILLING.get(talk.consent)
    return _no(talk, snapshot, Rule.CONSENT, unwilling, user=_foremost(talk)) if unwilling else None


def _allowed(talk: Talk, snapshot: PolicySnapshot) -> Verdict:
    verdicts = list(_by_rule(talk, snapshot))
    wanted = [one for one in verdicts if one.record]
    recorded = next((one for one in wanted if one.user not in talk.stopped), None)
    if recorded:
        lacks = _lacking(recorded, talk)
        return replace(recorded, record=False, rule=Rule.CONSENT, reason=lacks) if lacks else recorded
    if wanted:
        return replace(wanted[0], record=False, rule=Rule.STOPPED, reason=VerdictReason.STOPPED_BY_USER)
    if not verdicts:
        return _no(talk, snapshot, Rule.NO_POLICY, VerdictReason.NO_USER)
    return min(verdicts, key=lambda one: _NEAREST_MISS.index(one.reason))


def _lacking(wanted: Verdict, talk: Talk) -> VerdictReason | None:
    """What must come before the recording that policy wants, and has not. The recorded user's own yes is nobody's
    else.
    """
    terms, answerer = wanted.terms, talk.answerer.user
    asked = CALLER if answerer is not None and answerer.username == wanted.user else ANSWERER
    if terms.asks and asked not in talk.agreed:
        return VerdictReason.CONSENT_MISSING
    untold = (terms.tells_caller and CALLER not in talk.told) or (terms.tells_called and ANSWERER not in talk.told)
    return VerdictReason.NOT_ANNOUNCED if untold else None


def _by_rule(talk: Talk, snapshot: PolicySnapshot) -> Iterator[Verdict]:
    group = talk.groups[-1] if talk.groups else None
    answerer = talk.answerer.user
    if group and answerer and _counts(answerer, talk) and _mode(group, snapshot) is GroupMode.ALWAYS:
        yield _by_group(talk, snapshot, answerer, snapshot.groups[group])
    for user in _subjects(talk):
        yield _by_department(talk, snapshot, user)


def _subjects(talk: Talk) -> list[User]:
    parties = {
        Direction.OUTGOING: (talk.caller,),
        Direction.INCOMING: (talk.answerer,),
        Direction.INTERNAL: (talk.caller, talk.answerer),
    }
    return [party.user for party in parties[talk.direction] if party.user and _counts(party.user, talk)]


def _counts(user: User, talk: Talk) -> bool:
    """Whether this user's own policy counts: in a conference, only that of the user whose part it is."""
    return not talk.part_of or user.username == talk.part_of


def _foremost(talk: Talk) -> str | None:
    """The user a decision is about when no user's own policy mattered."""
    return next((user.username for user in reversed(_subjects(talk))), None)


def _by_group(talk: Talk, snapshot: PolicySnapshot, user: User, policy: GroupPolicy) -> Verdict:
    return Verdict(
        record=user.records,
        rule=Rule.GROUP_ALWAYS,
        reason=VerdictReason.GROUP_SAYS_ALWAYS if user.records else VerdictReason.USER_WITHOUT_FLAG,
        direction=talk.direction,
        version=snapshot.version,
        user=user.username,
        group=policy.group,
        terms=policy.terms,
    )


def _by_department(talk: Talk, snapshot: PolicySnapshot, user: User) -> Verdict:
    policy = department_policy(user, snapshot)
    if policy is None:
        return _no(talk, snapshot, Rule.NO_POLICY, VerdictReason.NO_POLICY_APPLIES, user=user.username)
    if not policy.covers(talk.direction):
        return _no(talk, snapshot, Rule.DEPARTMENT_POLICY, VerdictReason.BOX_NOT_TICKED, user=user.username)
    return Verdict(
        record=user.records,
        rule=Rule.DEPARTMENT_POLICY,
        reason=VerdictReason.BOX_TICKED if user.records else VerdictReason.USER_WITHOUT_FLAG,
        direction=talk.direction,
        version=snapshot.version,
        user=user.username,
        terms=policy.terms,
    )


def department_policy(user: User, snapshot: PolicySnapshot) -> DepartmentPolicy | None:
    """The boxes that count for this user: the department's own, else those for every department, else None."""
    return _boxes(user.department, snapshot.departments)


def recorded_in(department: str | None, policies: Mapping[str, DepartmentPolicy]) -> DepartmentPolicy | None:
    """The boxes and terms by which users of this department are recorded, under no name; None where no box is ticked.

    Two departments that have the same record the same.
    """
    policy = _boxes(department, policies)
    if policy is None or not any(map(policy.covers, Direction)):
        return None
    return replace(policy, department="")


def _boxes(department: str | None, policies: Mapping[str, DepartmentPolicy]) -> DepartmentPolicy | None:
    own = policies.get(department) if department else None
    return own or policies.get(EVERY_DEPARTMENT)


def _mode(group: str, snapshot: PolicySnapshot) -> GroupMode:
    policy = snapshot.groups.get(group)
    return policy.mode if policy else GroupMode.DEPARTMENT


def _no(
    talk: Talk,
    snapshot: PolicySnapshot,
    rule: Rule,
    reason: VerdictReason,
    user: str | None = None,
    group: str | None = None,
    number: str | None = None,
) -> Verdict:
    return Verdict(False, rule, reason, talk.direction, snapshot.version, user, group, number)
