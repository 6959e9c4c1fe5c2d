"""The filters of a list of recordings: read from the address, turned into the store's filter, and back."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.entities import Direction
from fsplug.policy.periods import WIDER, Days, Period, days_of, today
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.db.text import clean
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.order import Order
from fsplug.store.recordings.search.results import RecordingFilter
from fsplug.web.kernel.shell import Viewer

_LONGEST = 300
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_YEAR = timedelta(days=365)
_HOURS = tuple(str(hour) for hour in range(24))


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters as typed and picked; empty means no limit. `hour` is one of a single day, from 0 to 23. `sort` is
    an `Order`. `before` is where a further page begins.
    """

    period: str = Period.TODAY
    first: str = ""
    last: str = ""
    direction: str = ""
    person: str = ""
    department: str = ""
    group: str = ""
    number: str = ""
    hour: str = ""
    sort: str = ""
    before: str = ""

    @property
    def order(self) -> Order:
        """What comes first."""
        return Order(self.sort)

    @property
    def is_narrow(self) -> bool:
        """Whether any filter other than the period is set."""
        return any((self.direction, self.person, self.department, self.group, self.number, self.hour))

    def query(self, **others: str) -> str:
        """The list's address, from `?` on, with these filters in place of its own; the first page by default."""
        wanted = asdict(replace(self, **{"before": "", **others}))
        return "?" + urlencode({name: value for name, value in wanted.items() if value})

    def at(self, cursor: Cursor | None) -> str | None:
        """The address of the page that begins at this place."""
        return self.query(before=f"{cursor[0]!r}_{cursor[1]}") if cursor else None

    @property
    def period_alone(self) -> str:
        """The address of the list with only its period."""
        return Filters(self.period, self.first, self.last).query()

    @property
    def fields(self) -> dict[str, str]:
        """The filters that are not empty, for forms that return to this list."""
        return {name: value for name, value in asdict(self).items() if value and name != "before"}


def read(given: Mapping[str, str]) -> Filters:
    """The filters of an address. Invalid choices are ignored; texts are kept so that they can be shown again."""
    typed = {name: clean(given.get(name, "")).strip()[:_LONGEST] for name in Filters.__dataclass_fields__}
    typed["period"] = typed["period"] if typed["period"] in tuple(Period) else Period.TODAY
    typed["direction"] = typed["direction"] if typed["direction"] in tuple(Direction) else ""
    typed["hour"] = typed["hour"] if typed["hour"] in _HOURS else ""
    typed["sort"] = typed["sort"] if typed["sort"] in tuple(Order) else ""
    if typed["period"] != Period.DATES:
        typed |= {"first": "", "last": ""}
    return Filters(**typed)


def kept(given: Mapping[str, str]) -> str:
    """The query of the list that a page was reached from, for the way back; empty if it was reached otherwise."""
    return read(given).query() if any(given.get(name) for name in Filters.__dataclass_fields__) else ""


def cursor(text: str) -> Cursor | None:
    """Where a page begins; None (the first page) if the text is not a cursor."""
    at, _, recording = text.partition("_")
    try:
        moment = float(at)
    except ValueError:
        return None
    return (moment, recording) if math.isfinite(moment) and _ID.fullmatch(recording) else None


def days(filters: Filters, viewer: Viewer) -> Days:
    """The days of the list; Invalid("bad-dates") for typed dates that are invalid."""
    here = today(viewer.now, viewer.moments.zone)
    return days_of(Period(filters.period), here, filters.first, filters.last)


def store_filter(store: Store, filters: Filters, viewer: Viewer) -> RecordingFilter:
    """The store's filter: only the viewer's own recordings if the viewer reaches no further. Invalid for bad ones."""
    shown, zone = days(filters, viewer), viewer.moments.zone
    since, until = shown.hour_bounds(int(filters.hour), zone) if filters.hour else shown.bounds(zone)
    people = results.users_called(store, viewer.domain, filters.person) if filters.person else None
    own = None if viewer.reaches(Need.RECORDINGS, Reach.COMPANY) else viewer.username
    return RecordingFilter(
        since if own is None else max(since or 0.0, viewer.actor.tenure.at),
        until,
        Direction(filters.direction) if filters.direction else None,
        own,
        people,
        filters.department or None,
        filters.group or None,
        filters.number,
        viewer.actor.tenure,
        filters.order,
    )


def address_of_hour(day: date, hour: int) -> str:
    """The address of the list of one hour (0 to 23) of this day."""
    return "/recordings" + Filters(Period.DATES, day.isoformat(), day.isoformat(), hour=str(hour)).query()


def wider(filters: Filters, viewer: Viewer) -> tuple[str, str] | None:
    """The next wider period, and the address of the list in it; None when the period is the widest."""
    next_one = WIDER.get(Period(filters.period))
    if next_one is not None:
        return str(next_one), filters.query(period=str(next_one), first="", last="", hour="")
    here = today(viewer.now, viewer.moments.zone)
    try:
        shown = days(filters, viewer)
    except Invalid:
        return None
    if shown.first <= here - _YEAR:
        return None
    year = Days(here - _YEAR, max(here, shown.last))
    return "year", filters.query(period=str(Period.DATES), first=str(year.first), last=str(year.last), hour="")
