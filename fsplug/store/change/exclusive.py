"""No two companies have the same number: seen over all companies, in the transaction that makes the change."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from fsplug.errors import Invalid
from fsplug.policy.ranges import NumberRange, Ranges
from fsplug.store.change.claims import MOBILE, was_verified
from fsplug.store.config import ranges, users
from fsplug.store.config.nouns import Change
from fsplug.store.config.ranges import RANGE, number_range
from fsplug.store.db.database import Store

Changes = Mapping[str, Sequence[Change]]
# Longer than any number that begins the same way.
_AFTER_ALL = "~"


def concerns(changes: Iterable[Change]) -> bool:
    """Whether the changes give a company numbers, or say that a mobile is a user's."""
    return any(change.noun is RANGE or _vouches(change) for change in changes)


def check(store: Store, changes_of: Changes) -> None:
    """Invalid("range-taken", "number-taken") if the changes (by domain) give somebody what another company has.

    Only the operator gives companies ranges and vouches for numbers, and is told whose they are. The changes may have
    been made already.
    """
    if not concerns(change for changes in changes_of.values() for change in changes):
        return
    owned = {(one.domain, one.first): NumberRange(one.first, one.last) for one in ranges.every(store)}
    gives = any(change.noun is RANGE and change.after for changes in changes_of.values() for change in changes)
    # There may be tens of thousands.
    held = {(one.domain, one.number): one.username for one in ranges.held(store)} if gives else {}
    for domain, changes in changes_of.items():
        for change in changes:
            _overlay(owned, held, domain, change)
    for domain, changes in changes_of.items():
        _check_company(domain, changes, owned, held)


def _overlay(
    owned: dict[tuple[str, str], NumberRange], held: dict[tuple[str, str], str], domain: str, change: Change
) -> None:
    """Put a change in place, whether or not the store has it by now."""
    if change.noun is RANGE:
        owned.pop((domain, change.key.first), None)
        if change.after is not None:
            owned[domain, change.key.first] = number_range(change.after)
    if change.noun is users.USER_NUMBER:
        held.pop((domain, change.key.number), None)
        if change.after is not None and change.after.verified:
            held[domain, change.key.number] = change.after.username


def _check_company(
    domain: str,
    changes: Sequence[Change],
    owned: Mapping[tuple[str, str], NumberRange],
    held: Mapping[tuple[str, str], str],
) -> None:
    given = [number_range(one.after) for one in changes if one.noun is RANGE and one.after is not None]
    vouched = [one.after.number for one in changes if _vouches(one) and one.after is not None]
    if not given and not vouched:
        return
    own = Ranges(one for (its, _), one in owned.items() if its == domain)
    others = _Others(_Owned(one, its) for (its, _), one in owned.items() if its != domain)
    for one in given:
        _check_range(domain, one, others)
    for number in vouched:
        if not own.has(number) and (taken := others.overlapping(NumberRange(number, number))):
            text = f"{number} is among the numbers of {taken.owner} ({taken.range}); it can't be a mobile of {domain}"
            raise Invalid("number-taken", text, company=domain, number=number)
    gives = Ranges(given)
    for (its, number), username in held.items():
        if its != domain and gives.has(number):
            text = f"user {username} of {its} has {number}; take it out there first, with: "
            command = f"fsplug user set --company {its} {username}"
            raise Invalid("range-taken", text + command, company=domain, number=number)


def _check_range(domain: str, wanted: NumberRange, others: "_Others") -> None:
    taken = others.overlapping(wanted)
    if taken is not None:
        text = f"{wanted} overlaps {taken.range}, which {taken.owner} has; take it from {taken.owner} first, with: "
        command = f"fsplug number range remove --company {taken.owner} {taken.range.first}"
        raise Invalid("range-taken", text + command, company=domain, first=wanted.first, last=wanted.last)


def _vouches(change: Change) -> bool:
    """Whether a mobile becomes known to be the user's; it may lie in the company's own ranges."""
    row = change.after
    if change.noun is not users.USER_NUMBER or row is None or row.kind != MOBILE:
        return False
    return bool(row.verified) and not was_verified(change)


@dataclass(frozen=True, slots=True)
class _Owned:
    range: NumberRange
    owner: str


class _Others:
    """Ranges of other companies, in the order of the numbers."""

    def __init__(self, owned: Iterable[_Owned]) -> None:
        self._owned = sorted(owned, key=lambda one: one.range)
        self._firsts = [one.range.first for one in self._owned]
        # For each place, which range up to there ends last.
        self._latest = list(accumulate(range(len(self._owned)), self._later))

    def overlapping(self, wanted: NumberRange) -> _Owned | None:
        """A range that overlaps the wanted one."""
        place = bisect_right(self._firsts, wanted.last + _AFTER_ALL)
        found = self._owned[self._latest[place - 1]] if place else None
        return found if found and found.range.last + _AFTER_ALL >= wanted.first else None

    def _later(self, one: int, other: int) -> int:
        return max(one, other, key=lambda place: self._owned[place].range.last + _AFTER_ALL)
