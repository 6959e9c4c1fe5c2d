"""The command that begins a recording on a leg in a call."""

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.live_recording import Recording
from fsplug.esl.calls.ports import Ports
from fsplug.policy.recording.owners import is_partners

log = structlog.get_logger()


class Starts:
    """Tells the switch to begin recordings."""

    def __init__(self, book: CallBook, ports: Ports) -> None:
        self._book = book
        self._ports = ports

    def send(self, recording: Recording) -> None:
        """Begin it; if the switch can't be told, that is logged. Whether it has begun, its RECORD_START says."""
        leg, path, terms = recording.leg, recording.path, recording.terms
        try:
            self._ports.switch.start_recording(leg, path, recording.id, terms, self._is_partners(recording))
        except Unavailable as error:
            log.warning("start-not-sent", recording=recording.id, error=error.text)

    def _is_partners(self, recording: Recording) -> bool:
        own = self._book.channels.get(recording.leg)
        partner = self._book.channels.get(own.partner or "") if own is not None else None
        if own is None or partner is None or recording.user is None:
            return False
        return is_partners((recording.company, recording.user), own.leg, partner.leg)
