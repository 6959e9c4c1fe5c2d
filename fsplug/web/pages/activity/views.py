"""The audit trail: who did what, filtered by time, act and people; and the trail's check."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach, logged_name, outsider
from fsplug.policy.periods import WIDER, Period, days_of, today
from fsplug.policy.terms import TERMS, OneOf, SomeOf
from fsplug.store.audit import browse
from fsplug.store.audit.browse import AuditFilter, Check
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.audit.wording import Grant
from fsplug.store.db.database import Store
from fsplug.store.db.text import clean
from fsplug.store.recordings.search import results
from fsplug.web.kernel import forms, guard, names, shell, sorting
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.shell import Viewer
from fsplug.web.kernel.texts import texts
from fsplug.web.pages.activity import deeds
from fsplug.web.pages.activity.deeds import Deed, LinkedRecording
from fsplug.web.pages.saved import views as saved

PAGE = Page(__name__, Menu(Section.CONFIGURATION, 40, "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01"))

ROWS = 50
_ACT = "act-"
# Where the values of a column have their words.
_VALUE_WORDS = {
    "role": "role",
    "admin": "admin-scope",
    "mode": "policy-mode",
    **{term.name: f"policy-{term.key}" for term in TERMS if isinstance(term.values, OneOf | SomeOf)},
    "when_away": "policy-when-away",
}
# The facts that are lists of sentences.
_LONG_FACTS = ("changes", "granted", "turned", "led")


@dataclass(frozen=True, slots=True)
class ActivityFilters:
    """The filters as typed; empty means no limit. `sort` is "oldest" for the oldest first."""

    period: str = Period.WEEK
    first: str = ""
    last: str = ""
    act: str = ""
    who: str = ""
    about: str = ""
    sort: str = ""

    @property
    def fields(self) -> dict[str, str]:
        """The filters that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}

    @property
    def query(self) -> str:
        """These filters, as the query of an address."""
        return "?" + urlencode(self.fields)

    def address(self, **others: object) -> str:
        """The address of the list with these filters in place of its own."""
        wanted = {**asdict(self), **others}
        return "/activity?" + urlencode({name: value for name, value in wanted.items() if value})


@dataclass(frozen=True, slots=True)
class Called:
    """Somebody's name, and the username beside it, which no change of the name changes; "" where the name is all.

    `settings`: the page with the user's settings, for viewers who may see it; "" for others and for outsiders.
    """

    name: str
    username: str = ""
    settings: str = ""


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """One page of the list; `before` is where the next page begins. Users and actors are `called` by name now.

    `recordings` and `calls` are those that the page leads to, by id.
    """

    deeds: list[Deed]
    called: Mapping[str, Called]
    check: Check | None
    recordings: Mapping[str, LinkedRecording]
    calls: Collection[str] = ()
    before: int | None = None
    trouble: str = ""


def acts() -> list[str]:
    """Every act that has a name."""
    return sorted(name.removeprefix(_ACT) for name in texts() if name.startswith(_ACT))


@PAGE.get("/activity")
@takes(Need.AUDIT, Reach.COMPANY)
def page() -> Any:
    """This week's entries, or those that match the filters."""
    viewer, filters = shell.viewer(), read_filters(request.args)
    before = forms.number(request.args.get("before", ""))
    found = _page_of(guard.store(), viewer, filters, before)
    next_wider = WIDER.get(Period(filters.period))
    answer = render_template(
        "activity/page.html",
        filters=filters,
        found=found,
        grant=Grant.parsed,
        recording_acts=deeds.RECORDING_ACTS,
        value_words=_VALUE_WORDS,
        long_facts=_LONG_FACTS,
        acts=sorted(acts(), key=lambda act: g.words(_ACT + act).lower()),
        periods=list(Period),
        wider=(next_wider, filters.address(period=next_wider)) if next_wider else None,
        saved=saved.of_list(PAGE.name),
        wrong=g.words.error(found.trouble) if found.trouble else "",
    )
    return answer, 422 if found.trouble else 200


@PAGE.post("/activity/check")
@takes(Need.AUDIT, Reach.COMPANY)
def check() -> Any:
    """Check the trail, or continue where the last step ended; the list keeps its filters."""
    viewer, address = shell.viewer(), read_filters(request.args).address()
    made: Check = browse.check(guard.store(), viewer.domain)
    if made.trouble is not None:
        return shell.done(address, "said-trail-wrong", number=str(made.trouble.number))
    said = "said-trail-whole" if made.is_whole else "said-trail-so-far"
    return shell.done(address, said, number=str(made.checkpoint.number), entries=str(made.entries))


def read_filters(given: Mapping[str, str]) -> ActivityFilters:
    typed = {name: clean(given.get(name, "")).strip()[:200] for name in ActivityFilters.__dataclass_fields__}
    filters = ActivityFilters(**typed)
    if filters.period not in tuple(Period):
        filters = replace(filters, period=str(Period.WEEK))
    return replace(filters, act=filters.act if filters.act in acts() else "", sort=sorting.of(filters.sort))


def _page_of(store: Store, viewer: Viewer, filters: ActivityFilters, before: int | None) -> ActivityPage:
    last = browse.last_check(store, viewer.domain)
    try:
        wanted = store_filter(store, viewer, filters)
    except Invalid as error:
        return ActivityPage([], {}, last, {}, trouble=error.code)
    found, following = deeds.page(store, viewer.domain, wanted, ROWS, before)
    shown = [entry for deed in found for entry in deed.entries]
    usernames = {username for one in shown for username in _people(one)}
    called = {
        username: _called(viewer, name, username)
        for username, name in names.of_users(store, viewer.domain, usernames).items()
    }
    for actor, name in names.of_actors(store, viewer.domain, (one.actor for one in shown)).items():
        called[actor] = _called(viewer, name, names.username_of(actor, viewer.domain) or "")
    linked = deeds.recordings(store, viewer, shown), deeds.known_calls(store, viewer, shown)
    return ActivityPage(found, called, last, *linked, following)


def _called(viewer: Viewer, name: str, username: str) -> Called:
    # Nobody who was removed has settings: of them only the username is known, or a name of before.
    has_settings = username and username != name and viewer.reaches(Need.PEOPLE, Reach.COMPANY)
    settings = "/people?" + urlencode({"marked": username}) if has_settings else ""
    return Called(name, username if username != name else "", settings)


def _people(entry: AuditEntry) -> Iterator[str]:
    """The users whom the entry is about, and the user it changed."""
    yield from entry.people
    yield from (change[2] for change in entry.facts.get("changes", ()) if change[1] == "user")


def store_filter(store: Store, viewer: Viewer, filters: ActivityFilters) -> AuditFilter:
    zone = viewer.moments.zone
    since, until = days_of(Period(filters.period), today(viewer.now, zone), filters.first, filters.last).bounds(zone)
    who = _users(store, viewer, filters.who)
    about = _users(store, viewer, filters.about)
    return AuditFilter(
        since,
        until,
        (filters.act,) if filters.act else None,
        None
        if who is None
        else (*(logged_name(one, viewer.domain) for one in who), filters.who, outsider(filters.who)),
        about,
        oldest=bool(filters.sort),
    )


def _users(store: Store, viewer: Viewer, text: str) -> tuple[str, ...] | None:
    return results.users_called(store, viewer.domain, text) if text else None
