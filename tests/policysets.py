"""Policies that tests set at once, by the way that the console and the commands go."""

from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import DepartmentPolicy, GroupPolicy
from fsplug.store.change.draft import edit
from fsplug.store.change.edit_policy import put_department_policy, put_group_policy
from fsplug.store.db.database import Store


def set_department_policy(store: Store, domain: str, policy: DepartmentPolicy, by: str | Actor) -> int:
    """Set the boxes of a department, or of `*`; the company's version then."""
    return edit(store, domain, by, lambda draft: put_department_policy(draft, policy)).version


def set_group_policy(store: Store, domain: str, policy: GroupPolicy, by: str | Actor) -> int:
    """Set the mode of a ring group; the company's version then."""
    return edit(store, domain, by, lambda draft: put_group_policy(draft, policy)).version
