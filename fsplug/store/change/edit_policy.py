"""A wish for a recording policy brought into the store: looked at first, then saved as one version."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import EVERY_DEPARTMENT, DepartmentPolicy, GroupPolicy, PolicySnapshot
from fsplug.policy.recording.edit import Difference, Wish, differences, rebased, to_put
from fsplug.policy.terms import TERM_NAMES, Terms, terms_facts
from fsplug.store.change.draft import Draft, drafted
from fsplug.store.config import groups, policies, users
from fsplug.store.db.database import Store


def theirs(store: Store, domain: str, version: int) -> list[Difference]:
    """What others have changed since `version`; Invalid("unknown-version") if there is no such version."""
    current = policies.current_version(store, domain)
    if version == current:
        return []
    seen, now = policies.snapshot(store, domain, version), policies.snapshot(store, domain, current)
    return differences(seen, now, users.departments(store, domain))


def current_wish(store: Store, domain: str, wish: Wish) -> Wish:
    """The wish as one of today's policy; Invalid("unknown-department", "unknown-group") for what isn't there."""
    current = policies.snapshot(store, domain)
    _check_known(store, domain, wish)
    return rebased(wish, policies.snapshot(store, domain, wish.version), current)


def drafted_snapshot(store: Store, domain: str, wish: Wish) -> PolicySnapshot:
    """The policy that the wish would make; nothing is saved. Invalid when there is something wrong with it."""
    draft = Draft(store, domain)
    put(draft, current_wish(store, domain, wish), policies.snapshot(store, domain))
    draft.plan()
    return draft.snapshot()


def save(store: Store, domain: str, wish: Wish, actor: Actor) -> int:
    """Make the wish true, from the next call on; the company's version after it, the same if nothing was different.

    Refused("policy-changed") when somebody else has changed the policy since the version that was seen.
    """
    with drafted(store, domain, actor) as draft:
        if changed := theirs(store, domain, wish.version):
            text = f"the policy of {domain} was changed meanwhile, in {len(changed)} places; look again, then save"
            raise Refused("policy-changed", text, company=domain, version=wish.version)
        put(draft, current_wish(store, domain, wish), policies.snapshot(store, domain))
    return policies.current_version(store, domain)


def put(draft: Draft, wish: Wish, current: PolicySnapshot) -> None:
    """Write a wish of the current policy into a draft of the company."""
    for policy in to_put(wish, current):
        if isinstance(policy, DepartmentPolicy):
            is_there = draft.has("policy", policy.department)
            draft.put("policy", _table(policy), policy.department if is_there else None)
        else:
            draft.put("group", _group_table(draft.entry("group", policy.group), policy), policy.group)
    for number, note in wish.never.items():
        if not draft.has("excluded", number):
            draft.put("excluded", {"number": number, "note": note})
    for number in wish.again:
        draft.remove("excluded", number)


def _table(policy: DepartmentPolicy) -> dict[str, Any]:
    table = asdict(policy)
    del table["terms"]
    return table | _terms_table(policy.terms)


def _group_table(entry: Mapping[str, Any], policy: GroupPolicy) -> dict[str, Any]:
    others = {name: value for name, value in entry.items() if name not in TERM_NAMES}
    return others | {"mode": str(policy.mode)} | _terms_table(policy.terms)


def _terms_table(terms: Terms) -> dict[str, Any]:
    return {name: value for name, value in terms_facts(terms).items() if value is not None}


def _check_known(store: Store, domain: str, wish: Wish) -> None:
    departments, numbers = users.departments(store, domain), list(groups.names(store, domain))
    for noun, wanted, known in (
        ("department", wish.departments, [EVERY_DEPARTMENT, *departments]),
        ("group", wish.groups, numbers),
    ):
        if missing := sorted(wanted.keys() - set(known)):
            raise policies.unknown(noun, missing[0], known)
