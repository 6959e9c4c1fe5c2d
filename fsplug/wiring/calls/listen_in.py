"""Listen-in wired up: the door for calls, the events it needs, and its periodic work."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import gevent
import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.acts import Acts
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.control import Control
from fsplug.esl.calls.keys import Keys
from fsplug.esl.calls.ports import Ports
from fsplug.esl.listenin.book import ListenBook
from fsplug.esl.listenin.call_backs import CallBacks
from fsplug.esl.listenin.gate_facts import ListenFacts
from fsplug.esl.listenin.guard import ListenGuard
from fsplug.esl.listenin.live_list import LiveList
from fsplug.esl.listenin.notices import Notices
from fsplug.esl.listenin.open_pages import OpenPages
from fsplug.esl.listenin.reception import CallService, Reception
from fsplug.esl.listenin.ring_listener import ListenCalls
from fsplug.esl.listenin.sessions import ListenService
from fsplug.esl.listenin.star_code import ListenDoor
from fsplug.esl.listenin.watch import ListenWatch
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.session import OutboundSession
from fsplug.policy.recording.phone_keys import Key
from fsplug.store.db.database import Store
from fsplug.store.nodes import live
from fsplug.xml.dialplan import prompts
from fsplug.xml.ways import Ways

log = structlog.get_logger()

# Revoking a right must end a listen-in within a second.
EXAMINE_SECONDS = 0.25
GUARD_SECONDS = 1.0


class ListenInParts:
    """Everything of listen-in in one process; `config` is the store that configuration is read from, and `keys` what is
    pressed in calls.

    `listening` gives the legs of those who listen now, each with the call it hears.
    """

    def __init__(
        self, store: Store, config: Store, book: CallBook, acts: Acts, ports: Ports, ways: Ways, keys: Mapping[Key, str]
    ) -> None:
        switch = ports.switch
        listens = ListenBook()
        self.facts = ListenFacts(config, book, switch, _node_finder(store, ports.switch_name))
        self.pages = OpenPages()
        notices = Notices(listens, switch, self.pages.has_one)
        guard = ListenGuard(switch, uuid4().hex)
        self.service = ListenService(listens, self.facts, notices, guard, ports)
        find_prompt = _finder(ways)
        self.door = ListenDoor(config, self.service, self.facts, switch, find_prompt)
        self.watch = ListenWatch(store, self.service, notices, ports)
        rung_by = (switch, ways.sip_profile, find_prompt, ports.switch_name)
        self.calls = ListenCalls(config, self.facts, self.service, self.door, *rung_by)
        self.door.on_mobile = CallBacks(config, self.facts, self.service, self.calls, ports).asked
        self.live = LiveList(book, listens, self.facts, self.service)
        self.service.on_change = self.live.change
        self._pauses = acts.pauses
        self.service.is_silent_for = self._pauses.is_silent_for
        self._pauses.on_change = self.live.controlled
        self.listening: Callable[[], list[tuple[str, str]]] = lambda: [
            (one.caller.leg, one.talk.call) for one in listens.listens.values()
        ]
        self._pauses.hearers = self.listening
        self.control = Control(book, acts, self.facts.language)
        self.control.on_change = self.live.controlled
        self._keys = Keys(book, self.control, ports, keys)
        acts.recorder.on_expected = self._keys.listen

    def reception(
        self,
        door: CallService,
        arm: Callable[[OutboundSession, Event], None],
        confirmed: Callable[[Event], Event | None],
    ) -> Callable[[OutboundSession], None]:
        """The handler of calls that ask: listen-in's door, the other `door`, or `arm`."""
        return Reception((self.door, door), arm, confirmed).handle

    def see(self, event: Event) -> None:
        """Handle an event of the switch."""
        self._keys.see(event)
        self.watch.see(event)
        self.live.see(event)

    def look(self) -> None:
        """Take in the switch's live legs; first done when the calls of an earlier process are restored."""
        self._pauses.apply()
        if self.service.ready:
            self.watch.look()
        else:
            self.watch.clear_up()

    def loops(self, every: Callable[[float, Callable[[], object]], None]) -> list[Any]:
        """The periodic work, as greenlets."""
        return [
            gevent.spawn(every, EXAMINE_SECONDS, self.service.examine),
            gevent.spawn(every, GUARD_SECONDS, self.service.keep_guard),
        ]


def _node_finder(store: Store, own: str) -> Callable[[str, str], str]:
    def find(company: str, username: str) -> str:
        try:
            return live.node_of_talk(store, company, username, own)
        except FsplugError as error:
            log.warning("other-nodes-unknown", company=company, error=error.text)
            return ""

    return find


def _finder(ways: Ways) -> Callable[[str, str, str], str]:
    def find(company: str, language: str, name: str) -> str:
        _, path = prompts.spoken(ways, company, (language,), f"{name}.wav")
        return str(path)

    return find
