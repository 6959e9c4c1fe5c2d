"""Edits of a recording policy: the edit, the version it was made from, and what others have changed since."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TypeVar

from fsplug.policy.entities import EVERY_DEPARTMENT, DepartmentPolicy, GroupPolicy, PolicySnapshot
from fsplug.policy.terms import TERM_NAMES, TERMS, Plain, Terms, terms_facts

Policy = TypeVar("Policy", DepartmentPolicy, GroupPolicy)


class What(StrEnum):
    """The parts of a policy that can differ, besides its terms."""

    OUTGOING = "outgoing"
    INTERNAL = "internal"
    INCOMING = "incoming"
    MODE = "mode"
    EXCLUDED = "excluded"


class Subject(StrEnum):
    """What a difference between two policies is about."""

    DEPARTMENT = "department"
    GROUP = "group"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """One difference, in a department (or `*`), a ring group (its number) or an excluded number.

    Boxes and excluded numbers go from "yes" to "no" or back; a term, by its key, from one plain value to another.
    """

    subject: Subject
    name: str
    what: What | str
    before: Plain
    after: Plain


@dataclass(frozen=True, slots=True)
class PolicyEdit:
    """The departments and ring groups, each in full and by name, as somebody who saw policy `version` wants them.

    `never` are numbers (E.164) to exclude, with their notes; `again` are numbers to exclude no longer.
    """

    version: int
    departments: Mapping[str, DepartmentPolicy] = field(default_factory=dict)
    groups: Mapping[str, GroupPolicy] = field(default_factory=dict)
    never: Mapping[str, str] = field(default_factory=dict)
    again: frozenset[str] = frozenset()


def of_department(name: str, snapshot: PolicySnapshot) -> DepartmentPolicy:
    """The boxes that count for a department: its own, else those of `EVERY_DEPARTMENT`, else none ticked."""
    others = snapshot.departments.get(EVERY_DEPARTMENT, DepartmentPolicy(EVERY_DEPARTMENT))
    return snapshot.departments.get(name) or replace(others, department=name)


def of_group(number: str, snapshot: PolicySnapshot) -> GroupPolicy:
    """The policy that counts for a ring group."""
    return snapshot.groups.get(number) or GroupPolicy(number)


def rebased(policy_edit: PolicyEdit, seen: PolicySnapshot, current: PolicySnapshot) -> PolicyEdit:
    """The same edit of the current policy: whatever the edit left as `seen` takes its current value."""
    return PolicyEdit(
        current.version,
        {
            name: _merged(wanted, of_department(name, seen), of_department(name, current))
            for name, wanted in policy_edit.departments.items()
        },
        {
            number: _merged(wanted, of_group(number, seen), of_group(number, current))
            for number, wanted in policy_edit.groups.items()
        },
        {number: note for number, note in policy_edit.never.items() if number not in current.excluded},
        policy_edit.again & current.excluded,
    )


def to_put(policy_edit: PolicyEdit, current: PolicySnapshot) -> Iterator[DepartmentPolicy | GroupPolicy]:
    """The fewest policies to set so that every department and group has what the edit wants.

    A department gets its own boxes only if the edit wants other boxes for it than those of `EVERY_DEPARTMENT`.
    """
    others = policy_edit.departments.get(EVERY_DEPARTMENT, of_department(EVERY_DEPARTMENT, current))
    for name, wanted in policy_edit.departments.items():
        follows = name != EVERY_DEPARTMENT and name not in current.departments
        counts = replace(others, department=name) if follows else of_department(name, current)
        if wanted != counts:
            yield wanted
    for number, mode in policy_edit.groups.items():
        if mode != of_group(number, current):
            yield mode


def differences(before: PolicySnapshot, after: PolicySnapshot, departments: Iterable[str]) -> list[PolicyDifference]:
    """The differences for these departments, for every other department, for ring groups and for numbers."""
    names = dict.fromkeys((EVERY_DEPARTMENT, *departments))
    numbers = sorted(before.groups.keys() | after.groups.keys())
    return [
        *(one for name in names for one in _of_departments(name, before, after)),
        *(one for number in numbers for one in _of_groups(number, before, after)),
        *(
            PolicyDifference(
                Subject.NUMBER, number, What.EXCLUDED, _yes(number in before.excluded), _yes(number in after.excluded)
            )
            for number in sorted(before.excluded ^ after.excluded)
        ),
    ]


def _of_departments(name: str, before: PolicySnapshot, after: PolicySnapshot) -> Iterator[PolicyDifference]:
    old, new = of_department(name, before), of_department(name, after)
    for what in (What.OUTGOING, What.INTERNAL, What.INCOMING):
        was, becomes = getattr(old, what), getattr(new, what)
        if was != becomes:
            yield PolicyDifference(Subject.DEPARTMENT, name, what, _yes(was), _yes(becomes))
    yield from _of_terms(Subject.DEPARTMENT, name, old.terms, new.terms)


def _of_groups(number: str, before: PolicySnapshot, after: PolicySnapshot) -> Iterator[PolicyDifference]:
    old, new = of_group(number, before), of_group(number, after)
    if old.mode != new.mode:
        yield PolicyDifference(Subject.GROUP, number, What.MODE, old.mode, new.mode)
    yield from _of_terms(Subject.GROUP, number, old.terms, new.terms)


def _of_terms(subject: Subject, name: str, old: Terms, new: Terms) -> Iterator[PolicyDifference]:
    was, becomes = terms_facts(old), terms_facts(new)
    for term in TERMS:
        if was[term.name] != becomes[term.name]:
            yield PolicyDifference(subject, name, term.key, was[term.name], becomes[term.name])


def _merged(wanted: Policy, seen: Policy, current: Policy) -> Policy:
    """A three-way merge: a field that differs between `wanted` and `seen` is taken from `wanted`, the rest from
    `current`.
    """
    changed = {
        one.name: getattr(wanted, one.name)
        for one in fields(wanted)
        if one.name != "terms" and getattr(wanted, one.name) != getattr(seen, one.name)
    }
    terms = {
        name: getattr(wanted.terms, name)
        for name in TERM_NAMES
        if getattr(wanted.terms, name) != getattr(seen.terms, name)
    }
    return replace(current, **changed, terms=replace(current.terms, **terms))


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"
