"""The recordings above and below one in a list."""

from dataclasses import dataclass, replace

from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor
from fsplug.store.recordings.search import results
from fsplug.store.recordings.search.results import RecordingFilter


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids of the recordings above and below; None where the list ends."""

    above: str | None
    below: str | None


def neighbours(store: Store, domain: str, wanted: RecordingFilter, place: Cursor) -> Neighbours:
    """Those of the company's recording at this place, in the list of what is wanted. Invalid as `results.search`."""
    above, below = (
        results.search(store, domain, replace(wanted, order=order), limit=1, before=place).recordings
        for order in (wanted.order.turned, wanted.order)
    )
    return Neighbours(above[0].id if above else None, below[0].id if below else None)
