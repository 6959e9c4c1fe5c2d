"""Which recordings several keywords are all of, newest first, whatever there are of each.

A page costs the same wherever it is: it is read from an index, after the last thing of the page before. Of several
conditions the rarest leads and the others are checked for each of its recordings; where all are common and fit together
seldom, looking ends after so many, and the next page goes on from there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search.keywords import MOST_DIGITS, Keyword, Kind

# Epoch seconds that no call reaches.
FOREVER = 1e12
# What is read through at once without a thought; and how much at a time when common conditions are looked through.
FEW = 2_000
_STEPS = (1_000, 4_000, 15_000)
# When more numbers than these hold what was typed, the recordings are looked through instead.
_MOST_NUMBERS = 500


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for in a company (an id): of each condition one of its keywords, and one of the digits `parts`.

    Conditions that hold for fewer as a rule stand first. `knows_direction`: one is of the wanted direction alone.
    """

    company: str
    conditions: tuple[tuple[int, ...], ...]
    parts: tuple[str, ...]
    since: float
    until: float
    direction: str
    knows_direction: bool


@dataclass(frozen=True, slots=True)
class _Hunt:
    """What leads, and what is checked; `is_short` when it leads to few."""

    leading: tuple[int, ...]
    checked: tuple[tuple[int, ...], ...]
    parts: tuple[str, ...]
    direction: str
    since: float
    until: float
    is_short: bool

    @property
    def is_plain(self) -> bool:
        """Whether whatever leads fits."""
        return not (self.checked or self.parts or self.direction)


def keys_of(store: Store, wish: Wish, limit: int, before: Cursor | None) -> tuple[list[Cursor], Cursor | None]:
    """Time and id of each, and where looking ended, if it did before there were so many."""
    hunt = _hunt(store, wish, before)
    if hunt is None:
        return [], None
    if hunt.is_short or (hunt.is_plain and len(hunt.leading) == 1):
        return _fitting(store, hunt, limit, before), None
    found: list[Cursor] = []
    for step in _STEPS:
        seen = _looked_through(store, hunt, step, before)
        found += [(at, recording) for at, recording, fits in seen if fits]
        if len(found) >= limit or len(seen) < step:
            return found[:limit], None
        before = seen[-1][:2]
    return found, before


def _hunt(store: Store, wish: Wish, before: Cursor | None) -> _Hunt | None:
    """The condition that holds for the fewest recordings leads. None when nothing can be found."""
    end = min(wish.until, before[0] + 1.0) if before else wish.until
    everything = (Keyword(Kind.ALL, "", wish.direction).id(wish.company),)
    counts = {one: _count(store, one, wish.since, end) for one in (everything, *wish.conditions)}
    # Of equals the first, as far as they were counted; everything leads only when there is nothing else.
    leading = min((*wish.conditions, everything), key=lambda one: counts[one])
    numbers: tuple[int, ...] = ()
    if wish.parts and counts[leading] > FEW:
        numbers = _numbers(store, wish)
        if not numbers:
            return None
        if len(numbers) <= _MOST_NUMBERS:
            counts[numbers] = _count(store, numbers, wish.since, end)
            if len(numbers) == 1 or counts[numbers] <= FEW:
                leading = numbers
    of_direction = wish.knows_direction or leading == everything
    return _Hunt(
        leading,
        tuple(one for one in wish.conditions if one != leading),
        () if leading == numbers else wish.parts,
        "" if of_direction else wish.direction,
        wish.since,
        wish.until,
        counts[leading] <= FEW,
    )


def _count(store: Store, keywords: Sequence[int], since: float, until: float) -> int:
    """How many there are, as far as `FEW` and one."""
    sql = f"""SELECT COUNT(*) FROM (SELECT 1 FROM recording_keyword
        WHERE keyword IN ({_marks(keywords)}) AND at >= ? AND at < ? LIMIT ?) AS counted"""
    [(count,)] = store.rows(sql, *keywords, since, until, FEW + 1)
    return int(count)


def _numbers(store: Store, wish: Wish) -> tuple[int, ...]:
    """The numbers that one of the parts is in; more than can lead when there are too many."""
    found: set[int] = set()
    sql = "SELECT DISTINCT keyword FROM number_part WHERE company = ? AND part >= ? AND part <= ? LIMIT ?"
    for part in wish.parts:
        last = part + "9" * MOST_DIGITS
        found |= {key for (key,) in store.rows(sql, wish.company, part, last, _MOST_NUMBERS + 1)}
    return tuple(sorted(found))


def _fitting(store: Store, hunt: _Hunt, limit: int, before: Cursor | None) -> list[Cursor]:
    conditions, params = _checks(hunt)
    leading, led = _led(hunt.leading, hunt, before)
    distinct = "DISTINCT " if len(hunt.leading) > 1 else ""
    sql = f"""SELECT {distinct}k.at, k.recording FROM recording_keyword k WHERE {" AND ".join((leading, *conditions))}
        ORDER BY k.at DESC, k.recording DESC LIMIT ?"""
    return [(at, recording) for at, recording in store.rows(sql, *led, *params, limit)]


def _looked_through(store: Store, hunt: _Hunt, count: int, before: Cursor | None) -> list[Row]:
    """So many that lead, each with whether it fits."""
    conditions, params = _checks(hunt)
    shown = f"k.at, k.recording, {' AND '.join(conditions) or '1 = 1'} AS fits"
    if len(hunt.leading) == 1:
        sql, led = _newest(shown, hunt.leading[0], hunt, before)
        return store.rows(sql, *params, *led, count)
    facts = "k.at, k.recording, k.direction, k.digits"
    leaders = [_newest(facts, one, hunt, before) for one in hunt.leading]
    led = [param for _, its_params in leaders for param in (*its_params, count)]
    # What several of them lead to counts once.
    together = " UNION ".join(f"SELECT * FROM ({one}) AS l" for one, _ in leaders)
    sql = f"SELECT {shown} FROM ({together}) AS k ORDER BY k.at DESC, k.recording DESC LIMIT ?"
    return store.rows(sql, *params, *led, count)


def _newest(shown: str, keyword: int, hunt: _Hunt, before: Cursor | None) -> tuple[str, Sequence[object]]:
    """The newest of one keyword, in the order of its index."""
    leading, led = _led((keyword,), hunt, before)
    sql = f"SELECT {shown} FROM recording_keyword k WHERE {leading} ORDER BY k.at DESC, k.recording DESC LIMIT ?"
    return sql, led


def _led(leading: Sequence[int], hunt: _Hunt, before: Cursor | None) -> tuple[str, tuple[object, ...]]:
    sql = f"k.keyword IN ({_marks(leading)})" if len(leading) > 1 else "k.keyword = ?"
    params: tuple[object, ...] = (*leading, hunt.since, hunt.until)
    sql += " AND k.at >= ? AND k.at < ?"
    if before is None:
        return sql, params
    return f"{sql} AND k.at <= ? AND (k.at < ? OR k.recording < ?)", (*params, before[0], before[0], before[1])


def _checks(hunt: _Hunt) -> tuple[list[str], tuple[object, ...]]:
    sql, params = [], []
    if hunt.direction:
        sql.append("k.direction = ?")
        params.append(hunt.direction)
    for some in hunt.checked:
        sql.append(f"""EXISTS (SELECT 1 FROM recording_keyword m
            WHERE m.keyword IN ({_marks(some)}) AND m.at = k.at AND m.recording = k.recording)""")
        params += some
    if hunt.parts:
        sql.append(f"({' OR '.join('k.digits LIKE ?' for _ in hunt.parts)})")
        params += [f"%{part}%" for part in hunt.parts]
    return sql, tuple(params)


def _marks(some: Sequence[object]) -> str:
    return ", ".join("?" * len(some))
