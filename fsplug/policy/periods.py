"""Periods of a list in the words of people, by the calendar of their company's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from fsplug.errors import Invalid


class Period(StrEnum):
    """What people pick; weeks begin on Monday (ISO 8601)."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    DATES = "dates"


# Each, and the next wider one to look in when it is empty.
WIDER = {Period.TODAY: Period.WEEK, Period.YESTERDAY: Period.WEEK, Period.WEEK: Period.MONTH}


@dataclass(frozen=True, slots=True)
class Days:
    """From the beginning of one day to the end of another."""

    first: date
    last: date

    def bounds(self, zone: tzinfo) -> tuple[float, float]:
        """Epoch seconds: the first that counts, and the first that doesn't any more. Days may have 23 or 25 hours."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)


def days_of(period: Period, today: date, first: str = "", last: str = "") -> Days:
    """The days of a period; `first` and `last` are YYYY-MM-DD and count for own dates only.

    One of them may be empty: then it is that day alone. Invalid("bad-dates") when they are none or the wrong way round.
    """
    if period is Period.YESTERDAY:
        return Days(today - timedelta(days=1), today - timedelta(days=1))
    if period is Period.WEEK:
        return Days(today - timedelta(days=today.weekday()), today)
    if period is Period.MONTH:
        return Days(today.replace(day=1), today)
    if period is Period.DATES:
        return _own(first, last)
    return Days(today, today)


def today(now: float, zone: tzinfo) -> date:
    """Which day it is there at these epoch seconds."""
    return datetime.fromtimestamp(now, zone).date()


def _own(first: str, last: str) -> Days:
    try:
        days = Days(date.fromisoformat(first or last), date.fromisoformat(last or first))
    except ValueError as error:
        text = f"{first} to {last} are no dates; write them like 2026-01-31"
        raise Invalid("bad-dates", text, first=first, last=last) from error
    if days.last < days.first or days.last.year > 9998 or days.first.year < 1971:
        text = f"{first} to {last} is no period; give the earlier day first, from 1971 on"
        raise Invalid("bad-dates", text, first=first, last=last)
    return days


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()
