"""Which rows of a company name other rows, and which names a change leaves without a row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fsplug.policy.entities import EVERY_DEPARTMENT
from fsplug.store.change.coded import Coded
from fsplug.store.change.view import View
from fsplug.store.config import grants, groups, ivrs, numbers, policies, users
from fsplug.store.config.destinations import TargetKind
from fsplug.store.config.nouns import Change, Noun, Row


class Reference(NamedTuple):
    """What an entry, such as "user 1001", says in a field: the name of a row of `noun`. A document has thousands."""

    entry: str
    field: str
    noun: Noun
    name: str


# The noun that each kind of target names.
_TARGETS: Mapping[str | None, Noun] = {
    TargetKind.USER: users.USER,
    TargetKind.GROUP: groups.RING_GROUP,
    TargetKind.IVR: ivrs.IVR,
}
# The column by which a row is named.
_NAMED_BY: Mapping[Noun, str] = {
    users.DEPARTMENT: "name",
    users.USER: "username",
    groups.RING_GROUP: "number",
    ivrs.IVR: "number",
}
_OF_TARGETS: tuple[tuple[Noun, str], ...] = (
    (groups.RING_GROUP, "overflow_to"),
    (ivrs.IVR, "default_to"),
    (ivrs.CHOICE, "target"),
    (numbers.NUMBER, "closed_to"),
)
# The columns in which rows are named, by what is named there.
_NAMED_IN: Mapping[Noun, tuple[tuple[Noun, str], ...]] = {
    users.DEPARTMENT: (
        (users.USER, "department"),
        (grants.ADMIN_DEPARTMENT, "department"),
        (policies.DEPARTMENT_POLICY, "department"),
    ),
    users.USER: ((groups.MEMBER, "username"), (numbers.NUMBER, "username"), *_OF_TARGETS),
    groups.RING_GROUP: ((numbers.NUMBER, "group"), *_OF_TARGETS),
    ivrs.IVR: ((numbers.NUMBER, "ivr"), (numbers.NUMBER, "closed_to")),
}


def missing(view: View, changes: Sequence[Change]) -> Iterator[tuple[str, str]]:
    """Every entry that names something missing after the changes, and what to do about it."""
    found = [*_new(changes), *_of_removed(view, changes)]
    wanted: dict[Noun, set[str]] = {}
    for reference in found:
        wanted.setdefault(reference.noun, set()).add(reference.name)
    there = {noun: _there(view, noun, names) for noun, names in wanted.items()}
    for reference in dict.fromkeys(found):
        if reference.name not in there[reference.noun]:
            what = f"there is no {reference.noun.name} {reference.name}"
            text = f"{reference.field}: {what}; add it, or take it out here"
            yield reference.entry, Coded(f"no-{reference.noun.name}", text, value=reference.name)


def _there(view: View, noun: Noun, names: set[str]) -> set[str]:
    column = _NAMED_BY[noun]
    return {getattr(row, column) for row in view.holding(noun, column, names)}


def _new(changes: Sequence[Change]) -> Iterator[Reference]:
    for change in changes:
        of_row = _OF_ROWS.get(change.noun)
        if of_row is None or change.after is None:
            continue
        before = set(of_row(change.before)) if change.before is not None else ()
        yield from (one for one in of_row(change.after) if one not in before)


def _of_removed(view: View, changes: Sequence[Change]) -> Iterator[Reference]:
    """All references to rows that the changes remove."""
    gone: dict[Noun, set[str]] = {}
    for change in changes:
        if change.after is None and change.noun in _NAMED_BY:
            name = getattr(change.key, _NAMED_BY[change.noun])
            gone.setdefault(change.noun, set()).add(name)
    for noun, names in gone.items():
        for where, column in _NAMED_IN[noun]:
            for row in view.holding(where, column, names):
                said = _OF_ROWS[where](row)
                yield from (one for one in said if one.noun is noun and one.name in names)


def _of_user(user: Row) -> Iterator[Reference]:
    if user.department is not None:
        yield Reference(f"user {user.username}", "department", users.DEPARTMENT, user.department)


def _of_admin_department(grant: Row) -> Iterator[Reference]:
    yield Reference(f"user {grant.username}", "admin_departments", users.DEPARTMENT, grant.department)


def _of_member(member: Row) -> Iterator[Reference]:
    yield Reference(f"group {member.group}", "member", users.USER, member.username)


def _of_policy(policy: Row) -> Iterator[Reference]:
    if policy.department != EVERY_DEPARTMENT:
        yield Reference(f"policy {policy.department}", "department", users.DEPARTMENT, policy.department)


def _of_number(number: Row) -> Iterator[Reference]:
    entry = f"number {number.number}"
    leads = ((TargetKind.USER, number.username), (TargetKind.GROUP, number.group), (TargetKind.IVR, number.ivr))
    for kind, to in leads:
        yield from _of_target(entry, kind, kind, to)
    yield from _of_target(entry, "closed", number.closed_kind, number.closed_to)


def _of_group(group: Row) -> Iterator[Reference]:
    yield from _of_target(f"group {group.number}", "overflow", group.overflow_kind, group.overflow_to)


def _of_ivr(ivr: Row) -> Iterator[Reference]:
    yield from _of_target(f"ivr {ivr.number}", "default", ivr.default_kind, ivr.default_to)


def _of_choice(choice: Row) -> Iterator[Reference]:
    yield from _of_target(f"ivr {choice.ivr}", f"choice {choice.digit}", choice.kind, choice.target)


def _of_target(entry: str, field: str, kind: str | None, to: str | None) -> Iterator[Reference]:
    if kind in _TARGETS and to is not None:
        yield Reference(entry, field, _TARGETS[kind], to)


_OF_ROWS: Mapping[Noun, Callable[[Row], Iterator[Reference]]] = {
    users.USER: _of_user,
    grants.ADMIN_DEPARTMENT: _of_admin_department,
    groups.MEMBER: _of_member,
    policies.DEPARTMENT_POLICY: _of_policy,
    numbers.NUMBER: _of_number,
    groups.RING_GROUP: _of_group,
    ivrs.IVR: _of_ivr,
    ivrs.CHOICE: _of_choice,
}
