"""Where the switch sends calls that go out: no phone registers from there."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from fsplug.policy.hosts import source_network
from fsplug.store.config import trunks
from fsplug.store.db.database import Store
from fsplug.xml.host_addresses import remembered

# How long a look at all trunks counts.
GOOD_SECONDS = 10.0


class TrunkPlaces:
    """The addresses and ports of all companies' trunks. `memory` is the file in which the hosts' addresses are kept."""

    def __init__(self, store: Store, memory: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock
        self._looked_at = float("-inf")
        self._known: frozenset[tuple[str, str]] = frozenset()

    def holds(self, address: str, port: str) -> bool:
        """Whether calls out go there."""
        now = self._clock()
        if now - self._looked_at > GOOD_SECONDS:
            self._known, self._looked_at = frozenset(self._look()), now
        return (address, port) in self._known

    def _look(self) -> Iterator[tuple[str, str]]:
        kept = remembered(self._memory)
        for trunk in trunks.of_all(self._store):
            for address in _addresses(trunk.host, kept):
                yield address, str(trunk.port)


def _addresses(host: str, kept: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    network = source_network(host) if host else None
    return (str(network[0]),) if network else kept.get(host, ())
