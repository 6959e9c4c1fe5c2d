"""Configuration as it was: which rows of a versioned table hold at a policy version, and which hold now."""

from typing import Any


def holds(table: Any, version: Any) -> Any:
    """The condition that a row of the versioned table, or of its alias, holds at `version`.

    `version` is a number, or `given.version` in a compiled statement: given once, it serves any number of tables.

        holds(Users, given.version) & holds(UserNumbers, given.version)
    """
    return (table.since <= version) & (table.until.is_null() | (table.until > version))


def is_current(table: Any) -> Any:
    """The condition that a row of the versioned table, or of its alias, holds now."""
    return table.until.is_null()
