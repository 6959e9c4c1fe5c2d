"""Points in time as operators type them."""

import re
import time
from datetime import datetime, timedelta

import click

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EPOCH = re.compile(r"\d{1,11}(\.\d{1,9})?")
FORMS = "write it as 2026-11-22, 2026-11-22T14:30, 2026-11-22T14:30:00+01:00, epoch seconds, 7d or today"


def moment(text: str, now: datetime) -> float | None:
    """Epoch seconds of `text`, or None when the text is not a time.

    ISO 8601, in local time if no zone is given; epoch seconds; `today` or `yesterday` (the start of the day); `now`;
    or a time ago: `30m`, `24h`, `7d`.
    """
    text = text.strip()
    midnight = datetime(now.year, now.month, now.day)
    named = {"now": now, "today": midnight, "yesterday": midnight - timedelta(days=1)}
    try:
        if text in named:
            return named[text].timestamp()
        if ago := _AGO.fullmatch(text):
            return (now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})).timestamp()
        if _EPOCH.fullmatch(text):
            return float(text)
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


class Moment(click.ParamType):
    """An option's value that is a point in time; epoch seconds."""

    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        found = moment(str(value), datetime.fromtimestamp(time.time()).astimezone())
        if found is None:
            self.fail(f"{value!r} is not a time; {FORMS}", param, ctx)
        return found


MOMENT = Moment()
