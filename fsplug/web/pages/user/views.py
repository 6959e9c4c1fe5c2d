"""One user: added, changed and removed, with numbers, profiles and devices."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import abort, g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, departments_of
from fsplug.policy.entities import AdminScope, DeviceKind, Licence, Right, Role
from fsplug.store.change import edit_entry, edit_users
from fsplug.store.change.draft import Table
from fsplug.store.change.edit_entry import GrantNotSeen, InvalidEntry
from fsplug.store.change.outcome import Outcome
from fsplug.store.change.sheets.headings import Field
from fsplug.store.change.sheets.users import coded_trouble
from fsplug.store.config import users
from fsplug.web.kernel import guard, names, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.importing.faults import in_words
from fsplug.web.pages.user import form

PAGE = Page(__name__, part_of="people")

_NEW, _ONE = "/people/new", "/people/user/<username>"


@PAGE.get(_NEW)
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def new_page() -> Any:
    """The form of a user who is to be added."""
    return _page(None, {})


@PAGE.post(_NEW)
@takes(Need.PEOPLE, Reach.DEPARTMENTS, steps_up=True)
def add() -> Any:
    """Add the user."""
    viewer, wanted = shell.viewer(), form.entry(request.form, {}, g.actor.may_grant)
    return _made(
        None, {}, wanted, lambda reached: edit_entry.add(guard.store(), viewer.domain, "user", wanted, g.actor, reached)
    )


@PAGE.get(_ONE)
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def page(username: str) -> Any:
    """The user's form."""
    return _page(username, _read(username))


@PAGE.post(_ONE)
@takes(Need.PEOPLE, Reach.DEPARTMENTS, steps_up=True)
def save(username: str) -> Any:
    """Save what the form sets."""
    viewer, before, looked_at = shell.viewer(), _read(username), request.form.get("looked_at", "")
    wanted = {**form.entry(request.form, before, g.actor.may_grant), "username": username}
    return _made(
        username,
        before,
        wanted,
        lambda reached: edit_entry.save(
            guard.store(), viewer.domain, "user", username, wanted, g.actor, looked_at, reached
        ),
    )


@PAGE.get(f"{_ONE}/remove")
@takes(Need.PEOPLE, Reach.DEPARTMENTS)
def lead_back(username: str) -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect(f"/people/user/{username}") if _read(username) else abort(404)


@PAGE.post(f"{_ONE}/remove")
@takes(Need.PEOPLE, Reach.DEPARTMENTS, steps_up=True)
def remove(username: str) -> Any:
    """Remove the user, with devices and profiles, also from ring groups."""
    viewer, before, looked_at = shell.viewer(), _read(username), request.form.get("looked_at", "")
    try:
        edit_entry.remove(guard.store(), viewer.domain, "user", username, g.actor, looked_at)
    except (Invalid, Refused) as error:
        return _page(username, before, error), 422 if isinstance(error, Invalid) else 403
    return shell.done("/people", "said-user-removed", name=before.get("name") or username)


def _read(username: str) -> Table:
    try:
        return edit_entry.read(guard.store(), shell.viewer().domain, "user", username, g.actor)
    except Invalid:
        abort(404)


def _made(username: str | None, before: Table, wanted: Table, act: Callable[[str], Outcome]) -> Any:
    """Save by `act`, which takes the word for what was seen of what a grant reaches; then show what came of it."""
    try:
        outcome = act(request.form.get("reached", ""))
    except (Invalid, Refused) as error:
        status = 422 if isinstance(error, Invalid) else 409 if isinstance(error, GrantNotSeen) else 403
        return _page(username, before, error, wanted), status
    called, name = wanted.get("name") or wanted["username"], wanted["username"]
    passwords = form.passwords(wanted) | {one.key[-1]: one.password for one in outcome.plan.made}
    said_so = g.words("said-user-waits" if outcome.waiting else "said-user-saved", name=called)
    if not passwords:
        there = "/people" if outcome.waiting and username is None else f"/people/user/{name}"
        return shell.done(there, "said-user-waits" if outcome.waiting else "said-user-saved", name=called)
    held = edit_entry.read(guard.store(), shell.viewer().domain, "user", name, g.actor)
    phones = [(one, passwords[one["name"]]) for one in held.get("device", ()) if one["name"] in passwords]
    # The only answer with these passwords: nobody can read them later.
    return render_template("user/passwords.html", phones=phones, username=name, called=called, said=said_so)


def _page(
    username: str | None, before: Table, error: Invalid | Refused | None = None, wanted: Table | None = None
) -> str:
    viewer, actor = shell.viewer(), g.actor
    shown = before if wanted is None else wanted
    called = before.get("name") or username
    grantees = error.grantees if isinstance(error, GrantNotSeen) else ()
    return render_template(
        "user/page.html",
        username=username,
        user=shown,
        called=called,
        looked_at=request.form.get("looked_at") or (edit_entry.word_for(before) if username else ""),
        troubles=list(_troubles(error, shown)),
        grantees=grantees,
        setters=names.of_setters(guard.store(), viewer.domain, grantees),
        reached=error.word if isinstance(error, GrantNotSeen) else "",
        phones=[one for one in before.get("device", ()) if form.is_phone(one)],
        devices=before.get("device", ()),
        kinds=list(DeviceKind),
        roles=list(Role),
        scopes=list(AdminScope),
        licence=Licence.CONTACT_PRO in shown.get("licences", ()),
        right=Right.LISTEN_IN in shown.get("rights", ()),
        departments=_departments(actor),
        has_company=departments_of(actor) is None,
        may_set_record=edit_users.may_set_record(viewer.company, actor),
        preview={"grantees": grantees, "called": {username: called}},
    )


def _departments(actor: Actor) -> list[str]:
    seen = departments_of(actor)
    return [name for name in users.departments(guard.store(), shell.viewer().domain) if seen is None or name in seen]


def _troubles(error: Invalid | Refused | None, shown: Table) -> Iterator[str]:
    if isinstance(error, InvalidEntry):
        values = {field: str(shown.get(field, "")) for field in Field}
        yield from dict.fromkeys(in_words(coded_trouble(text, values)[1]) for _, text in error.troubles)
    elif error is not None:
        yield g.words.error(error.code)
