"""Periods by the calendar of a time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from fsplug.errors import Invalid
from fsplug.policy.periods import Days, Period, days_of, today

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# A Wednesday.
TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.TODAY, "2026-11-25", "2026-11-25"),
        (Period.YESTERDAY, "2026-11-24", "2026-11-24"),
        (Period.WEEK, "2026-11-23", "2026-11-25"),
        (Period.MONTH, "2026-11-01", "2026-11-25"),
    ],
)
def test_a_period_is_counted_back_from_today(period: Period, first: str, last: str) -> None:
    assert days_of(period, TODAY) == Days(date.fromisoformat(first), date.fromisoformat(last))


def test_on_a_monday_the_week_is_that_day_alone() -> None:
    assert days_of(Period.WEEK, date(2026, 11, 23)) == Days(date(2026, 11, 23), date(2026, 11, 23))


def test_yesterday_of_new_years_day_is_in_the_old_year() -> None:
    assert days_of(Period.YESTERDAY, date(2027, 1, 1)).first == date(2026, 12, 31)


@pytest.mark.parametrize(("first", "last"), [("2026-02-03", ""), ("", "2026-02-03")])
def test_one_own_date_is_that_day(first: str, last: str) -> None:
    assert days_of(Period.DATES, TODAY, first, last) == Days(date(2026, 2, 3), date(2026, 2, 3))


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("2026-02-30", ""), ("tomorrow", "2026-02-03"), ("2026-02-04", "2026-02-03"), ("0001-01-01", "")],
)
def test_an_invalid_period_is_reported(first: str, last: str) -> None:
    with pytest.raises(Invalid) as trouble:
        days_of(Period.DATES, TODAY, first, last)
    assert trouble.value.code == "bad-dates"


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-25", 24)])
def test_the_day_the_clocks_change_is_shorter_or_longer(day: str, hours: int) -> None:
    since, until = Days(date.fromisoformat(day), date.fromisoformat(day)).bounds(COPENHAGEN)
    assert until - since == hours * 3600
    assert datetime.fromtimestamp(since, COPENHAGEN).hour == 0


def test_which_day_it_is_depends_on_where() -> None:
    just_after_midnight = datetime(2026, 11, 25, 0, 30, tzinfo=COPENHAGEN).timestamp()
    assert today(just_after_midnight, COPENHAGEN) == TODAY
    assert today(just_after_midnight, ZoneInfo("UTC")) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "hour", "hours"),
    [
        (TODAY, 0, 1),
        (TODAY, 23, 1),
        (date(2026, 3, 29), 1, 1),
        (date(2026, 3, 29), 2, 0),
        (date(2026, 10, 25), 2, 2),
        (date(2026, 10, 25), 3, 1),
    ],
)
def test_an_hour_of_a_day_is_what_the_clock_calls_so(day: date, hour: int, hours: int) -> None:
    since, until = Days(day, day).hour_bounds(hour, COPENHAGEN)
    assert until - since == hours * 3_600.0
    if hours:
        assert datetime.fromtimestamp(since, COPENHAGEN).hour == hour


def test_an_hour_of_several_days_is_refused() -> None:
    with pytest.raises(Invalid, match="give one day"):
        Days(date(2026, 11, 24), TODAY).hour_bounds(13, COPENHAGEN)
