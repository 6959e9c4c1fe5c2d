"""The first page after sign-in: the day at a glance for superusers, a redirect for others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import current_app, redirect, render_template, url_for

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, Reach, reach
from fsplug.policy.periods import Days, today
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.calls import outages, overview, witnessed
from fsplug.store.calls.outages import Outage
from fsplug.store.calls.overview import Cause, FailedMails, Hour
from fsplug.store.config import actors, policies
from fsplug.store.config.policies import PolicyVersion
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from fsplug.store.recordings import play_counts
from fsplug.web.kernel import guard, names, shell
from fsplug.web.kernel.guard import Open, PageRule, takes
from fsplug.web.kernel.live import OpenPage, calls_or_none
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.kernel.shell import Viewer
from fsplug.web.pages.home.now import FOLLOWS, now
from fsplug.web.pages.home.plot import plot
from fsplug.web.pages.home.storage import Storage, storage
from fsplug.web.pages.recordings.missing import address_since

# Everybody else is redirected from the first page.
_SEEN_BY = PageRule(Need.RECORDINGS, Reach.COMPANY)
PAGE = Page(__name__, Menu(Section.CALLS, 10, "M4 11 12 4l8 7v8a1 1 0 0 1-1 1h-4v-6h-6v6H5a1 1 0 0 1-1-1z", _SEEN_BY))

_MOST_OUTAGES = _MOST_ALERTS = 5
WEEK_SECONDS = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Day:
    """What a superuser sees first. `storage` is None if the archive does not say how much room it has."""

    hours: Sequence[Hour]
    bytes_today: int
    storage: Storage | None
    causes: Sequence[Cause]
    mails: Mapping[str, int]
    failed: Sequence[FailedMails]
    since: PolicyVersion | None
    excluded: int
    called: Mapping[str, str]
    outages: Sequence[Outage] = ()
    not_asked: int = 0
    alerts: Sequence[AuditEntry] = ()

    @property
    def calls(self) -> int:
        """Today's number."""
        return sum(hour.calls for hour in self.hours)

    @property
    def recordings(self) -> int:
        """Today's number."""
        return sum(hour.recordings for hour in self.hours)

    @property
    def gaps(self) -> int:
        """The number in the last week."""
        return sum(cause.gaps for cause in self.causes)


@PAGE.get("/")
@takes(Open.SIGNED_IN)
def page() -> Any:
    """The first page, or a redirect to the viewer's own first page."""
    viewer = shell.viewer()
    if not viewer.reaches(Need.RECORDINGS, Reach.COMPANY):
        return redirect(_way(viewer))
    services = guard.services()
    room = services.archive.room()
    day = _day(guard.store(), viewer, room)
    leads_to_people = "people.page" in current_app.view_functions and viewer.reaches(Need.PEOPLE, Reach.COMPANY)
    return render_template(
        "home/page.html",
        missing=partial(address_since, viewer, viewer.now - WEEK_SECONDS),
        day=day,
        plot=plot(day.hours, viewer.moments),
        now=now(guard.store(), viewer.domain, calls_or_none(services.live, viewer.domain)),
        follows=FOLLOWS,
        leads_to_people=leads_to_people,
    )


@PAGE.live
def live(watch: OpenPage) -> str:
    """Who is on the phone, while the page is open; nothing once the viewer may not see it."""
    if watch.follows != FOLLOWS:
        return ""
    try:
        actor = actors.actor(watch.store, watch.domain, watch.username)
    except Invalid:
        return ""
    if not reach(actor, Need.RECORDINGS).is_at_least(Reach.COMPANY):
        return ""
    found = now(watch.store, watch.domain, watch.calls)
    return watch.render("home/now.html", now=found, follows=FOLLOWS) + "\0"


def _way(viewer: Viewer) -> str:
    """The page that other viewers are redirected to: an admin to users, others to what they can hear."""
    ways = (
        ("people.page", viewer.reaches(Need.PEOPLE, Reach.DEPARTMENTS)),
        ("recordings.page", viewer.reaches(Need.RECORDINGS)),
        ("colleagues.page", True),
    )
    open_to_them = (name for name, may in ways if may and name in current_app.view_functions)
    return url_for(next(open_to_them, "account.page"))


def _day(store: Store, viewer: Viewer, room: tuple[int, int] | None) -> Day:
    domain, zone = viewer.domain, viewer.moments.zone
    here = today(viewer.now, zone)
    since, until = Days(here, here).bounds(zone)
    week = viewer.now - WEEK_SECONDS
    changed = policies.last_change(store, domain)
    called = dict(names.of_actors(store, domain, [changed.by] if changed else []))
    alerts = play_counts.alerts(store, domain, week, _MOST_ALERTS)
    called |= names.of_users(store, domain, (one.subject for one in alerts))
    return Day(
        overview.hours(store, domain, since, until),
        overview.recorded_bytes(store, domain, since),
        storage(room, overview.growth(store, domain, week), viewer.now) if room else None,
        overview.gap_causes(store, domain, week),
        overview.mail_states(store, domain, week),
        overview.failed_mails(store, domain, week),
        changed,
        len(policies.snapshot(store, domain).excluded),
        called,
        outages.listed(store, domain, _MOST_OUTAGES, None, Wanted(since=week)),
        witnessed.not_asked(store, domain, week),
        alerts,
    )
