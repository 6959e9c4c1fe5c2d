"""Whether a change leads calls past a ring group whose policy says something, or to one: then others are recorded."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from fsplug.policy.entities import GroupMode, GroupPolicy
from fsplug.policy.terms import DEFAULT_TERMS
from fsplug.store.audit import leading
from fsplug.store.config import groups, numbers, policies
from fsplug.store.config.destinations import Target, TargetKind, target
from fsplug.store.config.nouns import Change, Row
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import is_current
from fsplug.store.schema.routes import IvrChoices, Ivrs, RingGroups

# Groups and IVRs by kind and number, with all the targets that their callers may be sent on to.
_Edges = Mapping[tuple[str, str], Sequence[Target]]
_Policies = frozenset[GroupPolicy]


@dataclass(frozen=True, slots=True)
class _Edge:
    entry: str
    kind: str | None
    target: str | None


def _edges(table: Any, entry: Any, kind: Any, name: Any) -> Select[_Edge]:
    which = (table.company == given.company) & is_current(table)
    selected = entry.alias("entry"), kind.alias("kind"), name.alias("target")
    return Select(_Edge, lambda: table.select(*selected).where(which))


_EDGES = {
    "group": [_edges(RingGroups, RingGroups.number, RingGroups.overflow_kind, RingGroups.overflow_to)],
    "ivr": [
        _edges(Ivrs, Ivrs.number, Ivrs.default_kind, Ivrs.default_to),
        _edges(IvrChoices, IvrChoices.ivr, IvrChoices.kind, IvrChoices.target),
    ],
}


class LedPast:
    """Where the calls of the company lead before and after `changes`, as far as policy asks for the way they took."""

    def __init__(self, store: Store, domain: str, changes: Sequence[Change]) -> None:
        self._store, self._company, self._domain, self._changes = store, company_id(store, domain), domain, changes

    def of(self, change: Change) -> str | None:
        """The number, ring group or IVR whose calls the change leads so that policy decides otherwise; else None.

        Calls that led nowhere are only recorded less, or not as somebody wishes, where a group is never recorded.
        """
        if change.noun is numbers.HOURS:
            return self._of_hours(change)
        if change.noun is groups.RING_GROUP and self._waits_otherwise(change):
            return f"group {change.key.number}"
        for one in leading.led([change]):
            before, after = self._met(one.before, self._now), self._met(one.after, self._then)
            is_new = one.before is None
            if _forbids(after) if is_new else before != after:
                return f"{one.kind} {one.entry}"
        return None

    def _of_hours(self, change: Change) -> str | None:
        """Hours decide which of two ways calls take."""
        number = change.key.number
        its = [one for one in self._changes if one.noun is numbers.NUMBER and one.key.number == number]
        if any(one.before is None for one in its):
            return None
        found = its[0].after if its else self._row(number)
        ways = filter(None, leading.ways_of("number", found).values())
        return f"number {number}" if len({self._met(one, self._then) for one in ways}) > 1 else None

    def _row(self, number: str) -> numbers.NumberRow | None:
        version = policies.current_version(self._store, self._domain)
        return numbers.row_at(self._store, self._domain, number, version)

    def _waits_otherwise(self, change: Change) -> bool:
        """Whether callers go on to the overflow sooner or later than before, and that is recorded otherwise."""
        before, after = change.before, change.after
        if before is None or after is None or before.ring_seconds == after.ring_seconds or after.overflow_to is None:
            return False
        own = Target(TargetKind.GROUP, change.key.number)
        return self._met(own, {}) != self._met(_overflow(after), self._then)

    def _met(self, where: Target | None, edges: _Edges) -> _Policies:
        """What the policies of all the groups say that calls led there may pass."""
        met, seen, left = set[GroupPolicy](), set[Target](), [where] if where is not None else []
        while left:
            one = left.pop()
            if one not in seen:
                seen.add(one)
                met.update(self._said(one))
                left += edges.get((one.kind, one.name), ())
        return frozenset(met)

    def _said(self, one: Target) -> Iterator[GroupPolicy]:
        policy = self._policies.get(one.name) if one.kind is TargetKind.GROUP else None
        if policy is not None and policy.mode is not GroupMode.DEPARTMENT:
            # Only what is recorded is recorded on terms.
            terms = policy.terms if policy.mode is GroupMode.ALWAYS else DEFAULT_TERMS
            yield replace(policy, group="", terms=terms)

    @cached_property
    def _policies(self) -> Mapping[str, GroupPolicy]:
        return policies.snapshot(self._store, self._domain).groups

    @cached_property
    def _now(self) -> _Edges:
        found = defaultdict[tuple[str, str], list[Target]](list)
        for kind, statements in _EDGES.items():
            for one in (row for statement in statements for row in statement.rows(self._store, company=self._company)):
                if (where := target(one.kind, one.target)) is not None:
                    found[kind, one.entry].append(where)
        return found

    @cached_property
    def _then(self) -> _Edges:
        found = defaultdict(list, {entry: list(targets) for entry, targets in self._now.items()})
        for one in leading.led(self._changes):
            its = found[one.kind, one.entry]
            if one.before in its:
                its.remove(one.before)
            if one.after is not None:
                its.append(one.after)
        return found


def _forbids(met: _Policies) -> bool:
    return any(one.mode is GroupMode.NEVER for one in met)


def _overflow(row: Row) -> Target | None:
    return target(row.overflow_kind, row.overflow_to)
