"""Everybody in the company, live: who is in a call, and listening in to calls where that is allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import g, render_template, request

from fsplug.errors import FsplugError, Invalid, Refused
from fsplug.policy.listening.gate import Reason
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.calls import listenable
from fsplug.store.change import own_profile
from fsplug.store.config import user_list, users
from fsplug.store.config.user_list import Person, UserFilter
from fsplug.store.db.database import Store
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import Open, services, takes
from fsplug.web.kernel.icons import PATHS
from fsplug.web.kernel.live import MOST_ROWS, OpenPage, calls_or_none
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.words.catalogue import Words
from fsplug.words.listening import why_not, why_not_twice

PAGE = Page(__name__, Menu(Section.CALLS, 30, PATHS["handset"]))


@dataclass(frozen=True, slots=True)
class ColleagueRow:
    """One row: the user, the user's call, and why the viewer may not listen to it (in words; empty if allowed).

    Only listeners see here that somebody listens: `is_heard` says whether the viewer listens to this user.
    """

    person: Person
    talk: UserTalk | None
    is_viewer: bool
    is_heard: bool
    why_not: str


def rows(
    store: Store, domain: str, viewer: str, language: str, found: Iterable[Person], calls: CompanyCalls | None
) -> list[ColleagueRow]:
    """The rows of these users as this viewer sees them; without `calls` the switch is away."""
    found = list(found)
    usernames = [one.username for one in found]
    why = listenable.reasons(store, domain, viewer, usernames, calls) if calls is not None else {}
    listens = calls is not None and calls.listens(viewer)

    def row(one: Person) -> ColleagueRow:
        talk = calls.talks.get(one.username) if calls is not None else None
        reason = why.get(one.username, Reason.UNAVAILABLE)
        is_heard = talk is not None and viewer in talk.listeners
        nodes = talk.node if talk else "", calls.node if calls else ""
        text = _why_not(reason, language, nodes, listens) if reason else ""
        return ColleagueRow(one, talk, one.username == viewer, is_heard, text)

    return [row(one) for one in found]


@PAGE.live
def live_rows(watch: OpenPage) -> str:
    """The rows on the page, and the line above them."""
    found = user_list.of(watch.store, watch.domain, watch.shown)
    seen = rows(watch.store, watch.domain, watch.username, watch.words.language, found, watch.calls)
    note = refusal(watch.note, watch.words, watch.calls, watch.username) if watch.note else None
    return watch.render("colleagues/live.html", colleagues=seen, is_away=watch.calls is None, note=note)


@PAGE.get("/colleagues")
@takes(Open.SIGNED_IN)
def page() -> str:
    """A page of colleagues, by name."""
    return _page()


@PAGE.post("/colleagues/profile")
@takes(Open.SIGNED_IN)
def choose_profile() -> Any:
    """Make another of the viewer's own profiles active."""
    name, actor = request.form.get("profile", ""), g.actor
    own_profile.choose(guard.store(), actor, name)
    return shell.done("/colleagues", "said-profile", name=name)


@PAGE.post("/colleagues/listen")
@takes(Open.SIGNED_IN)
def listen() -> Any:
    """Ring the viewer's own phone; once picked up, it plays the colleague's call."""
    viewer, to = shell.viewer(), request.form.get("to", "")
    found = next(iter(user_list.of(guard.store(), viewer.domain, [to])), None)
    try:
        if found is None:
            raise Refused(Reason.UNKNOWN_PERSON, f"{viewer.domain} has no user {to[:64]}")
        begun = services().live.listen(viewer.domain, viewer.username, found.extension)
    except FsplugError as error:
        status = 403 if isinstance(error, Refused) else 422 if isinstance(error, Invalid) else 503
        calls = calls_or_none(services().live, viewer.domain)
        return _page(refusal(error.code, g.words, calls, viewer.username, error.facts)), status
    said = "said-phone-rings" if begun is None else "said-listening"
    return shell.done("/colleagues", said, name=found.called)


def refusal(
    code: object, words: Words, calls: CompanyCalls | None, viewer: str, facts: Mapping[str, Any] = MappingProxyType({})
) -> str:
    """Why listening in failed, in words. A code without a text is a fault between fsplug and the switch."""
    if code in set(Reason):
        nodes, listens = (
            (facts.get("call_on", ""), facts.get("phone_on", "")),
            calls is not None and calls.listens(viewer),
        )
        return _why_not(Reason(str(code)), words.language, nodes, listens)
    return words.error(str(code) if f"error-{code}" in words.texts else "switch-away")


def _why_not(reason: Reason, language: str, nodes: tuple[str, str], listens: bool) -> str:
    """In words; `nodes` are that of the call and that of the phone, `listens` whether the viewer does so already."""
    return why_not_twice(language) if listens and reason is Reason.LINE_BUSY else why_not(reason, language, *nodes)


def asked_filter(asked: Mapping[str, str]) -> UserFilter:
    """Which colleagues the list is to hold, and how it is sorted."""
    sort = user_list.sort_of(asked.get("sort", ""))
    return UserFilter(asked.get("q", "")[:100], asked.get("department") or None, sort=sort)


def _page(trouble: str | None = None) -> str:
    viewer = shell.viewer()
    user_filter = asked_filter(request.args)
    after = _place(request.args.get("after", ""))
    store, calls = guard.store(), calls_or_none(services().live, viewer.domain)
    found = user_list.listed(store, viewer.domain, user_filter, MOST_ROWS + 1, after)
    following = found[MOST_ROWS - 1].place(user_filter.sort) if len(found) > MOST_ROWS else None
    [own] = user_list.of(store, viewer.domain, [viewer.username])
    return render_template(
        "colleagues/page.html",
        trouble=trouble,
        user_filter=user_filter,
        is_first=after is None,
        colleagues=rows(store, viewer.domain, viewer.username, viewer.language, found[:MOST_ROWS], calls),
        following="\t".join(following) if following else None,
        own=own,
        departments=users.departments(store, viewer.domain),
        is_away=calls is None,
    )


def _place(text: str) -> tuple[str, str] | None:
    name, tab, username = text.partition("\t")
    return (name, username) if tab else None
