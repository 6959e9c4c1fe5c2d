"""Finds the recordings that have all of several keywords, in any order, however many recordings each has.

A page costs the same wherever it is: it is read from an index, after the last thing of the page before. Of several
conditions the rarest leads and the others are checked for each of its recordings; where all are common and fit together
seldom, looking ends after so many, and the next page goes on from there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fsplug.policy.number_parts import MOST_DIGITS
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search import by_length, forms
from fsplug.store.recordings.search.forms import Form, Seen
from fsplug.store.recordings.search.keywords import Keyword, KeywordKind
from fsplug.store.recordings.search.order import Order

# A time (epoch seconds) later than any call.
FOREVER = 1e12
# The number of recordings cheap enough to read at once; and the number read at a time when all conditions are common.
FEW = 2_000
# By length so many times as many: each one that is looked at along the index costs more than to sort it.
_FEW_BY_LENGTH = 4
_STEPS = (1_000, 4_000, 15_000)
# If more numbers than this hold the typed digits, the recordings are read through instead.
_MOST_NUMBERS = 500


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """What to look for in a company (an id): recordings with one keyword of each condition, and with one of the digits
    `parts`. Conditions that usually hold for fewer recordings stand first. `knows_direction`: one is of the wanted
    direction alone. A cursor has the length in place of the time where the order is by length.
    """

    company: str
    conditions: tuple[tuple[int, ...], ...]
    parts: tuple[str, ...]
    since: float
    until: float
    direction: str
    knows_direction: bool
    order: Order = Order.NEWEST


@dataclass(frozen=True, slots=True)
class _Plan:
    """What leads, and what is checked; `is_short` when it leads to few."""

    leading: tuple[int, ...]
    checked: tuple[tuple[int, ...], ...]
    parts: tuple[str, ...]
    direction: str
    since: float
    until: float
    is_short: bool
    order: Order

    @property
    def is_plain(self) -> bool:
        """Whether every candidate fits."""
        return not (self.checked or self.parts or self.direction)


def keys_of(store: Store, query: KeywordQuery, limit: int, before: Cursor | None) -> tuple[list[Cursor], Cursor | None]:
    """The time and id of each recording, and where the search stopped if it found fewer than `limit`."""
    plan = _plan(store, query, None if query.order.is_by_length else before)
    if plan is None:
        return [], None
    if query.order.is_by_length:
        return _by_length(store, query.company, plan, limit, before)
    if plan.is_short or (plan.is_plain and len(plan.leading) == 1):
        return _fitting(store, plan, limit, before), None
    found: list[Cursor] = []
    for step in _STEPS:
        seen = _looked_through(store, plan, step, before)
        found += [(one.at, one.recording) for one in seen if one.fits]
        if len(found) >= limit or len(seen) < step:
            return found[:limit], None
        before = (seen[-1].at, seen[-1].recording)
    return found, before


def _by_length(
    store: Store, company: str, plan: _Plan, limit: int, before: Cursor | None
) -> tuple[list[Cursor], Cursor | None]:
    if plan.is_short:
        form, values = _form(plan, before), _values(plan, before)
        several = len(plan.leading) > 1
        leading = {"leading": plan.leading} if several else {"leading_0": plan.leading[0]}
        few = by_length.of_few(form, several).rows(store, **leading, **values, limit=limit)
        return [(one.seconds, one.recording) for one in few], None
    keys: list[Cursor] = []
    for step in _STEPS:
        form, values = _form(plan, before), _values(plan, before)
        asked = {**values, "company": company, "leading": plan.leading, "most": step}
        found = by_length.along(form).rows(store, **asked, limit=limit - len(keys))
        keys += [(one.seconds, one.recording) for one in found]
        if len(keys) >= limit:
            return keys, None
        bounds = {name: value for name, value in values.items() if name.startswith("before")}
        end = by_length.end_of(form).row(store, company=company, skipped=step - 1, **bounds)
        if end is None:
            return keys, None
        before = (end.seconds, end.recording)
    return keys, before


def _plan(store: Store, query: KeywordQuery, before: Cursor | None) -> _Plan | None:
    """The condition that holds for the fewest recordings leads. None when nothing can be found."""
    since, end = query.since, query.until
    if before and query.order.is_ascending:
        since = max(since, before[0])
    elif before:
        end = min(end, before[0] + 1.0)
    everything = (Keyword(KeywordKind.ALL, "", query.direction).id(query.company),)
    few = FEW * (_FEW_BY_LENGTH if query.order.is_by_length else 1)
    counts = {one: _count(store, one, since, end, few) for one in (everything, *query.conditions)}
    # Of equals the first, as far as they were counted; everything leads only when there is nothing else.
    leading = min((*query.conditions, everything), key=lambda one: counts[one])
    numbers: tuple[int, ...] = ()
    if query.parts and counts[leading] > few:
        numbers = _numbers(store, query)
        if not numbers:
            return None
        if len(numbers) <= _MOST_NUMBERS:
            counts[numbers] = _count(store, numbers, since, end, few)
            if len(numbers) == 1 or counts[numbers] <= few:
                leading = numbers
    of_direction = query.knows_direction or leading == everything
    return _Plan(
        leading,
        tuple(one for one in query.conditions if one != leading),
        () if leading == numbers else query.parts,
        "" if of_direction else query.direction,
        query.since,
        query.until,
        counts[leading] <= few,
        query.order,
    )


def _count(store: Store, keywords: Sequence[int], since: float, until: float, few: int) -> int:
    """How many recordings there are, counted up to `few` plus one."""
    return forms.COUNT.one(store, keywords=keywords, since=since, until=until, most=few + 1)


def _numbers(store: Store, query: KeywordQuery) -> tuple[int, ...]:
    """The numbers that hold one of the parts; if there are too many, one more than can lead."""
    found: set[int] = set()
    for part in query.parts:
        last, most = part + "9" * MOST_DIGITS, _MOST_NUMBERS + 1
        found.update(forms.NUMBERS.rows(store, company=query.company, first=part, last=last, limit=most))
    return tuple(sorted(found))


def _fitting(store: Store, plan: _Plan, limit: int, before: Cursor | None) -> list[Cursor]:
    statement = forms.fitting(_form(plan, before), several=len(plan.leading) > 1)
    leading = {"leading": plan.leading} if len(plan.leading) > 1 else {"leading_0": plan.leading[0]}
    found = statement.rows(store, **leading, **_values(plan, before), limit=limit)
    return [(one.at, one.recording) for one in found]


def _looked_through(store: Store, plan: _Plan, count: int, before: Cursor | None) -> list[Seen]:
    """The next `count` candidates, each with whether it fits."""
    statement = forms.looked_through(_form(plan, before), leading=len(plan.leading))
    leading = {f"leading_{at}": keyword for at, keyword in enumerate(plan.leading)}
    return statement.rows(store, **leading, **_values(plan, before), limit=count)


def _form(plan: _Plan, before: Cursor | None) -> Form:
    return Form(len(plan.checked), len(plan.parts), bool(plan.direction), before is not None, plan.order)


def _values(plan: _Plan, before: Cursor | None) -> Mapping[str, object]:
    """The values for a statement of this form, except the leading keywords and the limit."""
    values: dict[str, object] = {"since": plan.since, "until": plan.until}
    values |= {f"checked_{at}": keywords for at, keywords in enumerate(plan.checked)}
    values |= {f"part_{at}": f"%{part}%" for at, part in enumerate(plan.parts)}
    if plan.direction:
        values["direction"] = plan.direction
    if before is not None:
        values["before_at"], values["before_recording"] = before
    return values
