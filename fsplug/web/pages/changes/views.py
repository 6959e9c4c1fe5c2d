"""Changes of people that wait: administrators confirm or reject them, and the people concerned reject them."""

from typing import Any

from flask import g, redirect, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access import waiting as waits
from fsplug.policy.access.attempts import Act
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.change import carrying, rejecting, waiting_rows
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config import user_list
from fsplug.web.kernel import guard, names, shell
from fsplug.web.kernel.guard import Open, takes
from fsplug.web.kernel.page import Menu, Page, Section
from fsplug.words import changes

PAGE = Page(__name__, Menu(Section.CONFIGURATION, 35, "M12 7v5l3 3M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18"))
_LINK = "change"


@PAGE.get("/changes")
@takes(Need.CHANGES, Reach.COMPANY)
def page() -> Any:
    """What waits, and what became of the changes of the last month."""
    return _page()


@PAGE.get("/changes/confirm")
@PAGE.get("/changes/decline")
@takes(Need.CHANGES, Reach.COMPANY)
def lead_back() -> Any:
    """Redirect viewers who reload the answer to a form."""
    return redirect("/changes")


@PAGE.post("/changes/confirm")
@takes(Need.CHANGES, Reach.COMPANY, steps_up=True)
def confirm() -> Any:
    """Make a change now, as its second person."""
    viewer, change = shell.viewer(), request.form.get("change", "")
    try:
        carrying.confirm(guard.store(), viewer.domain, change, viewer.actor)
    except (Invalid, Refused) as error:
        return _page(g.words.error(error.code)), 422 if isinstance(error, Invalid) else 403
    return shell.done("/changes", "said-change-made")


@PAGE.post("/changes/decline")
@takes(Open.SIGNED_IN)
def decline() -> Any:
    """Reject a change, as an administrator or as one whom it concerns."""
    viewer, change = shell.viewer(), request.form.get("change", "")
    rejecting.reject(guard.store(), viewer.domain, change, viewer.actor)
    sees_all = viewer.reaches(Need.CHANGES, Reach.COMPANY)
    return shell.done("/changes" if sees_all else "/account", "said-change-rejected")


@PAGE.get("/changes/reject/<token>")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def open_link(token: str) -> Any:
    """Open a mailed link. Opening rejects nothing, because programs open links in mails too."""
    response = redirect("/changes/reject", 303)
    guard.set_cookie(response, _LINK, token, waits.LONGEST_SECONDS)
    return response


@PAGE.get("/changes/reject")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def reject_page() -> str:
    """What would change, and the button."""
    token = guard.cookie(_LINK)
    found = rejecting.of_link(guard.store(), token)
    called = user_list.names(guard.store(), found.company, [found.username])
    return render_template(
        "changes/reject.html",
        name=called.get(found.username, found.username),
        company=found.company,
        lines=lines(found),
        press=guard.press_token(token),
    )


@PAGE.post("/changes/reject")
@takes(Open.ANYBODY, tries=Act.OPEN_LINK)
def reject() -> str:
    """Reject the change: the button was pressed."""
    token = guard.cookie(_LINK)
    guard.check_press(token)
    rejecting.reject_by_link(guard.store(), token)
    return render_template("changes/rejected.html")


def _page(trouble: str | None = None) -> Any:
    viewer, store = shell.viewer(), guard.store()
    found = waiting_rows.listed(store, viewer.domain, viewer.actor)
    called = dict(names.of_users(store, viewer.domain, {one.username for one in found}))
    called |= names.of_actors(store, viewer.domain, {one.made_by for one in found})
    called |= names.of_actors(store, viewer.domain, {one.ended_by for one in found if one.ended_by})
    return render_template(
        "changes/page.html",
        trouble=trouble,
        waiting=[(one, lines(one), carrying.may_confirm(store, one, viewer.actor)) for one in found if one.is_waiting],
        ended=[(one, lines(one)) for one in found if not one.is_waiting],
        who={one.id: changes.confirmers(g.words, one.by_superuser) for one in found},
        called=called,
    )


def lines(found: WaitingChange) -> list[str]:
    """What would change, in words."""
    return [changes.line(g.words, one.what, one.before, one.after) for one in found.shown]
