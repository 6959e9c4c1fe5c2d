"""Ends listen-ins by the switch's events, by looking for what no event reported, and clears up
after an earlier fsplug.
"""

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.transfers import REFERRED, ends_talk, pair_of
from fsplug.esl.commands import BRIDGE_ENDED_CAUSE, GUARD_CAUSE, VANISHED_CAUSE
from fsplug.esl.listenin.book import Listening
from fsplug.esl.listenin.notices import Notices
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.protocol.wire import Event
from fsplug.policy.listening.gate import Ending
from fsplug.store.calls import listen_sessions as rows
from fsplug.store.calls.entries import ListenEnded
from fsplug.store.db.database import Store

log = structlog.get_logger()

# The time after the end of a bridge or of a listener's leg in which the target's own hangup may explain it.
SETTLE_SECONDS = 0.3


class ListenWatch:
    """Feeds events to the service."""

    def __init__(self, store: Store, service: ListenService, notices: Notices, ports: Ports) -> None:
        self._store = store
        self._service = service
        self._notices = notices
        self._switch = ports.switch
        self._ports = ports
        self._missing: frozenset[str] = frozenset()

    def see(self, event: Event) -> None:
        """Take in one event of the switch. Never waits for the switch."""
        if not self._service.book.listens:
            return
        if event.name == "CHANNEL_HANGUP_COMPLETE":
            self._hung_up(event)
        elif event.name in ("CHANNEL_UNBRIDGE", "CHANNEL_BRIDGE"):
            for leg in pair_of(event):
                self._rebridged(leg, event)

    def look(self) -> None:
        """Compare with the switch's live legs: end listen-ins whose listener's leg is gone without an event."""
        book = self._service.book
        if not book.listens:
            return
        live = self._switch.legs()
        missing = frozenset(book.by_listener_leg) - live
        for leg in missing & self._missing:
            self._end(book.on_listener_leg(leg), Ending.UNSEEN)
        self._missing = missing

    def clear_up(self) -> None:
        """After a start: hang up the listeners of an earlier fsplug process, close their rows, set
        the displays back.
        """
        live = self._switch.legs()
        left = rows.open_on(self._store, self._ports.switch_name)
        mine = self._service.book.listens
        for row in left:
            if row.id not in mine:
                self._clear_up(row, live)
        self._service.ready = True

    def _clear_up(self, row: rows.ListenIn, live: frozenset[str]) -> None:
        is_there = row.listener_leg in live
        if is_there:
            self._switch.hang_up(row.listener_leg, "NORMAL_CLEARING")
        ending = Ending.FSPLUG_RESTARTED if is_there else Ending.FSPLUG_AWAY
        # The machine's clock may have been set back since.
        at = max(self._ports.clock(), row.began_at or 0.0)
        self._ports.write(ListenEnded(row.id, at, ending))
        try:
            if row.target_leg in live:
                self._notices.set_back_after_restart(row.target_leg or "")
        except FsplugError as error:
            log.warning("display-not-set-back", leg=row.target_leg, error=error.text)

    def _hung_up(self, event: Event) -> None:
        book, cause = self._service.book, event.get("Hangup-Cause") or ""
        for listening in list(book.of_leg(event.uuid)):
            self._end(listening, Ending.TARGET_MOVED if cause in REFERRED else Ending.TARGET_HUNG_UP)
        own = book.on_listener_leg(event.uuid)
        if own is not None and cause == GUARD_CAUSE:
            self._end(own, Ending.FSPLUG_AWAY)
        elif own is not None and cause == VANISHED_CAUSE:
            self._end(own, Ending.LISTENER_VANISHED)
        elif own is not None and (cause == BRIDGE_ENDED_CAUSE or event.variable("fsplug_heard")):
            self._ports.later(SETTLE_SECONDS, self._end, own, Ending.TARGET_MOVED)
        else:
            self._end(own, Ending.LISTENER_HUNG_UP)

    def _rebridged(self, leg: str, event: Event) -> None:
        """The target's leg left its talk, or began another: end its listen-ins, unless the switch has hung the
        listeners up.
        """
        for listening in list(self._service.book.of_leg(leg)):
            if ends_talk(event, listening.talk.leg, listening.talk.partner):
                self._ports.later(SETTLE_SECONDS, self._cut, listening)

    def _cut(self, listening: Listening) -> None:
        if listening.id in self._service.book.listens:
            self._service.cut(listening, Ending.TARGET_MOVED)

    def _end(self, listening: Listening | None, ending: Ending) -> None:
        if listening is not None:
            self._service.end(listening.id, ending)
