"""Times, days and lengths as people write them: in the viewer's language and the company's time zone."""

from datetime import date, datetime, timedelta, tzinfo

from babel import Locale
from babel.dates import format_date, format_time, format_timedelta, get_timezone_name
from babel.numbers import format_decimal

from fsplug.policy.speeds import SPEEDS
from fsplug.words.moments import LOCALES


class Moments:
    """Writes epoch seconds for one viewer. An unknown time is an empty text."""

    def __init__(self, zone: tzinfo, language: str, now: float) -> None:
        self.zone = zone
        self.now = now
        self._locale = Locale.parse(LOCALES[language])

    @property
    def zone_name(self) -> str:
        """What people call the time zone, as it is now: "Central European Standard Time"."""
        return get_timezone_name(self.of(self.now), locale=self._locale)

    def of(self, at: float) -> datetime:
        """These epoch seconds as local time."""
        return datetime.fromtimestamp(at, self.zone)

    def time(self, at: float | None) -> str:
        """13:05."""
        return "" if at is None else format_time(self.of(at), "HH:mm", tzinfo=self.zone, locale=self._locale)

    def day(self, day: date | float | None) -> str:
        """25 Nov 2026."""
        if day is None:
            return ""
        return format_date(day if isinstance(day, date) else self.of(day).date(), "medium", self._locale)

    def weekday(self, at: float) -> str:
        """Wednesday, 25 November 2026."""
        return format_date(self.of(at).date(), "full", self._locale)

    def when(self, at: float | None) -> str:
        """13:05 for a time of today, 25 Nov 2026, 13:05 for any other."""
        if at is None:
            return ""
        is_today = self.of(at).date() == self.of(self.now).date()
        return self.time(at) if is_today else f"{self.day(at)}, {self.time(at)}"

    def exact(self, at: float | None) -> str:
        """25 Nov 2026, 13:05:59."""
        return "" if at is None else f"{self.day(at)}, {self.clock(at)}"

    def clock(self, at: float | None) -> str:
        """13:05:59."""
        return "" if at is None else format_time(self.of(at), "HH:mm:ss", tzinfo=self.zone, locale=self._locale)

    def machine(self, at: float) -> str:
        """For the attribute datetime of the element time."""
        return self.of(at).isoformat(timespec="seconds")

    def ago(self, at: float) -> str:
        """5 minutes ago."""
        return format_timedelta(timedelta(seconds=min(at - self.now, 0.0)), add_direction=True, locale=self._locale)

    @staticmethod
    def length(seconds: float | None) -> str:
        """1:05 or 1:00:05."""
        if seconds is None:
            return ""
        whole = int(seconds + 0.5)
        minutes = f"{whole // 60 % 60:02}:{whole % 60:02}"
        return f"{whole // 3600}:{minutes}" if whole >= 3600 else minutes.removeprefix("0")


def speeds(language: str) -> list[tuple[float, str]]:
    """The speeds of playing, and how they are written."""
    return [(speed, f"{format_decimal(speed, locale=language)}×") for speed in SPEEDS]
