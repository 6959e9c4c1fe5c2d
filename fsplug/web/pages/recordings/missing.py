"""The list of missing recordings: what policy wanted recorded and nobody can play, with the cause of each."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.periods import Days, Period, days_of, today
from fsplug.policy.recording import participants
from fsplug.policy.recording.participants import Participant
from fsplug.store.calls import decisions, gaps, overview
from fsplug.store.calls.decisions import Decision
from fsplug.store.calls.gaps import Gap
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.db.text import clean
from fsplug.web.kernel import guard, shell, sorting
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.web.kernel.shell import Viewer
from fsplug.web.pages.recordings import filters
from fsplug.web.pages.recordings.views import PAGE

ROWS = 50
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class MissingFilters:
    """The filters as picked; empty means no limit. `sort` is "oldest" for the oldest first, `before` where a further
    page begins.
    """

    period: str = Period.WEEK
    first: str = ""
    last: str = ""
    cause: str = ""
    sort: str = ""
    before: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The filters that are not empty, for the list as a file."""
        return {name: value for name, value in asdict(self).items() if value and name != "before"}

    def address(self, **others: str) -> str:
        """The address of the list with these filters in place of its own."""
        fields = asdict(replace(self, **others))
        return "/missing?" + urlencode({name: value for name, value in fields.items() if value})


@dataclass(frozen=True, slots=True)
class MissingRecording:
    """A missing recording; the parties, the direction and the time of its talk are None if no decision is known."""

    gap: Gap
    at: float
    direction: str | None
    caller: NamedParty | None
    answerer: NamedParty | None


def address_since(viewer: Viewer, since: float, cause: str = "") -> str:
    """The list from the day of these epoch seconds to today, of all causes or one."""
    first, last = viewer.moments.of(since).date(), today(viewer.now, viewer.moments.zone)
    return MissingFilters(Period.DATES, first.isoformat(), last.isoformat(), cause).address()


@PAGE.get("/missing")
@takes(Need.RECORDINGS, Reach.COMPANY)
def missing() -> Any:
    """The missing recordings that match the filters."""
    viewer, typed = shell.viewer(), read(request.args)
    store, before = guard.store(), filters.cursor(typed.before)
    wrong: str | None = None
    found: list[Gap] = []
    causes: list[str] = []
    try:
        asked = wanted(typed, viewer)
        found = gaps.listed(store, viewer.domain, ROWS + 1, before, asked, typed.cause or None)
        causes = [one.code for one in overview.gap_causes(store, viewer.domain, asked.since or 0.0)]
    except Invalid as invalid:
        wrong = g.words.error(invalid.code)
    shown, more = found[:ROWS], found[ROWS - 1].cursor if len(found) > ROWS else None
    page = render_template(
        "recordings/missing.html",
        filters=typed,
        periods=list(Period),
        causes=sorted({*causes, typed.cause} - {""}, key=lambda one: g.words.known("gap-cause", one)),
        lines=lines(store, viewer, shown),
        more=typed.address(before=f"{more[0]!r}_{more[1]}") if more else None,
        trouble=wrong,
    )
    return page, 422 if wrong else 200


def read(given: Mapping[str, str]) -> MissingFilters:
    """The filters of an address; invalid choices are ignored."""
    typed = {name: clean(given.get(name, "")).strip()[:_LONGEST] for name in MissingFilters.__dataclass_fields__}
    typed["period"] = typed["period"] if typed["period"] in tuple(Period) else Period.WEEK
    typed["sort"] = sorting.of(typed["sort"])
    if typed["period"] != Period.DATES:
        typed |= {"first": "", "last": ""}
    return MissingFilters(**typed)


def wanted(typed: MissingFilters, viewer: Viewer) -> Wanted:
    """The period that the filters ask for; Invalid("bad-dates")."""
    zone = viewer.moments.zone
    days: Days = days_of(Period(typed.period), today(viewer.now, zone), typed.first, typed.last)
    since, until = days.bounds(zone)
    # As for recordings: nothing from before the viewer had the name.
    return Wanted(max(since, viewer.actor.tenure.at), until, oldest=bool(typed.sort))


def lines(store: Store, viewer: Viewer, found: list[Gap]) -> list[MissingRecording]:
    """The gaps with what is known of their talks."""
    made = decisions.of_calls(store, viewer.domain, list({one.call for one in found if one.call}))
    known = {one.id: one for each in made.values() for one in each}
    return [_line(one, known.get(one.decision), viewer.company.country) for one in found]


def _line(gap: Gap, made: Decision | None, country: str) -> MissingRecording:
    if made is None:
        return MissingRecording(gap, gap.at, None, None, None)
    ends: tuple[Participant, Participant] = participants.both(made.inputs, made.caller, made.answerer)
    caller, answerer = (party(end, country) for end in ends)
    return MissingRecording(gap, made.at, made.direction, caller, answerer)
