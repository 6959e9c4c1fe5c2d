"""Keeps the node's name while the process serves calls; nothing of the store's calls is taken up without it."""

from collections.abc import Callable

import gevent
import structlog

from fsplug.errors import Refused, Unavailable
from fsplug.wiring.node import NodeName

log = structlog.get_logger()

KEEP_SECONDS = 2.0
# How often a name that is taken is looked at.
LOOK_SECONDS = 0.5


class NameKeeper:
    """`run` runs work that waits for the database; `stop` ends the process, as it must not serve under this name."""

    def __init__(self, node: NodeName, run: Callable[[Callable[[], None]], object], stop: Callable[[], None]) -> None:
        self._node = node
        self._run = run
        self._stop = stop
        self._refusal: Refused | None = None

    def begin(self, is_open: bool, pause: Callable[[float], None] = gevent.sleep) -> None:
        """The process begins. While the store is away, the name is taken later.

        Refused("name-taken") once the name's holder has shown that it is alive. A holder that gives no sign any more
        has died, and its name is waited for: this may be the same machine after a power cut.
        """
        seen_at = None
        while is_open:
            try:
                self._node.hold()
                return
            except Unavailable as error:
                log.warning("name-taken-later", node=self._node.name, error=error.text)
                return
            except Refused as refusal:
                if seen_at is None:
                    log.warning("name-waited-for", node=self._node.name, error=refusal.text)
                elif seen_at != refusal.facts.get("seen_at"):
                    raise
                seen_at = refusal.facts.get("seen_at")
            pause(LOOK_SECONDS)

    def keep(self) -> None:
        """Give a sign; or stop the process, if its name was taken while the store was away or while it stood still."""
        if self._refusal is None:
            try:
                self._run(self._node.hold)
            except Refused as refusal:
                self._refusal = refusal
                log.error("name-taken", node=self._node.name, error=refusal.text)
                self._stop()

    def before(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work, done only under this name. Unavailable("name-not-held") if it can't be."""

        def done() -> None:
            self.keep()
            if self._refusal is not None:
                raise Unavailable("name-not-held", self._refusal.text)
            work()

        return done

    def write(self, work: Callable[[], None]) -> None:
        """Run work that writes rows of this node's calls, once the name is held: others may speak for this node, and
        what they wrote down must be taken back first. Refused or Unavailable if it is not.
        """
        if not self._node.is_held:
            self._run(self._node.hold)
        self._run(work)

    def end(self) -> None:
        """The process ends in good order; raises what ended it if it was not an order."""
        if self._refusal is not None:
            raise self._refusal
        self._run(self._node.release)
