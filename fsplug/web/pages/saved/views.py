"""The filters that people keep by a name: saved, renamed and deleted here, chosen on the list that they are of."""

from typing import Any

from flask import request

from fsplug.store.accounts import saved_filters
from fsplug.store.accounts.saved_filters import SavedFilter
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Page

PAGE = Page(__name__)


def of_list(called: str) -> list[SavedFilter]:
    """The viewer's filters of a list, by name."""
    viewer = shell.viewer()
    return saved_filters.listed(guard.store(), viewer.domain, viewer.actor, called)


@PAGE.post("/filters")
@takes(Open.SIGNED_IN)
def save() -> Any:
    """Save the filters that a list is shown with."""
    viewer, form = shell.viewer(), request.form
    of, name, query = (form.get(field, "") for field in ("list", "name", "query"))
    return _done("said-filter-saved", saved_filters.save(guard.store(), viewer.domain, viewer.actor, of, name, query))


@PAGE.post("/filters/<saved>/rename")
@takes(Open.SIGNED_IN)
def rename(saved: str) -> Any:
    """Give one of the viewer's filters another name."""
    viewer, name = shell.viewer(), request.form.get("name", "")
    return _done("said-filter-renamed", saved_filters.rename(guard.store(), viewer.domain, viewer.actor, saved, name))


@PAGE.post("/filters/<saved>/remove")
@takes(Open.SIGNED_IN)
def remove(saved: str) -> Any:
    """Delete one of the viewer's filters."""
    viewer = shell.viewer()
    return _done("said-filter-deleted", saved_filters.remove(guard.store(), viewer.domain, viewer.actor, saved))


def _done(said: str, one: SavedFilter) -> Any:
    """Back to the list, with the filters that it was shown with."""
    shown = request.form.get("query", one.query)
    return shell.done(saved_filters.address(one.list, shown), said, name=one.name)
