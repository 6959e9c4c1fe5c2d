"""The addresses of host names: looked up again as they change, and kept while the DNS does not answer."""

import json
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import structlog

from fsplug.policy.hosts import source_network

log = structlog.get_logger()

# A host with more addresses than this is not one provider's.
MOST_ADDRESSES = 64

# The addresses of a host name; OSError when nobody can say.
Lookup = Callable[[str], Iterable[str]]


def by_dns(host: str) -> list[str]:
    """The addresses that the machine's resolver gives."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM)]


class HostAddresses:
    """Answers from what it has looked up. It is kept in the file `memory`, from one run to the next.

    `version` grows with each change.
    """

    def __init__(self, memory: Path | None = None, lookup: Lookup = by_dns) -> None:
        self.version = 0
        self._memory = memory
        self._lookup = lookup
        self._known = remembered(memory)
        self._kept = ""

    def of(self, host: str) -> tuple[str, ...]:
        """The addresses of the host, looked up if it is new; none if nobody can say."""
        if host not in self._known:
            self._known[host] = self._looked_up(host) or ()
        return self._known[host]

    def renew(self) -> None:
        """Look up every host again. A host that can't be looked up keeps the addresses it had."""
        for host, before in tuple(self._known.items()):
            now = self._looked_up(host)
            if now is not None and now != before:
                self._known[host] = now
                self.version += 1
                log.info("host-moved", host=host, before=before, now=now)

    def keep(self, hosts: Iterable[str]) -> None:
        """Remember these hosts, and forget all others."""
        wanted = set(hosts)
        # Another thread may look a new host up meanwhile.
        self._known = {host: known for host, known in tuple(self._known.items()) if host in wanted}
        text = json.dumps({host: known for host, known in tuple(self._known.items()) if known}, sort_keys=True)
        if self._memory is not None and text != self._kept:
            part = self._memory.with_name(f"{self._memory.name}.part")
            with suppress(OSError):
                part.write_text(text)
                part.replace(self._memory)
                self._kept = text

    def _looked_up(self, host: str) -> tuple[str, ...] | None:
        try:
            found = {str(network[0]) for one in self._lookup(host) if (network := source_network(one))}
        except (OSError, UnicodeError):
            return None
        return tuple(sorted(found))[:MOST_ADDRESSES] or None


def remembered(memory: Path | None) -> dict[str, tuple[str, ...]]:
    """The addresses of the hosts in that file; none of a file that is not there."""
    try:
        kept = json.loads(memory.read_text()) if memory else {}
        return {str(host): tuple(map(str, known)) for host, known in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
