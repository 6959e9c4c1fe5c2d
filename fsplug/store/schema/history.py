"""Configuration as it was: which rows of a versioned table hold at a policy version, and which hold now."""

from typing import Any

from fsplug.store.schema.companies import PolicyVersions


def holds(table: Any, version: Any) -> Any:
    """The condition that a row of the versioned table, or of its alias, holds at `version`.

    `version` is a number, or `given.version` in a compiled statement: given once, it serves any number of tables.

        holds(Users, given.version) & holds(UserNumbers, given.version)
    """
    return (table.since <= version) & (table.until.is_null() | (table.until > version))


def is_current(table: Any) -> Any:
    """The condition that a row of the versioned table, or of its alias, holds now."""
    return table.until.is_null()


def began_with(table: Any) -> Any:
    """The condition that `PolicyVersions` is the version that a row of the versioned table began with."""
    return (PolicyVersions.company == table.company) & (PolicyVersions.version == table.since)


def ended_with(table: Any) -> Any:
    """The condition that `PolicyVersions` is the version that a row of the versioned table ended with."""
    return (PolicyVersions.company == table.company) & (PolicyVersions.version == table.until)
