"""Opening hours as FreeSWITCH's time conditions, and time zones in the form that FreeSWITCH needs."""

from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

from fsplug.policy.hours import Opening
from fsplug.xml.dialplan.extensions import OpenHours


def open_hours(opening: Opening) -> OpenHours:
    """The days (in FreeSWITCH, Sunday is 1) and the times; both ends are included."""
    days = ",".join(str(day) for day in sorted((day + 1) % 7 + 1 for day in opening.days))
    return OpenHours(days, f"{_clock(opening.opens_minute * 60)}-{_clock(opening.closes_minute * 60 - 1)}")


def posix_rule(timezone: str) -> str | None:
    """The rule that timezones.conf needs beside the name, such as CET-1CEST,M3.5.0,M10.5.0/3; None
    for an unknown zone.

    It is the last line of the zone's file (RFC 8536, 3.3).
    """
    found = next((content for content in _zone_files(timezone) if content.startswith(b"TZif")), None)
    rule = found.rstrip(b"\n").rpartition(b"\n")[2] if found else b""
    return rule.decode("ascii") or None


def _zone_files(timezone: str) -> Iterator[bytes]:
    for folder in TZPATH:
        path = Path(folder) / timezone
        if path.is_file():
            yield path.read_bytes()
    try:
        yield resources.files("tzdata.zoneinfo").joinpath(timezone).read_bytes()
    except (ModuleNotFoundError, OSError):
        return


def _clock(second: int) -> str:
    return f"{second // 3600:02}:{second % 3600 // 60:02}:{second % 60:02}"
