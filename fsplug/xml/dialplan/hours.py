"""Opening hours as FreeSWITCH's time conditions."""

from fsplug.policy.hours import Opening
from fsplug.xml.dialplan.extensions import OpenHours


def open_hours(opening: Opening) -> OpenHours:
    """The days (in FreeSWITCH, Sunday is 1) and the times; both ends are included."""
    days = ",".join(str(day) for day in sorted((day + 1) % 7 + 1 for day in opening.days))
    return OpenHours(days, f"{_clock(opening.opens_minute * 60)}-{_clock(opening.closes_minute * 60 - 1)}")


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}"
