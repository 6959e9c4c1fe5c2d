"""The check-up of the switch's clocks in the companies' time zones, by which it judges opening hours."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fsplug.wiring.doctor.findings import Api, Finding, ok, wrong
from fsplug.xml.install.timezones import YEAR_SECONDS, changes

_SUBJECT = "time zones"
_LOCAL = "%Y-%m-%d %H:%M:%S"


def right(api: Api, names: Iterable[str], now: float) -> Finding:
    """The switch has the time of each of these zones, now and at the coming year's changes of its clocks."""
    off = sorted({name for name in names if not all(_has_time(api, name, at) for at in _moments(name, now))})
    if not off:
        return ok(_SUBJECT, "the switch has the time of every company's zone, also after its next changes")
    text = f"the switch's time is not that of {', '.join(off)}: it judges opening hours there by a wrong time"
    return wrong(_SUBJECT, text, "fsplug switch install --conf DIR; fs_cli -x reloadxml")


def _moments(name: str, now: float) -> list[int]:
    """Epoch seconds: now, and the last before and the first after each change of a year."""
    try:
        coming = [one.at for one in changes(ZoneInfo(name), now, now + YEAR_SECONDS)]
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return []
    return [int(now), *(at - second for at in coming for second in (1, 0))]


def _has_time(api: Api, name: str, at: int) -> bool:
    local = datetime.fromtimestamp(at, ZoneInfo(name))
    return api(f"strftime_tz {name} {at}|{_LOCAL}").strip() == local.strftime(_LOCAL)
