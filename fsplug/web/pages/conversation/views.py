"""One conversation in its order: who waited, talked and was parked, what is recorded of it and why, who did what."""

from typing import Any

from flask import abort, g, render_template, request

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.store.config import actors
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.live import OpenPage
from fsplug.web.kernel.page import Page
from fsplug.web.pages.conversation import shown
from fsplug.web.pages.recordings import filters

PAGE = Page(__name__, part_of="recordings")


@PAGE.get("/conversations/<conversation>")
@takes(Need.RECORDINGS, Reach.OWN)
def page(conversation: str) -> Any:
    """The conversation, by its id or a call of it, as far as the viewer may see it.

    404 for one that the viewer may see nothing of, as for one that nobody has.
    """
    viewer = shell.viewer()
    try:
        facts = shown.facts(guard.store(), viewer.actor, viewer.domain, conversation, g.words, viewer.now)
    except (Invalid, Refused):
        abort(404)
    return render_template("conversation/page.html", kept=filters.kept(request.args), **facts)


@PAGE.live
def live(watch: OpenPage) -> str:
    """The conversation that the page shows, while more of it is to come; nothing once the viewer may not see it."""
    if not watch.follows:
        return ""
    try:
        actor = actors.actor(watch.store, watch.domain, watch.username)
        facts = shown.facts(watch.store, actor, watch.domain, watch.follows, watch.words, watch.moments.now)
    except (Invalid, Refused):
        return ""
    return watch.render("conversation/live.html", **facts)
