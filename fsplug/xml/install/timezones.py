"""Time zones as FreeSWITCH reads them: for each zone of tzdata a rule that gives the zone's own time.

FreeSWITCH 1.11.1 has a reader of its own for such rules (switch_time.c). It takes a rule with a name in angle brackets
(`<-03>3`) or with a negative hour (`M3.5.0/-1`) for UTC; tzdata has such rules for 229 of its 599 zones. And a rule has
two changes a year, on days that follow from the calendar. Where clocks follow Ramadan (Morocco), tzdata lists the
changes of each year, and its rule holds only after the last of them.
"""

import math
import re
from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import pairwise, zip_longest
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from fsplug.xml.files import File
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.tzif import last_rule, zone_of_rule

# The folder below fsplug's own that the switch's timezones.conf includes.
FOLDER = "timezones"
_HOUR_SECONDS, DAY_SECONDS = 3_600, 86_400
# How far ahead a rule is compared with its zone: the one that is right longest is chosen.
_AHEAD_SECONDS = 800 * DAY_SECONDS
YEAR_SECONDS = 366 * DAY_SECONDS
# No zone changes back sooner than after this time: Ramadan has 29 or 30 days.
_STEP_SECONDS = 21 * DAY_SECONDS
# The hours that FreeSWITCH takes for a change are fewer than a week's.
_MOST_SECONDS = 168 * _HOUR_SECONDS
_RULE = re.compile(
    r"(?P<std><[^>]+>|[A-Za-z]+)(?P<std_offset>[+-]?[0-9:]+)"
    r"(?:(?P<dst><[^>]+>|[A-Za-z]+)(?P<dst_offset>[+-]?[0-9:]+)?,(?P<begins>[^,]+),(?P<ends>[^,]+))?"
)
_CHANGE = re.compile(r"M([0-9]+)\.([1-5])\.([0-6])/-([0-9]+)(?::([0-9]+))?(?::([0-9]+))?")
_SHORT_MONTHS = frozenset({4, 6, 9, 11})
_FEBRUARY, _LAST_WEEK = 2, 5
# Names that FreeSWITCH reads where tzdata's have signs and digits. FreeSWITCH never shows a zone's name.
_STANDARD, _SUMMER = "STD", "DST"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Clocks are changed at epoch seconds `at`; the offsets from UTC before and after it are in seconds."""

    at: int
    before: int
    after: int


def zones_file(text: ConfText, now: float) -> File:
    """The file with the rules of all zones, which the switch's timezones.conf includes."""
    rules = _rules_of_day(int(now // DAY_SECONDS))
    return File(f"{FOLDER}/zones.xml", lambda: iter([text.render("zones.xml", timezones=rules).decode()]))


def switch_rule(name: str, now: float) -> str | None:
    """The zone's rule for FreeSWITCH, right from epoch seconds `now` on, such as `CET-1CEST,M3.5.0,M10.5.0/3`; None for
    an unknown zone.

    Where the days of change differ from year to year, the rule is right for the next two changes at least.
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    coming = list(changes(zone, now, now + _AHEAD_SECONDS))
    best, best_until = None, -math.inf
    for rule, as_read in _candidates(name, zone, coming, now):
        until = _right_until(zone_of_rule(rule), zone, coming, now)
        if until > best_until:
            best, best_until = as_read, until
        if until == math.inf:
            break
    return best


def changes(zone: ZoneInfo, since: float, until: float) -> Iterator[ClockChange]:
    """The changes of the zone's clocks between these epoch seconds, oldest first."""
    at, before = int(since), _offset(zone, int(since))
    while at < until:
        later = at + _STEP_SECONDS
        after = _offset(zone, later)
        if after != before:
            yield ClockChange(_moment(zone, at, later), before, after)
        at, before = later, after


def as_freeswitch_reads(rule: str) -> str | None:
    """A rule of tzdata in a form that FreeSWITCH reads with the same meaning; None if there is none."""
    found = _RULE.fullmatch(rule)
    if found is None:
        return None
    text = f"{_plain(found['std'], _STANDARD)}{found['std_offset']}"
    if found["dst"] is None:
        return text
    begins, ends = _forwards(found["begins"]), _forwards(found["ends"])
    if begins is None or ends is None:
        return None
    return f"{text}{_plain(found['dst'], _SUMMER)}{found['dst_offset'] or ''},{begins},{ends}"


@lru_cache(maxsize=2)
def _rules_of_day(day: int) -> dict[str, str]:
    """The rules of every zone that tzdata knows, at the beginning of a day since the epoch."""
    found = ((name, switch_rule(name, day * DAY_SECONDS)) for name in sorted(available_timezones()))
    return {name: rule for name, rule in found if rule}


def _candidates(name: str, zone: ZoneInfo, coming: Sequence[ClockChange], now: float) -> Iterator[tuple[str, str]]:
    """Rules that may be right, each as it is and as FreeSWITCH reads it; those that hold every year come first."""
    last = last_rule(name)
    if last and (as_read := as_freeswitch_reads(last)):
        yield last, as_read
    past = list(changes(zone, now - YEAR_SECONDS, now))
    for one in (_by_days(*both) for both in pairwise([*past[-1:], *coming[:2]])):
        yield one, one
    fixed = f"{_STANDARD}{_posix(_offset(zone, int(now)))}"
    yield fixed, fixed


def _by_days(first: ClockChange, second: ClockChange) -> str:
    """The rule with changes on the days of these two, in every year."""
    begins, ends = _day(first.at + first.before), _day(second.at + second.before)
    return f"{_STANDARD}{_posix(first.before)}{_SUMMER}{_posix(first.after)},{begins},{ends}"


def _right_until(zone: ZoneInfo, real: ZoneInfo, coming: Sequence[ClockChange], now: float) -> float:
    """Until when this zone has the real one's time: epoch seconds, or infinity if it has it as far as is looked."""
    if _offset(zone, int(now)) != _offset(real, int(now)):
        return -math.inf
    for one, other in zip_longest(coming, changes(zone, now, now + _AHEAD_SECONDS)):
        if one != other:
            return min(change.at for change in (one, other) if change)
    return math.inf


def _forwards(date: str) -> str | None:
    """A date whose hour is not negative: `M3.4.4/71` for `M3.5.0/-1`, an hour before the same Sunday."""
    if "/-" not in date:
        return date
    found = _CHANGE.fullmatch(date)
    if found is None:
        return None
    month, week, weekday, hours, minutes, seconds = (int(text or 0) for text in found.groups())
    if week == _LAST_WEEK and month == _FEBRUARY:
        return None
    # The first of the seven days of the month that the weekday may fall on.
    first = 7 * week - 6 if week < _LAST_WEEK else 24 if month in _SHORT_MONTHS else 25
    back = hours * _HOUR_SECONDS + minutes * 60 + seconds
    for earlier in range(4, 0, -1):
        days = first - (7 * earlier - 6)
        after = days * DAY_SECONDS - back
        if 0 <= after < _MOST_SECONDS:
            return f"M{month}.{earlier}.{(weekday - days) % 7}/{_clock(after)}"
    return None


def _plain(name: str, otherwise: str) -> str:
    return name if name.isalpha() else otherwise


def _posix(offset: int) -> str:
    """The offset as a rule has it: what is to be added to local time to get UTC."""
    return f"{'-' if offset > 0 else ''}{_clock(abs(offset))}"


def _day(local_seconds: int) -> str:
    """The day of the year and the time. Days are numbered as in a year without 29 February (POSIX, `Jn`)."""
    local = datetime.fromtimestamp(local_seconds, UTC)
    number = local.timetuple().tm_yday - (isleap(local.year) and local.month > _FEBRUARY)
    return f"J{number}/{_clock(local_seconds % DAY_SECONDS)}"


def _clock(seconds: int) -> str:
    hours, minutes, rest = seconds // _HOUR_SECONDS, seconds // 60 % 60, seconds % 60
    return f"{hours}" + (f":{minutes:02}" if minutes or rest else "") + (f":{rest:02}" if rest else "")


def _moment(zone: ZoneInfo, before: int, after: int) -> int:
    """The second of the change of clocks between these moments."""
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return after


def _offset(zone: ZoneInfo, at: int) -> int:
    found = datetime.fromtimestamp(at, zone).utcoffset()
    return int(found.total_seconds()) if found else 0
