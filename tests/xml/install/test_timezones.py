"""The rules of time zones that FreeSWITCH is given."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from fsplug.xml.install.timezones import as_freeswitch_reads, changes, switch_rule
from fsplug.xml.install.tzif import last_rule, zone_of_rule

NOW = datetime(2027, 1, 20, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("timezone", "rule"),
    [
        ("Europe/Copenhagen", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("America/New_York", "EST5EDT,M3.2.0,M11.1.0"),
        ("Asia/Kathmandu", "<+0545>-5:45"),
        ("Nowhere/Else", None),
    ],
)
def test_the_last_rule_is_the_one_that_ends_the_zone_s_file(timezone: str, rule: str | None) -> None:
    assert last_rule(timezone) == rule


@pytest.mark.parametrize(
    ("rule", "as_read"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("<-03>3", "STD3"),
        ("<+0545>-5:45", "STD-5:45"),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "STD-10:30DST-11,M10.1.0,M4.1.0"),
        # One hour before the last Sunday, the second Sunday, the last Sunday of a month of 30 days.
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "STD2DST,M3.4.4/71,M10.5.0/0"),
        ("<-02>2<-01>,M3.2.0/-1,M4.5.0/-1:30", "STD2DST,M3.1.0/167,M4.4.5/46:30"),
        # No date that FreeSWITCH reads is the same in every year.
        ("<-02>2<-01>,M3.1.0/-1,M10.5.0", None),
        ("<-02>2<-01>,M2.5.0/-1,M10.5.0", None),
        ("<-02>2<-01>,60/-1,300", None),
    ],
)
def test_a_rule_is_put_into_a_form_that_freeswitch_reads(rule: str, as_read: str | None) -> None:
    assert as_freeswitch_reads(rule) == as_read


def test_an_hour_that_is_not_negative_means_the_same_moment_in_every_year() -> None:
    rule, as_read = "STD2DST,M3.5.0/-1,M10.5.0/0", "STD2DST,M3.4.4/71,M10.5.0/0"
    until = NOW + 100 * 366 * 86_400
    assert list(changes(zone_of_rule(rule), NOW, until)) == list(changes(zone_of_rule(as_read), NOW, until))


@pytest.mark.parametrize(
    ("zone", "rule"),
    [
        ("Europe/Copenhagen", "CET-1CEST,M3.5.0,M10.5.0/3"),
        ("America/Sao_Paulo", "STD3"),
        ("America/Nuuk", "STD2DST,M3.4.4/71,M10.5.0/0"),
        # Clocks are set back for Ramadan, 2027 from 7 February to 14 March.
        ("Africa/Casablanca", "STD-1DST0,J38/3,J73/2"),
        ("Nowhere/Else", None),
        ("../etc/passwd", None),
    ],
)
def test_a_zone_has_the_rule_that_is_right_longest(zone: str, rule: str | None) -> None:
    assert switch_rule(zone, NOW) == rule


def test_where_days_differ_from_year_to_year_the_rule_is_right_for_two_changes_from_any_day_on() -> None:
    """In 2030 and 2063 two Ramadans begin; the one between the years is the hard one."""
    zone = ZoneInfo("Africa/Casablanca")
    for day in range(0, 37 * 365, 47):
        now = NOW + day * 86_400
        rule = switch_rule("Africa/Casablanca", now)
        assert rule is not None
        coming = list(changes(zone, now, now + 2 * 366 * 86_400))[:2]
        found = list(changes(zone_of_rule(rule), now, now + 2 * 366 * 86_400))[: len(coming)]
        assert found == coming, (datetime.fromtimestamp(now, UTC), rule)
