"""Times as people read them far from any console: in full, with the zone."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date

from fsplug.words.catalogue import Words

# English as it is written in Europe: days before months, 24 hours.
LOCALES = {"da": "da_DK", "sv": "sv_SE", "en": "en_GB"}


def zone_of(name: str) -> tzinfo:
    """The time zone of this name; UTC if the machine doesn't know the zone."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def written(words: Words, at: float, zone: tzinfo) -> str:
    """Epoch seconds as 6 December 2026 at 02:38 (CET)."""
    moment = datetime.fromtimestamp(at, zone)
    day = format_date(moment.date(), "long", LOCALES[words.language])
    return words("moment", day=day, time=f"{moment:%H:%M}", zone=f"{moment:%Z}")
