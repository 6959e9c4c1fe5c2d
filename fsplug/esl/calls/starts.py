"""The commands that begin a recording on a leg in a call, or on one that is about to be."""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_recording import Recording, Stage
from fsplug.esl.calls.pauses import Pauses
from fsplug.esl.calls.ports import Ports
from fsplug.policy.recording.owners import is_partners

log = structlog.get_logger()

# A leg in a bridge takes no command before it has heard ten frames of 20 ms (switch_ivr_bridge.c 1.11.1). Nearly that
# long, what is told to the connection's thread begins sooner.
DEAF_SECONDS = 0.15
# What a leg was told before its bridge begins as the bridge does. Its RECORD_START follows within this time, the
# switch's 20 ms between two looks for events included.
BEGUN_SECONDS = 0.04


class Starts:
    """Tells the switch to begin recordings."""

    def __init__(self, book: CallBook, pauses: Pauses, ports: Ports) -> None:
        self._book = book
        self._pauses = pauses
        self._ports = ports

    def send(self, recording: Recording) -> None:
        """Begin it; if the switch can't be told, that is logged. Whether it has begun, its RECORD_START says."""
        switch, terms = self._ports.switch, recording.terms
        start = switch.record_at_once if self._is_deaf(recording.leg) else switch.start_recording
        if self._pauses.begins_silent(recording):
            start = switch.record_silently
        try:
            start(recording.leg, recording.path, recording.id, terms, self._is_partners(recording))
        except Unavailable as error:
            log.warning("start-not-sent", recording=recording.id, error=error.text)

    def look_after(self, recording: Recording) -> None:
        """Its leg was told to begin it before its bridge, perhaps too late for that: see to it that it begins."""
        self._ports.later(BEGUN_SECONDS, self._hasten, recording)

    def _hasten(self, recording: Recording) -> None:
        if recording.stage is not Stage.ARMED or recording.is_over or self._ports.spool.exists(recording.id):
            return
        # Later the leg does what it was told, and would begin it a second time.
        if self._is_deaf(recording.leg):
            self.send(recording)

    def _is_deaf(self, leg: str) -> bool:
        own = self._book.channels.get(leg)
        if own is None or own.partner is None or own.bridged_at is None:
            return False
        return self._ports.clock() - own.bridged_at < DEAF_SECONDS

    def _is_partners(self, recording: Recording) -> bool:
        own = self._book.channels.get(recording.leg)
        partner = self._book.channels.get(own.partner or "") if own is not None else None
        if own is None or partner is None or recording.user is None:
            return False
        return is_partners((recording.company, recording.user), own.leg, partner.leg)
