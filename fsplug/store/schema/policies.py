"""What a company records, and the numbers it never records."""

from fsplug.store.schema.base import VersionedTable, reference, text, truth, versioned, whole
from fsplug.store.schema.companies import Companies


class DepartmentPolicies(VersionedTable):
    """Which calls of a department are recorded, and on which terms."""

    company = reference(Companies)
    department = text()
    outgoing = truth()
    internal = truth()
    incoming = truth()
    on_failure = text()
    channels = text()
    purpose = text()
    since = whole()
    until = whole(null=True)
    max_seconds = whole(null=True)
    agent_may = text(default="'nothing'")
    start = text(default="'automatic'")
    announce = text(default="'nobody'")

    class Meta:
        table_name = "department_policy"


versioned(DepartmentPolicies, "department")


class GroupPolicies(VersionedTable):
    """Whether calls to a ring group are recorded, and on which terms."""

    company = reference(Companies)
    group = text(column="grp")
    mode = text()
    on_failure = text()
    channels = text()
    purpose = text()
    since = whole()
    until = whole(null=True)
    max_seconds = whole(null=True)
    agent_may = text(default="'nothing'")
    start = text(default="'automatic'")
    announce = text(default="'nobody'")

    class Meta:
        table_name = "group_policy"


versioned(GroupPolicies, "group")


class ExcludedNumbers(VersionedTable):
    """A number whose calls are never recorded."""

    company = reference(Companies)
    number = text()
    note = text()
    since = whole()
    until = whole(null=True)

    class Meta:
        table_name = "excluded_number"


versioned(ExcludedNumbers, "number")
