"""Edits of a recording policy in the store: previewed first, then saved as one version."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import EVERY_DEPARTMENT, DepartmentPolicy, GroupPolicy, PolicySnapshot, WhenAway
from fsplug.policy.recording.edit import PolicyDifference, PolicyEdit, differences, rebased, to_put
from fsplug.policy.terms import TERM_NAMES, TERMS, Terms, terms_facts, trouble_together
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.outcome import Outcome
from fsplug.store.config import groups, policies, users
from fsplug.store.db.database import Store


def theirs(store: Store, domain: str, version: int) -> list[PolicyDifference]:
    """What others have changed since `version`; Invalid("unknown-version") if there is no such version."""
    current = policies.current_version(store, domain)
    if version == current:
        return []
    seen, now = policies.snapshot(store, domain, version), policies.snapshot(store, domain, current)
    return differences(seen, now, users.departments(store, domain))


def current_edit(store: Store, domain: str, policy_edit: PolicyEdit) -> PolicyEdit:
    """The edit, rebased on today's policy; Invalid("unknown-department", "unknown-group") if it names missing ones."""
    current = policies.snapshot(store, domain)
    _check_known(store, domain, policy_edit)
    return rebased(policy_edit, policies.snapshot(store, domain, policy_edit.version), current)


def drafted_snapshot(store: Store, domain: str, policy_edit: PolicyEdit) -> PolicySnapshot:
    """The policy that the edit would make; nothing is saved. Invalid if something is wrong with it."""
    draft = Draft(store, domain)
    put(draft, current_edit(store, domain, policy_edit), policies.snapshot(store, domain))
    draft.plan()
    return draft.snapshot()


def save(store: Store, domain: str, policy_edit: PolicyEdit, actor: Actor) -> int:
    """Save the edit, for calls from now on; returns the company's new version, or the same one if nothing changed.

    Refused("policy-changed") if somebody else has changed the policy since the version that was seen.
    """

    def change(draft: Draft) -> None:
        if changed := theirs(store, domain, policy_edit.version):
            text = f"the policy of {domain} was changed meanwhile, in {len(changed)} places; look again, then save"
            raise Refused("policy-changed", text, company=domain, version=policy_edit.version)
        put(draft, current_edit(store, domain, policy_edit), policies.snapshot(store, domain))

    return edit(store, domain, actor, change).version


def set_when_away(store: Store, domain: str, when_away: WhenAway, by: str | Actor) -> Outcome:
    """Set what happens to the company's calls while fsplug is away."""
    return edit(store, domain, by, lambda draft: draft.put_detail({**draft.detail(), "when_away": str(when_away)}))


def set_admins_set_record(store: Store, domain: str, may: bool, by: str | Actor) -> Outcome:
    """Set whether administrators may say which of their users are recorded."""
    return edit(store, domain, by, lambda draft: draft.put_detail({**draft.detail(), "admins_set_record": may}))


def set_record(store: Store, domain: str, usernames: Sequence[str], record: bool, by: str | Actor) -> Outcome:
    """Set whether these users are recorded, for all of them or none; Invalid("unknown-user")."""

    def put(draft: Draft) -> None:
        draft.read("user", usernames)
        for username in dict.fromkeys(usernames):
            draft.put("user", {**draft.entry("user", username), "record": record}, username)

    return edit(store, domain, by, put)


def exclude(store: Store, domain: str, notes: Mapping[str, str | None], by: str | Actor) -> list[str]:
    """Never record these numbers (E.164, each with its note) from the next call on.

    A note that is None does not change. Returns the numbers that were not excluded before, or whose note changed.
    """
    _check_e164(notes)
    changed: list[str] = []

    def change(draft: Draft) -> None:
        changed.clear()
        draft.read("excluded", notes)
        for number, note in notes.items():
            before = draft.entry("excluded", number) if draft.has("excluded", number) else None
            after = {"number": number, "note": before["note"] if note is None and before else note or ""}
            if after != before:
                draft.put("excluded", after, number if before else None)
                changed.append(number)

    edit(store, domain, by, change)
    return changed


def unexclude(store: Store, domain: str, numbers: Collection[str], by: str | Actor) -> list[str]:
    """Let policy decide about these numbers (E.164) again; returns those that were excluded."""
    _check_e164(numbers)
    changed: list[str] = []

    def change(draft: Draft) -> None:
        draft.read("excluded", numbers)
        changed[:] = [number for number in numbers if draft.has("excluded", number)]
        for number in changed:
            draft.remove("excluded", number)

    edit(store, domain, by, change)
    return changed


def put(draft: Draft, policy_edit: PolicyEdit, current: PolicySnapshot) -> None:
    """Write an edit of the current policy into a draft of the company."""
    for policy in to_put(policy_edit, current):
        if isinstance(policy, DepartmentPolicy):
            _put_boxes(draft, policy)
        else:
            _put_mode(draft, policy)
    draft.read("excluded", (*policy_edit.never, *policy_edit.again))
    for number, note in policy_edit.never.items():
        if not draft.has("excluded", number):
            draft.put("excluded", {"number": number, "note": note})
    for number in policy_edit.again:
        draft.remove("excluded", number)


def put_department_policy(draft: Draft, policy: DepartmentPolicy) -> None:
    """Write the boxes of a department into a draft; Invalid for an unknown department or for unacceptable terms."""
    if policy.department != EVERY_DEPARTMENT and not draft.has("department", policy.department):
        raise policies.unknown("department", policy.department, draft.names("department"))
    _check_terms(policy.terms)
    _put_boxes(draft, policy)


def put_group_policy(draft: Draft, policy: GroupPolicy) -> None:
    """Write the mode of a ring group into a draft; Invalid for an unknown ring group or for unacceptable terms."""
    if not draft.has("group", policy.group):
        raise policies.unknown("group", policy.group, draft.names("group"))
    _check_terms(policy.terms)
    _put_mode(draft, policy)


def _put_boxes(draft: Draft, policy: DepartmentPolicy) -> None:
    is_there = draft.has("policy", policy.department)
    draft.put("policy", _table(policy), policy.department if is_there else None)


def _put_mode(draft: Draft, policy: GroupPolicy) -> None:
    draft.put("group", _group_table(draft.entry("group", policy.group), policy), policy.group)


def _check_terms(terms: Terms) -> None:
    """Terms that the operator's document refuses could be stored and exported, but not applied again."""
    facts = terms_facts(terms)
    for term in TERMS:
        if trouble := term.values.trouble(facts[term.name]):
            text = f"{facts[term.name]!r} is not valid for {term.key}; {trouble}"
            raise Invalid(f"bad-{term.key}", text, **{term.name: facts[term.name]})
    if trouble := trouble_together(terms):
        raise Invalid("bad-start", trouble)


def _check_e164(numbers: Iterable[str]) -> None:
    for e164 in numbers:
        if not (e164.startswith("+") and e164[1:].isdecimal() and e164.isascii()):
            text = f"{e164} is not an E.164 number; write it with + and the country code, such as +4570101155"
            raise Invalid("bad-number", text, number=e164)


def _table(policy: DepartmentPolicy) -> dict[str, Any]:
    table = asdict(policy)
    del table["terms"]
    return table | _terms_table(policy.terms)


def _group_table(entry: Mapping[str, Any], policy: GroupPolicy) -> dict[str, Any]:
    others = {name: value for name, value in entry.items() if name not in TERM_NAMES}
    return others | {"mode": str(policy.mode)} | _terms_table(policy.terms)


def _terms_table(terms: Terms) -> dict[str, Any]:
    return {name: value for name, value in terms_facts(terms).items() if value is not None}


def _check_known(store: Store, domain: str, policy_edit: PolicyEdit) -> None:
    departments, numbers = users.departments(store, domain), list(groups.names(store, domain))
    for noun, wanted, known in (
        ("department", policy_edit.departments, [EVERY_DEPARTMENT, *departments]),
        ("group", policy_edit.groups, numbers),
    ):
        if missing := sorted(wanted.keys() - set(known)):
            raise policies.unknown(noun, missing[0], known)
