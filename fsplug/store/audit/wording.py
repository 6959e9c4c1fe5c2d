"""What a change of the configuration is called in the audit trail, and which details the trail holds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from fsplug.policy.entities import AdminScope, Role
from fsplug.store.config.nouns import Change, Row

# The number of grants of one change that the trail lists one by one.
NAMED_GRANTS = 100
RIGHTS, POLICY, CONFIGURATION = "rights", "policy", "configuration"

# Rows that grant something by name, and the word for what they grant.
GRANTED_TABLES: Mapping[str, str] = {
    "licence_grant": "licence",
    "right_grant": "right",
    "admin_department": "admin scope",
}
# The column that names what was granted.
_GIVEN = {"licence_grant": "licence", "right_grant": "right_name", "admin_department": "department"}
_POLICY_TABLES = frozenset({"department_policy", "group_policy", "excluded_number"})
# These columns of a user are granted too; these are the values that need no grant.
_GRANTED_COLUMNS: Mapping[str, str] = {"role": str(Role.NONE), "admin": str(AdminScope.NONE)}
_CALLED = {"admin": "admin scope"}
# The columns that say whether a user is recorded, or allows listening in.
_TURNED: Mapping[str, str] = {"user": "record", "profile": "allow_listen"}
RECORDING, ALLOW_LISTEN, ADDRESS = "recording", "allow listen-in", "e-mail address"
IN_USE = "profile in use, which allows listen-in"
_WRITTEN = re.compile(
    rf"user (.*): (licence|right|role|admin scope|{ADDRESS}|{RECORDING}|{ALLOW_LISTEN} \(.*\)|{IN_USE}) (.*) -> (.*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One thing granted to a user or revoked: "role" from "none" to "superuser", "right" from None to "listen-in"."""

    username: str
    what: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        return f"user {self.username}: {self.what} {self.before or '-'} -> {self.after or '-'}"

    @classmethod
    def parsed(cls, text: str) -> Self | None:
        """The grant that the trail describes with this text."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            return None
        username, what, *sides = found.groups()
        before, after = (None if side == "-" else side for side in sides)
        return cls(username, what, before, after)


def grants(change: Change) -> Iterator[Grant]:
    """What a change grants or revokes that only some people may grant: licences, rights, roles, admin scopes."""
    noun, key = change.noun, change.key
    if noun.table in GRANTED_TABLES:
        given = getattr(key, _GIVEN[noun.table])
        gone, come = (given if row is not None else None for row in (change.before, change.after))
        yield Grant(key.username, GRANTED_TABLES[noun.table], gone, come)
    if noun.table == "user":
        for name, usual in _GRANTED_COLUMNS.items():
            before, after = (getattr(row, name) if row is not None else usual for row in (change.before, change.after))
            if before != after:
                yield Grant(key.username, _CALLED.get(name, name), str(before), str(after))


def allows_listening(change: Change) -> bool:
    """Whether the change lets others listen to a user by one more profile, or by putting such a profile in use."""
    before, after = change.before, change.after
    if change.noun.table != "profile" or after is None or not after.allow_listen:
        return False
    return before is None or not before.allow_listen or (bool(after.active) and not before.active)


def act(changes: Sequence[Change]) -> str:
    """The name of the act, by the most important change: rights, policy, or else configuration."""
    if any(True for change in changes for _ in (*grants(change), *_moves(change), *_allowed(change))):
        return RIGHTS
    return POLICY if any(change.noun.table in _POLICY_TABLES for change in changes) else CONFIGURATION


def granted_in(changes: Sequence[Change]) -> list[Grant]:
    """The grants in these changes, at most a hundred."""
    found = (grant for change in changes for grant in grants(change))
    return [grant for grant, _ in zip(found, range(NAMED_GRANTS), strict=False)]


def turned_in(changes: Sequence[Change]) -> list[Grant]:
    """The users whose recording flag, or whose profile's permission to listen in, was turned on ("yes") or off ("no"),
    who got such a profile or now use it, and those with a role or admin scope whose address was changed; at most a
    hundred. Of new users the trail says that they are new, and what profiles allow.
    """
    found = (turn for change in changes for turn in (*_moves(change), *_turns(change), *_used(change)))
    return [turn for turn, _ in zip(found, range(NAMED_GRANTS), strict=False)]


def secrets_in(changes: Sequence[Change]) -> list[str]:
    """The phones and trunks that got another password, at most a hundred; the trail never has the passwords."""
    found = (f"{change.noun.name} {' '.join(change.key)}" for change in changes if _has_other_secret(change))
    return [one for one, _ in zip(found, range(NAMED_GRANTS), strict=False)]


def _has_other_secret(change: Change) -> bool:
    if not change.noun.secrets or change.after is None:
        return False
    before, after = (_secrets_of(change, row) for row in (change.before, change.after))
    return any(after) and before != after


def _secrets_of(change: Change, row: Row | None) -> list[str | None]:
    return [] if row is None else [getattr(row, one) for one in sorted(change.noun.secrets)]


def _moves(change: Change) -> Iterator[Grant]:
    """The new address of somebody with a role or admin scope."""
    before, after = change.before, change.after
    if change.noun.table != "user" or before is None or after is None or before.email == after.email:
        return
    if any(getattr(before, name) != usual for name, usual in _GRANTED_COLUMNS.items()):
        yield Grant(change.key.username, ADDRESS, before.email or None, after.email or None)


def _allowed(change: Change) -> Iterator[Grant]:
    """The profile that allows listening in now, and did not before."""
    yield from (one for one in _turns(change) if one.what.startswith(ALLOW_LISTEN) and one.after == "yes")


def _used(change: Change) -> Iterator[Grant]:
    """The profile that a user uses now, if others may listen during it."""
    before, after = change.before, change.after
    if allows_listening(change) and after is not None and after.active and not (before is not None and before.active):
        yield Grant(change.key.username, IN_USE, None, change.key.name)


def _turns(change: Change) -> Iterator[Grant]:
    column = _TURNED.get(change.noun.table)
    if change.noun.table == "profile" and change.before is None and change.after and change.after.allow_listen:
        yield Grant(change.key.username, f"{ALLOW_LISTEN} ({change.key.name})", None, "yes")
    if column is None or change.before is None or change.after is None:
        return
    before, after = ("yes" if getattr(row, column) else "no" for row in (change.before, change.after))
    if before != after:
        what = RECORDING if change.noun.table == "user" else f"{ALLOW_LISTEN} ({change.key.name})"
        yield Grant(change.key.username, what, before, after)
