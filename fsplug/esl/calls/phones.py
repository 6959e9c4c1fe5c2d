"""Phones of recorded talks that are gone without a word, as one that lost its network.

FreeSWITCH's `media_timeout` on a leg would notice it. But it also ends a call whose phone holds and sends nothing:
`media_hold_timeout` is set when the hold begins and is replaced by `media_timeout` in the same re-INVITE (1.11.1). So
the switch is asked how many packets came, and a leg that holds is left alone.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.holds import Holds, is_held
from fsplug.esl.calls.live_recording import Stage
from fsplug.esl.calls.ports import Ports
from fsplug.esl.commands import VANISHED_CAUSE

log = structlog.get_logger()

# Looks further apart than this say nothing of the time between them: fsplug got too little of the processor.
FURTHEST_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Heard:
    """How many packets had come from a phone, and since when (monotonic seconds) it has been so many."""

    packets: int
    since: float


class PhoneWatch:
    """Hangs up recorded legs from whose phones nothing came for `timeout_seconds`; with 0 it does nothing."""

    def __init__(
        self,
        book: CallBook,
        holds: Holds,
        ports: Ports,
        timeout_seconds: int,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = book
        self._holds = holds
        self._ports = ports
        self._timeout_seconds = timeout_seconds
        self._now = now
        self._heard: dict[str, Heard] = {}
        self._looked_at = 0.0

    def look(self) -> None:
        """Look at the phones of all running recordings. Unavailable if the switch does not answer."""
        if not self._timeout_seconds:
            return
        legs = self._speaking()
        packets = self._ports.switch.packets(legs) if legs else {}
        now = self._now()
        if now - self._looked_at > FURTHEST_SECONDS:
            self._heard.clear()
        self._looked_at = now
        self._heard = {leg: self._still(leg, count, now) for leg, count in packets.items()}
        for leg, heard in self._heard.items():
            if now - heard.since >= self._timeout_seconds:
                self._hang_up(leg, now - heard.since)

    def _speaking(self) -> list[str]:
        """The legs that are recorded now and whose phones don't hold."""
        running = (one for one in self._book.recordings.values() if one.stage is Stage.RUNNING and one.decision)
        channels = (self._book.channels.get(one.leg) for one in running)
        return [one.leg.uuid for one in channels if one is not None and one.held_at is None]

    def _still(self, leg: str, count: int, now: float) -> Heard:
        before = self._heard.get(leg)
        return before if before is not None and before.packets == count else Heard(count, now)

    def _hang_up(self, leg: str, seconds: float) -> None:
        dump = self._ports.switch.channel(leg)
        if dump is None:
            return
        if is_held(dump):
            self._holds.changed(dump)  # the hold was not reported
            return
        log.warning("phone-vanished", leg=leg, seconds=round(seconds, 1))
        try:
            self._ports.switch.hang_up(leg, VANISHED_CAUSE)
        except Unavailable as error:
            log.warning("phone-not-hung-up", leg=leg, error=error.text)
