"""What a list of recordings is narrowed to: read from the address, brought to what the store looks for, and back."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from urllib.parse import urlencode

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.entities import Direction
from fsplug.policy.periods import WIDER, Days, Period, days_of, today
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.db.text import clean
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter
from fsplug.web.kernel.shell import Viewer

_LONGEST = 300
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Filters:
    """As people typed and picked them; empty for no limit. `before` is where a further page begins."""

    period: str = Period.TODAY
    first: str = ""
    last: str = ""
    direction: str = ""
    person: str = ""
    department: str = ""
    group: str = ""
    number: str = ""
    before: str = ""

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the period narrows the list."""
        return any((self.direction, self.person, self.department, self.group, self.number))

    def query(self, **others: str) -> str:
        """The address of the list with these in place of its own, from `?` on; on its first page unless told."""
        wanted = asdict(replace(self, **{"before": "", **others}))
        return "?" + urlencode({name: value for name, value in wanted.items() if value})

    def at(self, cursor: Cursor | None) -> str | None:
        """The address of the page that begins there."""
        return self.query(before=f"{cursor[0]!r}_{cursor[1]}") if cursor else None

    @property
    def period_alone(self) -> str:
        """The address of the list with its period and nothing else."""
        return Filters(self.period, self.first, self.last).query()

    @property
    def fields(self) -> dict[str, str]:
        """Those that are not empty, for forms that lead back here."""
        return {name: value for name, value in asdict(self).items() if value and name != "before"}


def read(given: Mapping[str, str]) -> Filters:
    """The filters of an address. What can't be read as a choice is none; texts are kept to be shown again."""
    typed = {name: clean(given.get(name, "")).strip()[:_LONGEST] for name in Filters.__dataclass_fields__}
    typed["period"] = typed["period"] if typed["period"] in tuple(Period) else Period.TODAY
    typed["direction"] = typed["direction"] if typed["direction"] in tuple(Direction) else ""
    if typed["period"] != Period.DATES:
        typed |= {"first": "", "last": ""}
    return Filters(**typed)


def cursor(text: str) -> Cursor | None:
    """Where a page begins; None, which is the first page, for what is no cursor."""
    at, _, recording = text.partition("_")
    try:
        moment = float(at)
    except ValueError:
        return None
    return (moment, recording) if math.isfinite(moment) and _ID.fullmatch(recording) else None


def days(filters: Filters, viewer: Viewer) -> Days:
    """The days of the list; Invalid("bad-dates") for own dates that are none."""
    here = today(viewer.now, viewer.moments.zone)
    return days_of(Period(filters.period), here, filters.first, filters.last)


def sought(store: Store, filters: Filters, viewer: Viewer) -> RecordingFilter:
    """What the store is to look for: the viewer's own only, where they reach no further. Invalid says what is wrong."""
    since, until = days(filters, viewer).bounds(viewer.moments.zone)
    people = results.users_called(store, viewer.domain, filters.person) if filters.person else None
    own = None if viewer.reaches(Need.RECORDINGS, Reach.COMPANY) else viewer.username
    return RecordingFilter(
        since if own is None else max(since or 0.0, viewer.actor.began_at),
        until,
        Direction(filters.direction) if filters.direction else None,
        own,
        people,
        filters.department or None,
        filters.group or None,
        filters.number,
    )


def wider(filters: Filters, viewer: Viewer) -> tuple[str, str] | None:
    """The next wider period, and the address of the list in it; None when it is wide already."""
    next_one = WIDER.get(Period(filters.period))
    if next_one is not None:
        return str(next_one), filters.query(period=str(next_one), first="", last="")
    here = today(viewer.now, viewer.moments.zone)
    try:
        shown = days(filters, viewer)
    except Invalid:
        return None
    if shown.first <= here - _YEAR:
        return None
    year = Days(here - _YEAR, max(here, shown.last))
    return "year", filters.query(period=str(Period.DATES), first=str(year.first), last=str(year.last))
