"""One change of policy from the command line: made, or only previewed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import click

from fsplug.cli.config import policy_facts, policy_terms
from fsplug.cli.kernel.output import cell, sheet, when, working
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.recording.edit import PolicyEdit, of_department, of_group
from fsplug.policy.terms import Plain
from fsplug.store.calls.preview import preview as preview_of
from fsplug.store.change import edit_policy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.edit_policy import drafted_snapshot
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.words.english import so_many

Facts = dict[str, Any]
Policy = DepartmentPolicy | GroupPolicy
_BOXES = ("outgoing", "internal", "incoming")


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """The columns of one department's or group's policy that change, by name."""

    department: str | None
    group: str | None
    values: Mapping[str, Any]
    terms: Mapping[str, Plain]

    def before(self, snapshot: PolicySnapshot) -> Policy:
        """The policy to change, as it applies now: that of `*` for a department without boxes of its own."""
        if self.department is not None:
            return of_department(self.department, snapshot)
        return of_group(self.group or "", snapshot)

    def after(self, snapshot: PolicySnapshot) -> Policy:
        """The policy after the change."""
        before = self.before(snapshot)
        return replace(before, **self.values, terms=policy_terms.changed(before.terms, self.terms))


def change(given: Mapping[str, Any]) -> PolicyChange:
    """The change that these options ask for; UsageError when the options contradict each other or ask for no change."""
    boxes = {name: given[name] for name in _BOXES if given[name] is not None}
    mode = {"mode": GroupMode(given["mode"])} if given["mode"] else {}
    terms = policy_terms.given(given)
    if (given["department"] is None) == (given["group"] is None):
        raise click.UsageError("give either --department NAME or --group NUMBER")
    if given["department"] is not None and mode:
        raise click.UsageError("--mode is for a group; a department has --outgoing, --internal, --incoming")
    if given["group"] is not None and boxes:
        raise click.UsageError("the boxes are a department's; a group has --mode department|always|never")
    if not (boxes or mode or terms):
        raise click.UsageError("say what to change, such as --incoming, --mode or --purpose")
    return PolicyChange(given["department"], given["group"], boxes or mode, terms)


def make(store: Store, company: str, change: PolicyChange, by: Actor) -> Facts:
    """Make the change; the facts before and after the change, and the policy version."""
    facts: Facts = {}

    def put(draft: Draft) -> None:
        snapshot = policies.snapshot(store, company, draft.version)
        before, after = change.before(snapshot), change.after(snapshot)
        facts.update(before=_facts(before), after=_facts(after))
        if isinstance(after, DepartmentPolicy):
            edit_policy.put_department_policy(draft, after)
        else:
            edit_policy.put_group_policy(draft, after)

    made = edit(store, company, by, put)
    return {"company": company, "changed": made.changed, "version": made.version, **facts}


def lines(facts: Facts) -> list[str]:
    """What `make` did, as people read it."""
    if not facts["changed"]:
        return [f"nothing to change; {facts['company']} stays at policy version {facts['version']}"]
    before, after = facts["before"], facts["after"]
    changes = {name: _arrow(before[name], value) for name, value in after.items() if before[name] != value}
    where = f"department {after['department']}" if "department" in after else f"group {after['group']}"
    now = f"policy version {facts['version']} of {facts['company']}, from the next call on"
    return [cell(where), *(f"  {line}" for line in sheet(changes)), now] if changes else [cell(where), now]


def preview(store: Store, company: str, change: PolicyChange, since: float) -> Facts:
    """How the change would have decided the talks since `since`; nothing is changed."""
    return previewed(store, company, _after(store, company, change), since)


def previewed(store: Store, company: str, drafted: PolicySnapshot, since: float) -> Facts:
    """How a drafted policy would have decided the talks since `since`."""
    with working("deciding past talks again"):
        found = preview_of(store, company, drafted, since)
    total = found.total
    return {
        "company": company,
        "since": since,
        "talks": total.talks,
        "recorded_then": total.then.recorded,
        "recorded_today": total.today.recorded,
        "recorded_with_change": total.drafted.recorded,
        "on_demand_then": total.then.on_demand,
        "on_demand_today": total.today.on_demand,
        "on_demand_with_change": total.drafted.on_demand,
        "more": total.more,
        "less": total.less,
    }


def preview_lines(facts: Facts) -> list[str]:
    """What `preview` counted, as people read it."""
    if not facts["talks"]:
        return [f"nobody talked since {when(facts['since'])}; there is nothing to preview with"]
    counted = {
        "recorded then": _counted(facts, "then"),
        "under today's policy": _counted(facts, "today"),
        "with this change": f"{_counted(facts, 'with_change')} (+{facts['more']}, -{facts['less']})",
    }
    return [f"{so_many(facts['talks'], 'talk')} since {when(facts['since'])}; nothing was changed", *sheet(counted)]


def _counted(facts: Facts, when_decided: str) -> str:
    on_demand = facts[f"on_demand_{when_decided}"]
    return f"{facts[f'recorded_{when_decided}']}{f', and {on_demand} on demand' if on_demand else ''}"


def _after(store: Store, company: str, change: PolicyChange) -> PolicySnapshot:
    """The policy that the change would make."""
    current = policies.snapshot(store, company)
    policy = change.after(current)
    if isinstance(policy, DepartmentPolicy):
        return drafted_snapshot(store, company, PolicyEdit(current.version, {policy.department: policy}))
    return drafted_snapshot(store, company, PolicyEdit(current.version, groups={policy.group: policy}))


def _facts(policy: Policy) -> Facts:
    if isinstance(policy, DepartmentPolicy):
        return policy_facts.of_department(policy)
    return policy_facts.of_group(policy)


def _arrow(before: object, after: object) -> str:
    return f"{cell(before)} -> {cell(after)}"
