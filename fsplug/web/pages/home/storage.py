"""The room for recordings: how full it is, and until when it lasts at the pace of late."""

from dataclasses import dataclass

from fsplug.store.calls.overview import Growth

_DAY_SECONDS = 86_400.0
# Of what is further away a pace of days says nothing.
_FARTHEST_SECONDS = 5 * 365 * _DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Storage:
    """An archive's room in bytes, and what the company adds to it in a day.

    `full_at` is in epoch seconds; None if that is years away, or if nothing is added.
    """

    used: int
    free: int
    total: int
    day: int
    full_at: float | None


def storage(room: tuple[int, int], growth: Growth, now: float) -> Storage:
    """The archive with these free and total bytes; what is deleted makes room for what is recorded."""
    free, total = room
    days = max(1.0, (now - (now if growth.first_at is None else growth.first_at)) / _DAY_SECONDS)
    day = max(0, round((growth.recorded - growth.freed) / days))
    lasts = free / day * _DAY_SECONDS if day else _FARTHEST_SECONDS
    return Storage(total - free, free, total, day, now + lasts if lasts < _FARTHEST_SECONDS else None)
