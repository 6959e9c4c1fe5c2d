"""The list of recordings: today's by default, with filters, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import g, render_template, request

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.entities import Direction
from fsplug.policy.periods import Period, today
from fsplug.store.calls import conversations
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import Found, RecordingPage
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.parties import NamedParty, party, person
from fsplug.web.kernel.shell import Viewer
from fsplug.web.pages.recordings import filters
from fsplug.web.pages.recordings.filters import Filters
from fsplug.web.pages.saved import views as saved

PAGE = Page(__name__, Menu(Section.CALLS, 20, "M3 12h2m3-5v10m4-14v18m4-14v10m3-5h2"))


@dataclass(frozen=True, slots=True)
class ListedRecording:
    """A recording as shown on the list, with the later ones of its conversation that are folded into its row."""

    found: Found
    caller: NamedParty
    answerer: NamedParty
    person: NamedParty | None
    later: Sequence["ListedRecording"] = ()

    @property
    def is_sealed(self) -> bool:
        """Whether the recording can be played."""
        return self.found.state == "sealed"

    @property
    def all(self) -> Sequence["ListedRecording"]:
        """The recordings of the row, the earliest first."""
        return (self, *self.later)

    @property
    def unheard(self) -> list[str]:
        """The states of the recordings that can't be played."""
        return list(dict.fromkeys(str(one.found.state) for one in self.all if not one.is_sealed))

    @property
    def others(self) -> list[str]:
        """The names of those whose legs were recorded, beside the caller and the answerer of the row."""
        shown = (self.caller.name, self.caller.number, self.answerer.name, self.answerer.number)
        people = dict.fromkeys(one.person.name for one in self.all if one.person)
        return [name for name in people if name not in shown]

    @property
    def seconds(self) -> float:
        """How long the recordings of the row are together, as far as they are known."""
        return sum(one.found.seconds or 0.0 for one in self.all)


@dataclass(frozen=True, slots=True)
class ListedDay:
    """The rows of one day, which began at these epoch seconds or later. `called` is the period of this name.

    `is_continued`: the rows before them, which are there already, are of the same day.
    """

    at: float
    called: str
    lines: Sequence[ListedRecording]
    is_continued: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices in the filters; a viewer who reaches only their own recordings is offered no other people."""

    departments: Sequence[str]
    groups: Mapping[str, str]
    people: bool


@PAGE.get("/recordings")
@takes(Need.RECORDINGS, Reach.OWN)
def page() -> Any:
    """Today's recordings, or those that match the filters."""
    may_share = shell.viewer().reaches(Need.SHARING, Reach.COMPANY)
    return show(PAGE.name, is_folded=True, saved=saved.of_list(PAGE.name), may_share=may_share)


def show(folder: str, wrong: str | None = None, is_folded: bool = False, **more: Any) -> Any:
    """The page, or only its results, with the list that the address asks for; `is_folded`: a row for a conversation.

    422 if the filters are invalid or something is `wrong`.
    """
    viewer, typed = shell.viewer(), filters.read(request.values)
    found, offered, code = _looked(guard.store(), viewer, typed)
    wrong = wrong or (g.words.error(code) if code else None)
    lines = [line(one, viewer) for one in found.recordings]
    is_folded = is_folded and not typed.order.is_by_length
    rows = _folded(lines, viewer, typed.order.is_ascending) if is_folded else lines
    shown: dict[str, Any] = {
        "filters": typed,
        "choices": offered,
        "periods": list(Period),
        "directions": list(Direction),
        "address": request.path,
        "lines": rows,
        "days": _days(rows, viewer, typed),
        "more": typed.at(found.before),
        "looked_back_to": found.looked_back_to,
        "wider": filters.wider(typed, viewer),
        "wrong": wrong,
        **more,
    }
    template = "found.html" if shell.wants_part() else "page.html"
    return render_template(f"{folder}/{template}", **shown), 422 if wrong else 200


def _days(lines: Sequence[ListedRecording], viewer: Viewer, typed: Filters) -> list[ListedDay]:
    """The rows by day; all in one without a heading where the order is another one."""
    if typed.order.is_by_length:
        return [ListedDay(0.0, "", lines, is_continued=True)]
    return list(_by_day(lines, viewer, filters.cursor(typed.before) if shell.wants_part() else None))


def _by_day(lines: Sequence[ListedRecording], viewer: Viewer, before: Cursor | None) -> Iterator[ListedDay]:
    """The rows before them end at the cursor."""
    here, moments = today(viewer.now, viewer.moments.zone), viewer.moments
    called = {here: Period.TODAY, here - timedelta(days=1): Period.YESTERDAY}
    last = moments.of(before[0]).date() if before else None
    for day, rows in groupby(lines, lambda line: moments.of(line.found.at).date()):
        its = list(rows)
        yield ListedDay(its[0].found.at, str(called.get(day, "")), its, day == last)


def _looked(store: Store, viewer: Viewer, typed: Filters) -> tuple[RecordingPage, Choices, str | None]:
    """The page, the choices, and the error's code if the filters are invalid."""
    offered = _offered(store, viewer)
    try:
        store_filter = filters.store_filter(store, typed, viewer)
        return results.search(store, viewer.domain, store_filter, before=filters.cursor(typed.before)), offered, None
    except Invalid as invalid:
        return RecordingPage([]), offered, invalid.code


def _offered(store: Store, viewer: Viewer) -> Choices:
    everybody = viewer.reaches(Need.RECORDINGS, Reach.COMPANY)
    if not everybody:
        return Choices((), {}, False)
    return Choices(results.departments(store, viewer.domain), results.groups(store, viewer.domain), True)


def line(one: Found, viewer: Viewer) -> ListedRecording:
    """The recording as the viewer sees it."""
    country = viewer.company.country
    return ListedRecording(one, party(one.caller, country), party(one.answerer, country), person(one.person))


def _folded(lines: Sequence[ListedRecording], viewer: Viewer, is_oldest_first: bool) -> list[ListedRecording]:
    """The same, in their order, with those of one conversation in the row of the earliest."""
    calls = [one.found.call for one in lines if one.found.call]
    joined = conversations.by_call(guard.store(), viewer.domain, calls)
    rows: dict[str, list[ListedRecording]] = {}
    for one in lines if is_oldest_first else reversed(lines):
        call = one.found.call
        rows.setdefault(joined.get(call, call) if call else one.found.id, []).append(one)
    folded = [replace(first, later=later) for first, *later in rows.values()]
    return folded if is_oldest_first else folded[::-1]
