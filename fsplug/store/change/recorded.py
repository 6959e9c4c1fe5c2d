"""The users and ring groups of whom a change makes policy decide otherwise, though it changes no policy."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from fsplug.policy.entities import DepartmentPolicy, GroupMode
from fsplug.policy.recording.verdict import recorded_in
from fsplug.policy.terms import DEFAULT_TERMS, TERM_NAMES, terms_facts
from fsplug.store.config import policies, users
from fsplug.store.config.nouns import Change, Row
from fsplug.store.db.database import Store

_DEFAULTS = terms_facts(DEFAULT_TERMS)


class Recorded:
    """What the policy in the store makes of the users and numbers that `changes` change."""

    def __init__(self, store: Store, domain: str, changes: Sequence[Change]) -> None:
        self._store, self._domain = store, domain
        self._excluded = policies.excluded_of(store, domain, filter(None, map(_moved_number, changes)))

    def is_turned(self, change: Change) -> bool:
        """Whether the user's calls are recorded by other boxes or terms than before, or only now, or no more.

        Nobody is recorded without the recording flag, before they are added, or after they are removed.
        """
        if change.noun is not users.USER:
            return False
        was, will_be = (row is not None and bool(row.record) for row in (change.before, change.after))
        if not (was and will_be):
            return was or will_be
        departments = {row.department for row in (change.before, change.after) if row is not None}
        return len(departments) > 1 and len({recorded_in(one, self._boxes) for one in departments}) > 1

    def is_excluded(self, change: Change) -> bool:
        """Whether a user gets or loses an excluded number, with which none of the user's calls is recorded."""
        return _moved_number(change) in self._excluded

    @cached_property
    def _boxes(self) -> Mapping[str, DepartmentPolicy]:
        return policies.of_departments(self._store, self._domain)


def says_nothing(row: Row | None) -> bool:
    """Whether a ring group's policy is as that of a group that is just made, or there is none."""
    if row is None:
        return True
    return row.mode == GroupMode.DEPARTMENT and {name: getattr(row, name) for name in TERM_NAMES} == _DEFAULTS


def _moved_number(change: Change) -> str | None:
    """The number that another user has, or nobody, once the change is made; an unverified one counts for nothing."""
    if change.noun is not users.USER_NUMBER:
        return None
    before, after = (row.username if row is not None and row.verified else None for row in change[2:])
    return change.key.number if before != after else None
