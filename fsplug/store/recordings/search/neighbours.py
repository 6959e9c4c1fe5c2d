"""The recordings above and below one in a list, newest first."""

from dataclasses import dataclass, replace

from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter

# How far to look at first for the next newer one. The search reads from the newest on, so the time is doubled until it
# holds one: few are read, however many there are in all.
_FIRST_SECONDS = 60.0
_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the next newer and the next older recording; None where the list ends."""

    newer: str | None
    older: str | None


def neighbours(store: Store, domain: str, wanted: RecordingFilter, place: Cursor) -> Neighbours:
    """Those of the company's recording at this place, in the list of what is wanted. Invalid as `results.search`."""
    older = results.search(store, domain, wanted, limit=1, before=place).recordings
    return Neighbours(_newer(store, domain, wanted, place), older[0].id if older else None)


def _newer(store: Store, domain: str, wanted: RecordingFilter, place: Cursor) -> str | None:
    end = min(store.now() + 1.0, wanted.until) if wanted.until is not None else store.now() + 1.0
    since = max(place[0], wanted.since or 0.0)
    seconds, until = _FIRST_SECONDS, since
    while until < end:
        until = min(place[0] + seconds, end)
        found = _last(store, domain, replace(wanted, since=since, until=until), place)
        if found is not None:
            return found
        seconds *= 2
    return None


def _last(store: Store, domain: str, wanted: RecordingFilter, place: Cursor) -> str | None:
    """The oldest one that is newer than this place."""
    found, before = None, None
    while True:
        page = results.search(store, domain, wanted, _AT_ONCE, before)
        newer = [one.id for one in page.recordings if one.cursor > place]
        found = newer[-1] if newer else found
        if page.before is None or len(newer) < len(page.recordings):
            return found
        before = page.before
