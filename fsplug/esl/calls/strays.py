"""Recordings for a talk to come that run on the switch and are not in the book: fsplug was started again since.

Their talk may still come, or be going on undecided: its decision takes them then. If another talk is decided, or none
within some seconds, they are stopped and destroyed. So are those of a paused call: nobody has masked them.
"""

from collections.abc import Collection, Sequence

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.pauses import Pauses
from fsplug.esl.calls.ports import Ports
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings

log = structlog.get_logger()

# A bridge that no event told of is found by looking twice, a second apart.
DECIDED_SECONDS = 10.0
# What runs is written to several times a second. What has stood still for longer lies there, and the switch's records
# or the sweep of the spool end it.
WRITTEN_SECONDS = 5.0


class Strays:
    """Each of these recordings with its leg, until its talk has come or it is destroyed."""

    def __init__(self, store: Store, book: CallBook, pauses: Pauses, ports: Ports) -> None:
        self._store = store
        self._book = book
        self._pauses = pauses
        self._ports = ports
        self._on: dict[str, str] = {}

    def take_up(self) -> None:
        """After a restart: look for them. Unavailable if the store or the switch does not answer."""
        found = [one for one in self._ports.spool.begun_early() if self._is_stray(one)]
        legs = self._ports.switch.legs() if found else ()
        for recording in found:
            path = self._ports.spool.path(recording)
            leg = next((leg for leg in legs if self._ports.switch.is_recording(leg, path)), None)
            if leg is not None:
                self.began(recording, leg)

    def began(self, recording: str, leg: str) -> None:
        """This recording runs on this leg, and is not in the book."""
        self._on[recording] = leg
        self._ports.later(0, self._end_if_paused, recording, leg)
        self._ports.later(DECIDED_SECONDS, self._end, recording)

    def decided(self, legs: Collection[str], ordered: str | None) -> None:
        """The talk of these legs is decided. It has ordered this recording, or none that had begun."""
        self._on.pop(ordered or "", None)
        self._end_on(legs)

    def leg_ended(self, leg: str) -> None:
        """This leg is gone."""
        self._end_on((leg,))

    def _is_stray(self, recording: str) -> bool:
        at = self._ports.spool.written_at(recording)
        is_fresh = at is not None and at >= self._ports.clock() - WRITTEN_SECONDS
        return is_fresh and recording not in self._book.recordings and recordings.find(self._store, recording) is None

    def _end_on(self, legs: Collection[str]) -> None:
        for recording in [one for one, leg in self._on.items() if leg in legs]:
            self._end(recording)

    def _end_if_paused(self, recording: str, leg: str) -> None:
        try:
            pairs = [pair for pair in self._ports.switch.bridges() if leg in pair]
        except Unavailable as error:
            log.warning("bridge-unknown", leg=leg, error=error.text)
            pairs = []
        if self._is_paused([leg, *(one for pair in pairs for one in pair)]):
            self._end(recording)

    def _is_paused(self, legs: Sequence[str]) -> bool:
        known = (self._book.channels.get(one) for one in legs)
        calls = (*legs, *(one.leg.call for one in known if one is not None))
        return any(self._pauses.covers(one) for one in calls)

    def _end(self, recording: str) -> None:
        leg = self._on.pop(recording, None)
        if leg is None:
            return
        log.info("stray-destroyed", recording=recording, leg=leg)
        self._ports.spool.discard(recording)
        self._ports.later(0, self._stop, recording, leg)

    def _stop(self, recording: str, leg: str) -> None:
        try:
            self._ports.switch.stop_recording(leg, self._ports.spool.path(recording))
        except Unavailable as error:
            log.warning("recording-not-stopped", recording=recording, error=error.text)
