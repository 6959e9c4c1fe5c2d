"""One conversation in its order: who waited, talked and was parked, what is recorded of it and why, who did what."""

from typing import Any

from flask import abort, g, render_template

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need, Reach
from fsplug.policy.conversation.shapes import Timeline
from fsplug.store.calls import conversation_access
from fsplug.store.calls.conversation_access import SeenConversation
from fsplug.store.db.database import Store
from fsplug.store.recordings import access
from fsplug.web.kernel import guard, shell
from fsplug.web.kernel.guard import takes
from fsplug.web.kernel.page import Page
from fsplug.web.kernel.shell import Viewer
from fsplug.web.pages.conversation import lanes, lines, people

PAGE = Page(__name__, part_of="recordings")


@PAGE.get("/conversations/<conversation>")
@takes(Need.RECORDINGS, Reach.OWN)
def page(conversation: str) -> Any:
    """The conversation, by its id or a call of it, as far as the viewer may see it."""
    viewer, store = shell.viewer(), guard.store()
    seen = _seen(store, viewer, conversation)
    found = seen.timeline(store)
    named = people.of(store, viewer, found)
    horizon = lanes.horizon(found, viewer.now)
    shown = lines.of(found, seen.calls, named, g.words, _heard(store, viewer, found))
    return render_template(
        "conversation/page.html",
        seen=seen,
        found=found,
        horizon=horizon,
        lines=shown,
        stops=lines.in_order(shown, found.began_at, g.words),
        asks_reason=viewer.company.playback_reason,
        limits={"reason": access.LONGEST_REASON},
        drawn=lanes.drawn(found, named, horizon, shown),
        ends=people.ends(found, seen.calls[0], named),
    )


def _seen(store: Store, viewer: Viewer, conversation: str) -> SeenConversation:
    """404 for a conversation that the viewer may see nothing of, as for one that nobody has."""
    try:
        return conversation_access.seen(store, viewer.domain, conversation, viewer.actor)
    except (Invalid, Refused):
        abort(404)


def _heard(store: Store, viewer: Viewer, found: Timeline) -> frozenset[str]:
    """The recordings that the viewer's player would open."""
    made = [one.id for part in found.parts for one in part.recordings]
    return access.reachable(store, viewer.domain, made, viewer.actor)
