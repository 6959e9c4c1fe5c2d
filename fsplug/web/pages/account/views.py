"""The viewer's own account: language, one-time codes and open sessions."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.policy.access.attempts import Act
from fsplug.policy.access.scopes import logged_name
from fsplug.policy.speeds import speed_of
from fsplug.store.accounts import accounts, passkeys, sessions
from fsplug.store.accounts.sessions import Session
from fsplug.store.change import waiting_rows
from fsplug.store.db.database import Store
from fsplug.web.kernel import forms, guard, shell
from fsplug.web.kernel.guard import SESSION, Open, takes
from fsplug.web.kernel.page import Page
from fsplug.web.pages.account.browsers import browser_name
from fsplug.words import changes
from fsplug.words.catalogue import LANGUAGES

PAGE = Page(__name__)


@PAGE.get("/account")
@takes(Open.SIGNED_IN)
def page() -> str:
    """The settings that viewers may choose themselves."""
    viewer = shell.viewer()
    found = sessions.listed(guard.store(), viewer.domain, viewer.username)
    own = passkeys.listed(guard.store(), viewer.domain, viewer.username)
    waits = waiting_rows.of_users(guard.store(), viewer.domain, [viewer.username])
    lines = [
        (
            one,
            changes.confirmers(g.words, one.by_superuser),
            [changes.line(g.words, it.what, it.before, it.after) for it in one.shown],
        )
        for one in waits
    ]
    return render_template("account/page.html", sessions=found, passkeys=own, waiting=lines, browser_name=browser_name)


@PAGE.post("/account/sign-out")
@takes(Open.SIGNED_IN)
def sign_out_one() -> Any:
    """End one of the viewer's other sessions, or all sessions, including this one."""
    viewer, chosen = shell.viewer(), request.form.get("session", "")
    ended = _end(guard.store(), viewer, chosen)
    if any(one.id == viewer.session.id for one in ended):
        return guard.signed_out()
    return shell.done("/account", "said-signed-out")


@PAGE.post("/language")
@takes(Open.ANYBODY, tries=Act.NOTHING)
def choose_language() -> Any:
    """Change the language of this browser and, if the viewer is signed in, of the account."""
    language, back = request.form.get("language", ""), request.form.get("back", "/")
    token = guard.cookie(SESSION)
    session = sessions.find(guard.store(), token) if token else None
    if session is not None:
        accounts.choose_language(guard.store(), session.company, session.username, language)
    response = redirect(forms.path_here(back), 303)
    if language in LANGUAGES:
        shell.keep_language(response, language)
    return response


@PAGE.post("/account/speed")
@takes(Open.SIGNED_IN)
def choose_speed() -> Any:
    """The viewer's players play at this speed from now on; a player's script sends it."""
    viewer = shell.viewer()
    accounts.choose_speed(guard.store(), viewer.domain, viewer.username, speed_of(request.form.get("speed", "")))
    return "", 204


def _end(store: Store, viewer: shell.Viewer, chosen: str) -> list[Session]:
    """End a session; only the viewer's own sessions are found."""
    own = sessions.listed(store, viewer.domain, viewer.username)
    ending = [one for one in own if chosen in ("", one.id)]
    by = logged_name(viewer.username, viewer.domain)
    with store.atomic():
        return [sessions.end(store, viewer.domain, one.id, by) for one in ending]
