"""Publishes who is in a call on this node, for other nodes and for consoles that serve no calls."""

from collections.abc import Callable

from fsplug.esl.listenin.live_list import LiveList
from fsplug.store.db.database import Store
from fsplug.store.nodes.live import Publisher

PUBLISH_SECONDS = 1.0


class Publishing:
    """`write` runs work that writes, while the name is held."""

    def __init__(self, store: Store, node: str, calls: LiveList, write: Callable[[Callable[[], None]], object]) -> None:
        self._publisher = Publisher(store, node)
        self._calls = calls
        self._write = write

    def round(self) -> None:
        """Publish what has changed. Unavailable if it can't be now."""
        found = self._calls.everybody()
        if self._publisher.is_news(found):
            self._write(lambda: self._publisher.publish(found))
