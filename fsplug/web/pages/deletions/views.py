"""Deleting recordings: marked on the list, confirmed, deleted at once; the deletion can be undone for a minute."""

from dataclasses import replace
from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import FsplugError, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.config import policies, users
from fsplug.store.db.database import Store
from fsplug.store.recordings import deletions
from fsplug.store.recordings.deletions import Batch
from fsplug.store.recordings.search import results
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.icons import PATHS
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.web.pages.recordings import filters, views

PAGE = Page(__name__, Menu(Section.CONFIGURATION, 20, PATHS["trash"]))
_PAGE = "/deletions"
# The question before a deletion shows at most this many recordings.
SHOWN_LINES = 100


@PAGE.get(_PAGE)
@takes(Need.DELETION, Reach.COMPANY)
def page() -> Any:
    """The list on which to mark recordings, and the deletions that can still be undone."""
    return _page()


@PAGE.get(f"{_PAGE}/confirm")
@PAGE.get(f"{_PAGE}/delete")
@PAGE.get(f"{_PAGE}/undo")
@takes(Need.DELETION, Reach.COMPANY)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect(_PAGE)


@PAGE.post(f"{_PAGE}/confirm")
@takes(Need.DELETION, Reach.COMPANY)
def confirm() -> Any:
    """Ask for confirmation, before anything is deleted."""
    viewer, marked = shell.viewer(), request.form.getlist("recording")
    if not marked:
        return _page(g.words("deletion-none-selected"))
    if len(marked) > deletions.MOST_AT_ONCE:
        return _page(g.words.error("bad-deletion"))
    lines = [views.line(one, viewer) for one in results.of_ids(guard.store(), viewer.domain, marked)]
    if not lines:
        return _page(g.words.error("unknown-recording"))
    typed = filters.read(request.form)
    return render_template("deletions/confirm.html", lines=lines, filters=typed, most=SHOWN_LINES)


@PAGE.post(f"{_PAGE}/delete")
@takes(Need.DELETION, Reach.COMPANY, steps_up=True)
def delete() -> Any:
    """Delete the marked recordings."""
    viewer, marked = shell.viewer(), request.form.getlist("recording")
    try:
        deletions.delete(guard.store(), viewer.domain, marked, viewer.actor)
    except FsplugError as error:
        return _refused(error)
    # The page lists deleted recordings for as long as the deletion can be undone.
    return redirect(_PAGE + filters.read(request.form).query(), 303)


@PAGE.post(f"{_PAGE}/undo")
@takes(Need.DELETION, Reach.COMPANY)
def undo() -> Any:
    """Bring back the recordings of one deletion."""
    viewer, batch = shell.viewer(), request.form.get("batch", "")
    try:
        deletions.undelete_batch(guard.store(), viewer.domain, batch, viewer.actor)
    except FsplugError as error:
        return _refused(error)
    return shell.done(_PAGE + filters.read(request.form).query(), "said-undeletion")


def _refused(error: FsplugError) -> Any:
    if isinstance(error, Refused) and error.code not in ("too-late", "not-deletable"):
        raise error
    return _page(g.words.error(error.code))


def _page(wrong: str | None = None) -> Any:
    viewer = shell.viewer()
    pending = [_named(guard.store(), viewer.domain, one) for one in deletions.pending(guard.store(), viewer.domain)]
    return views.show(
        PAGE.name,
        wrong,
        address=_PAGE,
        undoable=[one for one in pending if one.undo_until > viewer.now],
        waiting=[one for one in pending if one.trouble],
    )


def _named(store: Store, domain: str, one: Batch) -> Batch:
    """The deletions, with the name of the user who made each, if known."""
    username, _, company = one.deleted_by.rpartition("@")
    if company != domain:
        return one
    user = users.user_at(store, domain, username, policies.current_version(store, domain))
    return replace(one, deleted_by=user.name) if user and user.name else one
