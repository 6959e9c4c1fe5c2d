"""The calls process: its parts wired together, started in order and stopped in order."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import gevent
import gevent.event
import gevent.lock
import structlog

from fsplug.errors import FsplugError, Unavailable
from fsplug.esl import commands
from fsplug.esl.calls.arming import CallArmer
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.confirmation import Confirmation
from fsplug.esl.calls.growth import GrowthWatch
from fsplug.esl.calls.phones import PhoneWatch
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.record_flow import record_flow
from fsplug.esl.calls.watch import EVENTS, UNWANTED
from fsplug.esl.calls.witness import Witness
from fsplug.esl.protocol.event import Event
from fsplug.esl.protocol.link import Link
from fsplug.esl.switch import LinkedSwitch
from fsplug.media.access import SystemUser
from fsplug.media.record_folder import RecordFolder
from fsplug.media.spool import Spool
from fsplug.outage_log import outage_log
from fsplug.policy.hosts import is_loopback
from fsplug.policy.listening.live_calls import CompanyCalls
from fsplug.policy.recording.phone_keys import set_keys
from fsplug.store.calls import outages
from fsplug.store.calls.journal import Journal
from fsplug.store.calls.writer import Writer
from fsplug.wiring import call_secret, sign_ins
from fsplug.wiring.call_secret import CallSecret
from fsplug.wiring.calls import asking
from fsplug.wiring.calls.away_files import AwayFiles
from fsplug.wiring.calls.hurrying import hurry, somebody_waits
from fsplug.wiring.calls.listen_in import ListenInParts
from fsplug.wiring.calls.name_keeper import KEEP_SECONDS, NameKeeper
from fsplug.wiring.calls.publishing import PUBLISH_SECONDS, Publishing
from fsplug.wiring.calls.record_ports import Refusals, record_ports
from fsplug.wiring.calls.record_reader import RecordReader
from fsplug.wiring.calls.signs import Signs
from fsplug.wiring.calls.spool_gate import SpoolGate
from fsplug.wiring.calls.steady_clock import SteadyClock
from fsplug.wiring.calls.stores import Stores
from fsplug.wiring.calls.switch_files import SwitchFiles
from fsplug.wiring.calls.take_up import TakeUp, once_written
from fsplug.wiring.channel.server import ChannelServer
from fsplug.wiring.endpoint import xml_ways
from fsplug.wiring.endpoint.doors import endpoint
from fsplug.wiring.endpoint.fs_cli import Console
from fsplug.wiring.node import NodeName
from fsplug.wiring.process.lifeline import Lifeline
from fsplug.wiring.process.locking import locked
from fsplug.wiring.process.loops import every
from fsplug.wiring.process.threads import done_in, in_its_thread
from fsplug.wiring.settings import Settings
from fsplug.wiring.switch_account import listening_at

log = structlog.get_logger()

# How often the loop shows that it goes on.
SIGN_SECONDS = 0.25
# How long a writing thread may keep the interpreter from calls and questions; Python's default is 5 ms.
SWITCH_SECONDS = 0.001
LOOK_SECONDS = 3.0
SPOOL_SECONDS = 2.0
RECORDS_SECONDS = 1.0
STORE_SECONDS = 1.0
DRAIN_SECONDS = 10.0
FLUSH_SECONDS = 5.0


class CallsProcess:
    """Serves the calls of one FreeSWITCH. Another process serves people.

    It takes over the listening `sockets` of the process before it, by name; what is missing there it binds itself.
    """

    def __init__(
        self, settings: Settings, lifeline: Lifeline | None = None, sockets: Mapping[str, int] | None = None
    ) -> None:
        self._settings = settings
        self._lifeline = lifeline or Lifeline()
        self._sockets = sockets or {}
        self._stop = gevent.event.Event()
        self._lock = locked(settings.data, settings.lock_file, "fsplug")
        self._stores = Stores(settings)
        self._stores.open()
        self.store = self._stores.calls
        self._name = NameKeeper(NodeName(settings, self.store), self._run_write, self.stop)
        self._name.begin(self._stores.is_open)
        self.writer = Writer(self.store, Journal(settings.journal_file), run=self._name.write)
        self._signs = Signs(settings.signs_file, settings.switch_name, self.writer.put)
        self._spool = Spool(settings.spool)
        self._gate = SpoolGate(self._spool, settings.least_free_bytes, switch_account=self._switch_account)
        self._wire_calls()
        here = self.listen_in
        self._publishing = Publishing(self.store, settings.switch_name, here.live, self._name.write)
        self.channel_server = ChannelServer(
            settings.data, here.calls, here.live, here.pages, here.control, self._company_calls, self.sign_ins
        )

    def _switch_account(self) -> SystemUser | None:
        settings = self._settings
        return listening_at(settings.event_socket_port) if is_loopback(settings.event_socket_host) else None

    def _wire_calls(self) -> None:
        settings = self._settings
        self.book, self.sign_ins = CallBook(), sign_ins.SignIns()
        self._clock = SteadyClock()
        self.link = Link(
            settings.event_socket_host,
            settings.event_socket_port,
            settings.event_socket_password,
            (*EVENTS, *sign_ins.EVENTS),
            on_event=self._on_event,
            on_up=self._link_up,
            on_down=lambda reason: self._signs.now(outages.LINK_DOWN, is_out=True),
            first=lambda: [commands.set_secret(self._secret.current)],
            unwanted=UNWANTED,
        )
        self.switch = LinkedSwitch(self.link)
        self._secret = CallSecret(call_secret.path_in(settings.data), self.switch.set_secret)
        self._confirmation = Confirmation(self.switch, self._secret.in_force, self.link.miss)
        refusals = Refusals(self.store, self._run_write)
        ports = record_ports(settings, self.switch, self._gate, self.writer, self._clock, refusals)
        policy = PolicySource(self._stores.config)
        flow = record_flow(self.store, self.book, policy, ports)
        recorder, self._reconciler = flow.recorder, flow.reconciler
        restore = once_written(lambda: self.writer.flush(FLUSH_SECONDS), flow.restore)
        self._take_up = TakeUp(self._name.before(restore), self.switch, flow.watch.see)
        self._not_reconciled = outage_log("not-reconciled")
        self._looking = gevent.lock.BoundedSemaphore(1)
        self._growth = GrowthWatch(self.book, recorder, self._gate, ports)
        self._phones = PhoneWatch(self.book, recorder.holds, ports, settings.phone_timeout_seconds)
        witness = Witness(self.store, self.book, policy, *flow.left, ports)
        left, flush, ways = RecordFolder(settings.records), self.writer.flush, xml_ways.ways(settings)
        self.records = RecordReader(left, witness, flow.conferences.reported, self._run, flush)
        self._away_files = AwayFiles(self.store, self.book, self._spool, left, ports, self._run, flush)
        armer = CallArmer(self.book, policy, flow.conversations, flow.consents, ports)
        self.listen_in = ListenInParts(
            self.store, self._stores.config, self.book, flow.acts, ports, ways, set_keys(settings.keys_in_calls)
        )
        answer = self.listen_in.reception(flow.redirects, armer.handle, self._confirmation.of)
        self.server = asking.server(settings, answer)
        led = flow.redirects.or_else(armer.armed)
        self.endpoint = endpoint(
            settings,
            self._stores.config,
            lambda channel: led(self._confirmation.required(channel)),
            Console(self._stores.config, self.book, self._facts),
            self.records.save,
            self.sign_ins.refuses,
            flow.taken.lost,
        )
        self._switch_files = SwitchFiles(settings, self._stores.config, self.switch, self.link, self._run)

    def serve(self) -> None:
        """Run until `stop`; then release the calls being decided, and write what is still unwritten."""
        sys.setswitchinterval(SWITCH_SECONDS)
        self._run(self._gate.look)
        self._gate.report()
        self.writer.start()
        self._signs.begin(self._lifeline.is_after_freeze)
        self._listen()
        self.link.start()
        self.channel_server.start()
        loops = [
            gevent.spawn(hurry, self.link, lambda: somebody_waits(self.book, dict(self.listen_in.listening()))),
            gevent.spawn(every, SIGN_SECONDS, self._give_sign),
            gevent.spawn(every, LOOK_SECONDS, self._look),
            gevent.spawn(every, SPOOL_SECONDS, in_its_thread(self._gate.look)),
            gevent.spawn(every, SPOOL_SECONDS, self._look_at_growth),
            gevent.spawn(every, RECORDS_SECONDS, self.records.read),
            gevent.spawn(every, KEEP_SECONDS, self._name.keep),
            gevent.spawn(every, PUBLISH_SECONDS, self._publishing.round),
            gevent.spawn(every, STORE_SECONDS, lambda: self._run_write(self._stores.look)),
            *self._switch_files.loops(every),
            *self.listen_in.loops(every),
        ]
        log.info("serving", listen=self.server.address, switch=self.link.peer, store=self.store.place)
        self._stop.wait()
        self._shut_down(loops)

    def _listen(self) -> None:
        listening = {"calls": self.server.start(self._sockets.get("calls"))}
        if self.endpoint is not None:
            listening["endpoint"] = self.endpoint.start(self._sockets.get("endpoint"))
        self._lifeline.serving(listening)

    def _give_sign(self) -> None:
        self._lifeline.pulse.give()
        self._signs.give(self.writer.store_alarm)

    def stop(self) -> None:
        """End `serve` in good order. May be called from a signal handler."""
        self._stop.set()

    def _shut_down(self, loops: list[Any]) -> None:
        if self.endpoint is not None:
            self.endpoint.stop()
        self.server.drain(DRAIN_SECONDS)
        gevent.killall(loops[1:])
        self.channel_server.stop()
        self.listen_in.service.stop()
        self.link.stop()
        self._signs.stop()
        if not self.writer.flush(FLUSH_SECONDS):
            log.warning("left-in-journal", entries=self.writer.backlog)
        self.writer.stop()
        gevent.killall(loops)
        self._lifeline.pulse.rest()
        try:
            self._name.end()
        finally:
            self._stores.close()
            self._lock.close()

    def _facts(self) -> dict[str, object]:
        """The state of the service, for fs_cli."""
        return {
            "link to the switch": "up" if self.link.up else "down",
            "store": self._stores.state,
            "not yet in the store": f"{self.writer.backlog} entries",
            "spool": self._gate.trouble or "well",
            "calls asking now": self.server.active,
            "calls let through": self.server.let_through,
            "calls not confirmed": self._confirmation.refused,
        }

    def _company_calls(self, company: str) -> CompanyCalls:
        """The company's live calls; Unavailable("switch-away") while the switch's calls are not known."""
        if not self.link.up or not self._take_up.is_done:
            raise Unavailable("switch-away", "there is no link to the switch")
        return replace(self.listen_in.live.calls(company), node=self._settings.switch_name)

    def _link_up(self) -> None:
        """The link to the switch is up. This runs in the link's own order, so it must not wait for the switch."""
        self._signs.now(outages.LINK_DOWN, is_out=False)
        gevent.spawn(self._look)

    def _on_event(self, event: Event) -> None:
        """Handle an event of the switch, which may have to wait until earlier calls are taken up."""
        if self.sign_ins.sees(event):
            return
        self._take_up.event(event)
        if self._take_up.is_done:
            self.listen_in.see(event)

    def _look(self) -> None:
        with self._looking:
            if self.link.up:
                self._look_once()

    def _look_once(self) -> None:
        try:
            if not self._take_up.is_done:
                self.sign_ins.already_there(self.switch.signed_in())
                self._take_up.run()
                self._signs.taken_up(outages.open_spans(self.store, self._settings.switch_name))
            self._secret.look()
            self._reconciler.look()
            self.records.looked()
            self._away_files.sweep()
            self.listen_in.look()
            if not (self.book.calls or self.book.recordings or self.listen_in.service.book.listens):
                self._clock.follow()
        except FsplugError as error:
            self._not_reconciled.failed(error.code, error=error.text)
        else:
            self._not_reconciled.worked()

    def _look_at_growth(self) -> None:
        self._gate.report()
        if self.link.up:
            self._growth.look()
            self._phones.look()
        else:
            self._growth.rest()

    def _run(self, work: Callable[[], Any]) -> Any:
        """Run work that may wait for a disk in a thread, so that no call waits."""
        return done_in(gevent.get_hub().threadpool, work)

    def _run_write(self, work: Callable[[], None]) -> None:
        # Measured with SQLite: a batch of 700 entries takes 22 ms of a processor, a full one three times as long, and
        # waits for whoever writes meanwhile. In the loop no call would get its verdict for that time.
        if self.store.blocking:
            self._run(work)
        else:
            work()
