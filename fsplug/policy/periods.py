"""Periods that people choose for a list, by the calendar of their company's time zone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from fsplug.errors import Invalid


class Period(StrEnum):
    """The periods to choose from; weeks begin on Monday (ISO 8601)."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    DATES = "dates"


# Each period, and the next wider one to look in when a list is empty.
WIDER = {Period.TODAY: Period.WEEK, Period.YESTERDAY: Period.WEEK, Period.WEEK: Period.MONTH}


_LAST_HOUR = 23


@dataclass(frozen=True, slots=True)
class Days:
    """A range from the beginning of one day to the end of another."""

    first: date
    last: date

    def bounds(self, zone: tzinfo) -> tuple[float, float]:
        """The first second inside and the first second after, in epoch seconds. Days may have 23 or 25 hours."""
        return _midnight(self.first, zone), _midnight(self.last + timedelta(days=1), zone)

    def hour_bounds(self, hour: int, zone: tzinfo) -> tuple[float, float]:
        """The same for one hour (0 to 23) of a single day: of two hours where the clock is put back, of none where it
        is put forward. Invalid("hour-of-days") for several days.
        """
        if self.first != self.last:
            text = f"{self.first} to {self.last} are several days; give one day to see one hour of it"
            raise Invalid("hour-of-days", text, first=str(self.first), last=str(self.last))
        begins = datetime.combine(self.first, time(hour), zone).timestamp()
        if hour == _LAST_HOUR:
            return begins, _midnight(self.first + timedelta(days=1), zone)
        return begins, datetime.combine(self.first, time(hour + 1), zone).timestamp()


def days_of(period: Period, today: date, first: str = "", last: str = "") -> Days:
    """The days of a period; `first` and `last` are YYYY-MM-DD and only count for `DATES`.

    If one of them is empty, the other is the only day. Invalid("bad-dates") when they are not dates or stand in the
    wrong order.
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
    """The date in this time zone at these epoch seconds."""
    return datetime.fromtimestamp(now, zone).date()


def _own(first: str, last: str) -> Days:
    try:
        days = Days(date.fromisoformat(first or last), date.fromisoformat(last or first))
    except ValueError as error:
        text = f"{first} to {last} are not dates; write them like 2026-01-31"
        raise Invalid("bad-dates", text, first=first, last=last) from error
    if days.last < days.first or days.last.year > 9998 or days.first.year < 1971:
        text = f"{first} to {last} is not a period; give the earlier day first, from 1971 on"
        raise Invalid("bad-dates", text, first=first, last=last)
    return days


def _midnight(day: date, zone: tzinfo) -> float:
    return datetime.combine(day, time(), zone).timestamp()
