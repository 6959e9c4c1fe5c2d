"""Where a change leads calls: the numbers, ring groups and IVRs whose calls go elsewhere than before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fsplug.store.config.destinations import Target, TargetKind, target
from fsplug.store.config.nouns import Change


class Way(StrEnum):
    """When calls take a way."""

    OPEN = "open"
    CLOSED = "closed"
    OVERFLOW = "overflow"
    DEFAULT = "default"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Led:
    """Calls to an entry (`kind` number, group or ivr, by its number) that lead elsewhere now. None: nowhere.

    `digit` is the choice that is pressed.
    """

    kind: str
    entry: str
    way: Way
    before: Target | None
    after: Target | None
    digit: str = ""

    @property
    def is_outside(self) -> bool:
        """Whether the calls are led to a number outside, and were not, or to another one."""
        return self.after is not None and self.after.kind is TargetKind.NUMBER

    def __str__(self) -> str:
        way = f"{self.way} {self.digit}".rstrip()
        return f"{self.kind} {self.entry}: {way}: {_said(self.before)} -> {_said(self.after)}"


def led(changes: Sequence[Change]) -> Iterator[Led]:
    """Every way that these changes lead elsewhere."""
    for change in changes:
        for one in _ways(change):
            if one.before != one.after:
                yield one


def _ways(change: Change) -> Iterator[Led]:
    if change.noun.table not in _OF:
        return
    key = change.key
    before, after = ways_of(change.noun.table, change.before), ways_of(change.noun.table, change.after)
    for way in dict.fromkeys((*before, *after)):
        kind, entry = _OF[change.noun.table]
        digit = key.digit if way is Way.CHOICE else ""
        yield Led(kind, getattr(key, entry), way, before.get(way), after.get(way), digit)


# The tables that lead calls: the kind of the entry, and the column of the key that names it.
_OF: Mapping[str, tuple[str, str]] = {
    "number": ("number", "number"),
    "ring_group": ("group", "number"),
    "ivr": ("ivr", "number"),
    "ivr_choice": ("ivr", "ivr"),
}


def ways_of(table: str, row: Any) -> Mapping[Way, Target | None]:
    """The ways that calls take by a row of this table, or by an object with its columns; none without one."""
    if row is None:
        return {}
    if table == "number":
        named = ((TargetKind.USER, row.username), (TargetKind.GROUP, row.group), (TargetKind.IVR, row.ivr))
        leads = next((Target(kind, name) for kind, name in named if name is not None), None)
        return {Way.OPEN: leads, Way.CLOSED: target(row.closed_kind, row.closed_to)}
    if table == "ring_group":
        return {Way.OVERFLOW: target(row.overflow_kind, row.overflow_to)}
    if table == "ivr":
        return {Way.DEFAULT: target(row.default_kind, row.default_to)}
    return {Way.CHOICE: target(row.kind, row.target)}


def _said(where: Target | None) -> str:
    return f"{where.kind} {where.name}" if where is not None else "-"
