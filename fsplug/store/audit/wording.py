"""What a change of the configuration is called in the audit trail, and which details the trail holds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import leading
from fsplug.store.config.nouns import Change, Row

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


def named(change: Change) -> list[object]:
    """The change as the trail has it: what was done, the noun, the key, and its old and new values by column, if any.

    None stands for no value; secrets are left out.
    """
    done: list[object] = [change.action, change.noun.name, " ".join(change.key)]
    values = {one: sides for one in change.noun.values if (sides := _sides(change, one)) is not None}
    return [*done, values] if values else done


def facts(changes: Sequence[Change]) -> dict[str, list[str]]:
    """What an entry about these changes says besides: what they grant and turn, which passwords they replace, and where
    they lead calls.
    """
    granted = [str(one) for change in changes for one in grants(change)]
    turned = [str(one) for change in changes for one in turns(change)]
    passwords = [f"{one.noun.name} {' '.join(one.key)}" for one in changes if _has_other_secret(one)]
    led = [str(one) for one in leading.led(changes)]
    found = {"granted": granted, "turned": turned, "passwords": passwords, "led": led}
    return {name: its for name, its in found.items() if its}


def people(changes: Sequence[Change]) -> list[str]:
    """The users whom an entry about these changes is about: to whom they grant something, or of whom they turn it."""
    return sorted({one.username for change in changes for one in (*grants(change), *turns(change))})


def turns(change: Change) -> Iterator[Grant]:
    """The user whose recording flag, or whose profile's permission to listen in, was turned on ("yes") or off ("no"),
    who got such a profile or now uses it, or who has a role or admin scope and another address. Of new users the trail
    says that they are new, and what profiles allow.
    """
    yield from (*_moves(change), *_turns(change), *_used(change))


def _sides(change: Change, column: str) -> list[object] | None:
    if column in change.noun.secrets:
        return None
    before, after = (None if row is None else getattr(row, column) for row in (change.before, change.after))
    # Somebody new with no role has gained nothing by it.
    is_nothing = {before, after} <= {None, "", False, _GRANTED_COLUMNS.get(column)}
    return None if is_nothing or before == after else [before, after]


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
