"""Opening hours."""

from datetime import datetime

import pytest

from fsplug.policy.hours import is_open, opening

# 2026-11-23 is a Monday.
MONDAY, FRIDAY, SATURDAY, SUNDAY = 23, 27, 28, 29


def _at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute)


def _open(texts: list[str], at: datetime) -> bool:
    return is_open([one for one in map(opening, texts) if one], at)


@pytest.mark.parametrize(
    ("at", "is_it"),
    [
        (_at(MONDAY, 7, 59), False),
        (_at(MONDAY, 8), True),
        (_at(FRIDAY, 15, 59), True),
        (_at(FRIDAY, 16), False),
        (_at(SATURDAY, 12), False),
    ],
)
def test_a_range_of_days_is_open_from_its_first_minute_up_to_its_last(at: datetime, is_it: bool) -> None:
    assert _open(["mon-fri 08:00-16:00"], at) is is_it


def test_days_wrap_around_the_week() -> None:
    assert [_open(["sat-mon 10:00-24:00"], _at(day, 23, 59)) for day in (MONDAY, FRIDAY, SATURDAY, SUNDAY)] == [
        True,
        False,
        True,
        True,
    ]


def test_any_of_several_ranges_will_do() -> None:
    lunch = ["mon-fri 08:00-12:00", "mon-fri 13:00-16:00", "sat 10:00-12:00"]
    assert [_open(lunch, at) for at in (_at(MONDAY, 12, 30), _at(MONDAY, 13), _at(SATURDAY, 11))] == [
        False,
        True,
        True,
    ]


def test_without_hours_it_is_always_open() -> None:
    assert is_open([], _at(SUNDAY, 3))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mon",
        "08:00-16:00",
        "mon 16:00-08:00",
        "mon 08:00-08:00",
        "mon 8:00-16:00",
        "mon 08:00-24:01",
        "mon 24:00-24:00",
        "mandag 08:00-16:00",
        "mon-fri 08:00-16:00 ",
        "mon 08:60-16:00",
        "mon  08:00-16:00",
    ],
)
def test_what_is_no_range_is_none(text: str) -> None:
    assert opening(text) is None
