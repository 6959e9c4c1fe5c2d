"""Compares the book with the switch: finds and corrects what no event reported."""

from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.talks import UNREPORTED_CAUSE, Talks
from fsplug.esl.calls.watch import Watch


class Reconciler:
    """Looks at the switch every few seconds, and whenever the link has come (back) up."""

    def __init__(self, book: CallBook, watch: Watch, talks: Talks, ports: Ports) -> None:
        self._book = book
        self._watch = watch
        self._talks = talks
        self._ports = ports
        self._missing: frozenset[str] = frozenset()

    def look(self) -> None:
        """Take in bridges that no event reported, end legs that are gone. Unavailable if the switch does not answer."""
        live = self._ports.switch.legs()
        self._end_missing(live)
        for caller, answerer in self._ports.switch.bridges():
            if self._owed(caller, answerer):
                self._watch.begin(caller, answerer)
        self._talks.settle_owed()
        self._talks.end_deserted()

    def _end_missing(self, live: frozenset[str]) -> None:
        """End legs that were missing at the last look too: a single look may be older than the newest event."""
        missing = frozenset(self._book.channels) - live
        for uuid in missing & self._missing:
            self._talks.leg_ended(uuid, UNREPORTED_CAUSE, self._ports.clock())
        self._missing = missing

    def _owed(self, caller: str, answerer: str) -> bool:
        """Whether this bridge is new, or its decision could not be made yet."""
        known = [self._book.channels.get(uuid) for uuid in (caller, answerer)]
        if not all(known):
            return True
        return any(one.decision is None or one.partner not in (caller, answerer) for one in known if one)
