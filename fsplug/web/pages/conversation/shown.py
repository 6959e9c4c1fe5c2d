"""What the page of a conversation shows, to whomever looks at it: once, and as it goes on."""

from typing import Any

from fsplug.policy.access.scopes import Actor
from fsplug.policy.conversation.shapes import Timeline
from fsplug.store.calls import conversation_access
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.store.recordings import access
from fsplug.store.recordings.recordings import UNFINISHED
from fsplug.web.pages.conversation import lanes, lines, people, stops
from fsplug.words.catalogue import Words


def facts(store: Store, actor: Actor, domain: str, conversation: str, words: Words, now: float) -> dict[str, Any]:
    """What the templates are given. Invalid or Refused if the actor may see nothing of it.

    `follows` is the conversation's id while more of it is to come, else empty.
    """
    company = companies.get(store, domain)
    seen = conversation_access.seen(store, domain, conversation, actor)
    found = seen.timeline(store)
    named = people.of(store, company, found, seen.calls)
    horizon = lanes.horizon(found, now)
    heard = access.reachable(store, domain, [one.id for part in found.parts for one in part.recordings], actor)
    shown = lines.of(found, seen.calls, named, words, heard)
    return {
        "seen": seen,
        "found": found,
        "lines": shown,
        "round": stops.of(store, company, found, shown, named, words),
        "asks_reason": company.playback_reason,
        "limits": {"reason": access.LONGEST_REASON},
        "drawn": lanes.drawn(found, named, horizon, shown),
        "ends": people.ends(found, seen.calls[0], named),
        "follows": seen.id if _goes_on(found) else "",
    }


def _goes_on(found: Timeline) -> bool:
    """Whether somebody still talks, or a recording is still to be sealed."""
    states = {one.state for part in found.parts for one in part.recordings}
    return found.ended_at is None or not states.isdisjoint(UNFINISHED)
