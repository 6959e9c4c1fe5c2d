"""What the switch must know of a company to arm its calls while fsplug is away: its policy and its users, as one text.

It is used only whole. What is damaged, of another company, or of another version of fsplug arms nothing. Nor does what
may be outdated: a second text says which versions were the store's, and when.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot, User
from fsplug.policy.recording.legs import Arm, Leg, Ringing, arms, username_of, with_forwarders
from fsplug.policy.terms import terms_facts, terms_from

_FORMAT = 1
# The file beside the policies that says whether they are the store's.
CHECK = ".checked"
# How far a clock may have been set back since the store was read.
_BACK_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class AwayPolicy:
    """A company's policy and users at one version, and the folder that the switch records into."""

    snapshot: PolicySnapshot
    users: Mapping[str, User]
    spool: str


@dataclass(frozen=True, slots=True)
class AwayCheck:
    """The version of each company whose calls the switch arms by itself, as the store had them at `at`, epoch seconds.

    It counts for `good_seconds`; with 0 until it is removed, because nothing but this machine can change the store.
    """

    at: float
    good_seconds: int
    versions: Mapping[str, int]

    def doubt(self, company: str, version: int, now: float) -> str:
        """Why this version of the company's policy may not be the store's; empty if it surely is."""
        known = self.versions.get(company)
        if known != version:
            return f"the policy is version {version}, and the store had {known}"
        if now < self.at - _BACK_SECONDS:
            return "the store was last read in the future; the clock was set back"
        if self.good_seconds and now > self.at + self.good_seconds:
            return f"the store, which other machines may change, was last read {now - self.at:.0f} seconds ago"
        return ""


def away_check_text(check: AwayCheck) -> str:
    """The text that `away_check` reads."""
    return json.dumps({"format": _FORMAT, **asdict(check)}, ensure_ascii=True)


def away_check(text: str) -> AwayCheck:
    """What the text says; ValueError if it is not all there."""
    try:
        facts = json.loads(text)
        if facts["format"] != _FORMAT:
            raise ValueError("another fsplug wrote this")
        versions = {str(domain): int(version) for domain, version in facts["versions"].items()}
        return AwayCheck(float(facts["at"]), int(facts["good_seconds"]), versions)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"this does not say which policies are known: {type(error).__name__}: {error}") from error


def away_text(policy: AwayPolicy) -> str:
    """The text that `away_policy` reads."""
    snapshot = policy.snapshot
    facts = {
        "format": _FORMAT,
        "company": snapshot.company,
        "version": snapshot.version,
        "country": snapshot.country,
        "departments": [_policy_facts(one) for one in snapshot.departments.values()],
        "groups": [_policy_facts(one) for one in snapshot.groups.values()],
        "excluded": sorted(snapshot.excluded),
        "users": [asdict(one) for one in policy.users.values()],
        "spool": policy.spool,
    }
    return json.dumps(facts, ensure_ascii=True)


def away_policy(text: str, company: str) -> AwayPolicy:
    """The policy of this company in the text; ValueError if the text is not all of it."""
    try:
        facts = json.loads(text)
        if (facts["format"], facts["company"]) != (_FORMAT, company):
            raise ValueError(f"this is not the policy of {company}")
        departments = [DepartmentPolicy(**_with_terms(one)) for one in facts["departments"]]
        groups = [GroupPolicy(**{**_with_terms(one), "mode": GroupMode(one["mode"])}) for one in facts["groups"]]
        snapshot = PolicySnapshot(
            company,
            int(facts["version"]),
            facts["country"],
            {one.department: one for one in departments},
            {one.group: one for one in groups},
            frozenset(facts["excluded"]),
        )
        users = [User(**{**one, "numbers": tuple(one["numbers"])}) for one in facts["users"]]
        return AwayPolicy(snapshot, {one.username: one for one in users}, facts["spool"])
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"this is no policy of a company: {type(error).__name__}: {error}") from error


def away_arms(policy: AwayPolicy, caller: Leg, names: tuple[str, ...]) -> tuple[Arm, ...]:
    """What each leg that may answer will do at its answer, as fsplug would decide it."""

    def known(usernames: list[str]) -> Mapping[str, User]:
        return {name: policy.users[name] for name in usernames if name in policy.users}

    caller = with_forwarders(caller, known)
    answerers = {name: policy.users.get(username_of(name)) for name in names}
    return arms(Ringing(caller, policy.users.get(caller.username), answerers), policy.snapshot)


def _policy_facts(policy: DepartmentPolicy | GroupPolicy) -> dict[str, Any]:
    return {**asdict(policy), "terms": terms_facts(policy.terms)}


def _with_terms(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {**facts, "terms": terms_from(facts["terms"])}
