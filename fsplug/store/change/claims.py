"""What a company may call its own: extensions that read as nothing else, and the numbers that the operator gave it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from fsplug.policy.extensions import extension_trouble, extension_trouble_said
from fsplug.policy.ranges import Ranges, range_trouble
from fsplug.store.change import present
from fsplug.store.change.coded import Coded
from fsplug.store.change.view import View, WholeCompany
from fsplug.store.config import companies, groups, ivrs, numbers, users
from fsplug.store.config.nouns import Change, Noun, Row
from fsplug.store.config.ranges import RANGE, number_range
from fsplug.store.db.database import Store

FIXED, MOBILE = "fixed", "mobile"
Trouble = tuple[str, str]
# What a company calls its own inside: the noun, its column with the number, and what people call it.
_INSIDE = (
    (users.USER, "extension", "user {row.username}", "extension: "),
    (groups.RING_GROUP, "number", "group {row.number}", ""),
    (ivrs.IVR, "number", "ivr {row.number}", ""),
)


def settled(changes: Iterable[Change], given: Callable[[], Ranges]) -> Iterator[Change]:
    """The changes, with whether each number of a user counts. `given` reads the company's ranges after the changes.

    A number of the company's counts. Of a mobile that the entry says nothing about it stays as it was.
    """
    known: Ranges | None = None
    for change in changes:
        after = change.after
        if change.noun is not users.USER_NUMBER or after is None:
            yield change
            continue
        known = known or given()
        counts = after.kind == FIXED or known.has(after.number) or after.verified
        if counts is None:
            counts = was_verified(change)
        yield change._replace(after=after._replace(verified=bool(counts)))


def of_rows(rows: Iterable[Row]) -> Ranges:
    """The ranges of these rows of `RANGE`."""
    return Ranges(map(number_range, rows))


def claimed(change: Change) -> Row | None:
    """The user's number that this change adds, leads to another user, or makes another kind of number; or None."""
    before, after = change.before, change.after
    if change.noun is not users.USER_NUMBER or after is None:
        return None
    is_new = before is None or (before.username, before.kind) != (after.username, after.kind)
    return after if is_new else None


def is_vouched_for(change: Change, owned: Ranges) -> bool:
    """Whether the change says of a number that is not the company's that it is the user's all the same."""
    if change.noun is not users.USER_NUMBER or change.after is None or not change.after.verified:
        return False
    if change.after.kind == FIXED and claimed(change) is not None:
        # Nobody vouches for it: `troubles_of` has it.
        return False
    return not was_verified(change) and not owned.has(change.after.number)


def troubles_of(domain: str, view: View, changes: Sequence[Change]) -> Iterator[Trouble]:
    """Every entry that claims what is not the company's, and why; `view` is the company after the changes."""
    yield from _extensions(view, changes)
    yield from _ranges(view, changes)
    yield from _numbers(domain, view, changes)
    yield from _of_removed_ranges(view, changes)


def standing(store: Store, domain: str) -> Iterator[Trouble]:
    """Every entry that the company has and that would be refused now; Invalid("unknown-company")."""
    rows = present.rows(store, domain)
    known = (*(noun for noun, *_ in _INSIDE), users.USER_NUMBER, numbers.NUMBER)
    yield from troubles_of(
        domain, WholeCompany(rows), [Change(noun, key, None, row) for noun in known for key, row in rows[noun].items()]
    )


def was_verified(change: Change) -> bool:
    """Whether the mobile was known to be this user's before the change."""
    before, after = change.before, change.after
    if before is None or after is None or before.username != after.username:
        return False
    return before.kind == after.kind == MOBILE and bool(before.verified)


def _extensions(view: View, changes: Sequence[Change]) -> Iterator[Trouble]:
    company = view.row(companies.DETAIL, companies.DETAIL.key_type())
    if company is None or not company.country:
        return
    for noun, column, called, where in _INSIDE:
        for row in _new_inside(view, changes, noun, column):
            trouble = extension_trouble(getattr(row, column) or "", company.country)
            if trouble is not None:
                extension = getattr(row, column)
                said = f"{where}{extension} {extension_trouble_said(trouble, company.country)}"
                yield called.format(row=row), Coded(f"extension-{trouble}", said, value=extension)


def _new_inside(view: View, changes: Sequence[Change], noun: Noun, column: str) -> list[Row]:
    """The rows with a new extension; every row where the country is another one."""
    for change in changes:
        if change.noun is companies.DETAIL and change.action == "change":
            return view.everything(noun)
    its = (one for one in changes if one.noun is noun and one.after is not None)
    return [one.after for one in its if one.before is None or getattr(one.before, column) != getattr(one.after, column)]


def _ranges(view: View, changes: Sequence[Change]) -> Iterator[Trouble]:
    new = [one.after for one in changes if one.noun is RANGE and one.after is not None]
    if not new:
        return
    for row in new:
        if row.last and (trouble := range_trouble(row.first, row.last)):
            yield f"range {row.first}", trouble
    known = sorted(map(number_range, view.everything(RANGE)))
    for one, following in pairwise(known):
        if one.overlaps(following):
            yield f"range {following.first}", f"{following} overlaps {one}; give one range that holds both"


def _numbers(domain: str, view: View, changes: Sequence[Change]) -> Iterator[Trouble]:
    held = filter(None, map(claimed, changes))
    found = [(f"user {row.username}", "fixed number: ", row.number) for row in held if row.kind == FIXED]
    led = (one.key.number for one in changes if one.noun is numbers.NUMBER and one.before is None)
    found += [(f"number {number}", "", number) for number in led]
    if not found:
        return
    owned = of_rows(view.everything(RANGE))
    for entry, where, number in found:
        if not owned.has(number):
            yield entry, Coded("not-our-number", f"{where}{not_owned(domain, number)}", value=number)


def not_owned(domain: str, number: str) -> str:
    """Why a company can't have this number: whether another company has it must not be seen from the words."""
    command = f"fsplug number range add --company {domain} {number}"
    return f"{number} is not one of the company's numbers; the operator of this fsplug gives it with: {command}"


def _of_removed_ranges(view: View, changes: Sequence[Change]) -> Iterator[Trouble]:
    gone = [one.before for one in changes if one.noun is RANGE and one.before is not None]
    if not gone:
        return
    removed, left = of_rows(gone), of_rows(view.everything(RANGE))
    held = [(row.number, f"user {row.username} has it") for row in view.everything(users.USER_NUMBER) if row.verified]
    held += [(row.number, "calls to it are led on") for row in view.everything(numbers.NUMBER)]
    for number, how in held:
        if removed.has(number) and not left.has(number):
            yield f"range of {number}", f"{number} is in use: {how}; take it out there first, or keep the range"
