"""Ring groups: numbers that several users answer; listed, added, changed and removed."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import abort, g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.entities import Strategy
from fsplug.store.change import edit_entry
from fsplug.store.change.coded import Coded
from fsplug.store.change.draft import Table
from fsplug.store.change.edit_entry import InvalidEntry
from fsplug.store.change.merging import merged
from fsplug.store.change.outcome import Outcome
from fsplug.store.config import user_list
from fsplug.web.kernel import forms, guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.pages.importing.faults import in_words

_ICON = (
    "M8 9a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm8 0a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 20v-3a4 4 0 0 1 8 0v3m0 0v-3a4 4 0 0 1 8 0v3"
)
PAGE = Page(__name__, Menu(Section.CONFIGURATION, 32, _ICON))

MOST_USERS = 1000
_TARGETS = ("user", "group", "number")
_NEW, _ONE = "/groups/new", "/groups/edit/<number>"


@PAGE.get("/groups")
@takes(Need.COMPANY, Reach.COMPANY)
def page() -> Any:
    """Every ring group."""
    found = edit_entry.every(guard.store(), shell.viewer().domain, "group", g.actor)
    return render_template("groups/page.html", groups=found.values())


@PAGE.get(_NEW)
@takes(Need.COMPANY, Reach.COMPANY)
def new_page() -> Any:
    """The form of a group that is to be added."""
    return _page(None, {})


@PAGE.post(_NEW)
@takes(Need.COMPANY, Reach.COMPANY, steps_up=True)
def add() -> Any:
    """Add the group."""
    viewer, wanted = shell.viewer(), _wanted({})
    return _made(None, {}, wanted, lambda: edit_entry.add(guard.store(), viewer.domain, "group", wanted, g.actor))


@PAGE.get(_ONE)
@takes(Need.COMPANY, Reach.COMPANY)
def one_page(number: str) -> Any:
    """The group's form."""
    return _page(number, _read(number))


@PAGE.post(_ONE)
@takes(Need.COMPANY, Reach.COMPANY, steps_up=True)
def save(number: str) -> Any:
    """Save what the form sets."""
    viewer, before, looked_at = shell.viewer(), _read(number), request.form.get("looked_at", "")
    wanted = {**_wanted(before), "number": number}
    return _made(
        number,
        before,
        wanted,
        lambda: edit_entry.save(guard.store(), viewer.domain, "group", number, wanted, g.actor, looked_at),
    )


@PAGE.get(f"{_ONE}/remove")
@takes(Need.COMPANY, Reach.COMPANY)
def lead_back(number: str) -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect(f"/groups/edit/{number}") if _read(number) else abort(404)


@PAGE.post(f"{_ONE}/remove")
@takes(Need.COMPANY, Reach.COMPANY, steps_up=True)
def remove(number: str) -> Any:
    """Remove the group, unless something still leads to it."""
    viewer, before, looked_at = shell.viewer(), _read(number), request.form.get("looked_at", "")
    return _made(
        number,
        before,
        before,
        lambda: edit_entry.remove(guard.store(), viewer.domain, "group", number, g.actor, looked_at),
        "said-group-removed",
    )


def _read(number: str) -> Table:
    try:
        return edit_entry.read(guard.store(), shell.viewer().domain, "group", number, g.actor)
    except Invalid:
        abort(404)


def _wanted(before: Table) -> Table:
    """The group's entry with what the form sets."""
    form = request.form
    given: Table = {name: form[name].strip() for name in ("number", "name", "strategy") if name in form}
    if (seconds := forms.number(form.get("ring_seconds", ""))) is not None:
        given["ring_seconds"] = seconds
    after = merged(before, given)
    after["members"] = list(_members())
    kind, to = form.get("overflow_kind", ""), form.get("overflow_to", "").strip()
    after.pop("overflow", None)
    return {**after, "overflow": {kind: to}} if kind in _TARGETS and to else after


def _members() -> Iterator[str]:
    """In ringing order: by the places that the form gives them, then those who are added."""
    form, removed = request.form, set(request.form.getlist("member_remove"))
    places = form.getlist("place")
    kept = [
        (forms.number(places[at].strip()) or at + 1 if at < len(places) else at + 1, at, name)
        for at, name in enumerate(form.getlist("member"))
    ]
    named = [name for _, _, name in sorted(kept) if name not in removed]
    yield from dict.fromkeys([*named, *filter(None, form.getlist("member_add"))])


def _made(
    number: str | None, before: Table, wanted: Table, act: Callable[[], Outcome], said: str = "said-group-saved"
) -> Any:
    try:
        act()
    except (Invalid, Refused) as error:
        return _page(number, before, error, wanted), 422 if isinstance(error, Invalid) else 403
    return shell.done("/groups", said, name=wanted.get("name") or wanted["number"])


def _page(
    number: str | None, before: Table, error: Invalid | Refused | None = None, wanted: Table | None = None
) -> str:
    shown, domain, store = before if wanted is None else wanted, shell.viewer().domain, guard.store()
    members, overflow = shown.get("members", ()), shown.get("overflow") or {}
    others = [
        one for one in user_list.listed(store, domain, user_list.EVERYBODY, MOST_USERS) if one.username not in members
    ]
    kind, to = next(iter(overflow.items()), ("", ""))
    return render_template(
        "groups/one.html",
        number=number,
        group=shown,
        called=before.get("name") or number,
        looked_at=request.form.get("looked_at") or (edit_entry.word_for(before) if number else ""),
        troubles=list(_troubles(error)),
        names=user_list.names(store, domain, members),
        others=others,
        strategies=list(Strategy),
        targets=_TARGETS,
        overflow_kind=kind,
        overflow_to=to,
    )


def _troubles(error: Invalid | Refused | None) -> Iterator[str]:
    if isinstance(error, InvalidEntry):
        texts = (text if isinstance(text, Coded) else Coded("other", text) for _, text in error.troubles)
        yield from dict.fromkeys(map(in_words, texts))
    elif error is not None:
        yield g.words.error(error.code)
