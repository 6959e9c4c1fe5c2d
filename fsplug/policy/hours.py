"""Opening hours: ranges of a week in the company's own time zone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RANGE = re.compile(
    rf"({'|'.join(DAYS)})(?:-({'|'.join(DAYS)}))? ([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-4]):([0-5][0-9])"
)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Opening:
    """Open on `days` (Monday is 0) from one minute of the day up to, but not including, another."""

    days: frozenset[int]
    opens_minute: int
    closes_minute: int

    def covers(self, local: datetime) -> bool:
        """Whether this local time lies within the opening."""
        minute = local.hour * 60 + local.minute
        return local.weekday() in self.days and self.opens_minute <= minute < self.closes_minute


def opening(text: str) -> Opening | None:
    """The opening written as `mon-fri 08:00-16:00` or `sat 10:00-24:00`; None for other text.

    Days may wrap (`fri-mon`); times must not.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    first = DAYS.index(found[1])
    last = DAYS.index(found[2] or found[1])
    days = frozenset((first + step) % len(DAYS) for step in range((last - first) % len(DAYS) + 1))
    opens, closes = int(found[3]) * 60 + int(found[4]), int(found[5]) * 60 + int(found[6])
    return Opening(days, opens, closes) if opens < closes <= _DAY_MINUTES else None


def is_open(openings: Iterable[Opening], local: datetime) -> bool:
    """Whether one of the openings covers the local time. Without any openings the result is always true."""
    ranges = tuple(openings)
    return not ranges or any(one.covers(local) for one in ranges)
