"""The people process: pages, passwords, mail, and the upkeep of recordings. No call ever waits for it."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import gevent
import gevent.event
import structlog

from fsplug.errors import Invalid
from fsplug.media.archive import Archive
from fsplug.policy import proxies
from fsplug.store.audit import failures
from fsplug.store.change import carrying
from fsplug.store.config import away_check
from fsplug.store.config.local_copy import open_store
from fsplug.store.db.database import Store
from fsplug.store.nodes import live, names, secrets
from fsplug.store.nodes.settlement import settle_gone
from fsplug.wiring.archives import archive_at
from fsplug.wiring.people.mail import postman
from fsplug.wiring.people.upkeep import Upkeep
from fsplug.wiring.process.lifeline import Pulse
from fsplug.wiring.process.locking import locked
from fsplug.wiring.process.loops import STOP_SECONDS, every
from fsplug.wiring.process.threads import in_its_thread
from fsplug.wiring.settings import Settings

if TYPE_CHECKING:
    from fsplug.wiring.console.server import WebConsole

log = structlog.get_logger()

SIGN_SECONDS = 1.0
POST_SECONDS = 1.0
SETTLE_SECONDS = 5.0
SUM_UP_SECONDS = 30.0
CHANGES_SECONDS = 30.0


def _has_way(settings: Settings, seals: bool) -> bool:
    """Whether the settings leave a safe way to the console; Invalid if not, and there is nothing else to do.

    Calls must not suffer for it: beside them the console alone is not served, and the doctor says so too.
    """
    fault = proxies.fault(settings.front)
    if fault is None or fault.trouble is not proxies.Trouble.REFUSED:
        return True
    refusal = Invalid(fault.code, f"{fault.text}; {fault.remedy}")
    if not seals:
        raise refusal
    log.error("console-refused", code=refusal.code, error=refusal.text)
    return False


class PeopleProcess:
    """The console with its mail, if there is one, and the upkeep of recordings if it `seals`.

    It asks the calls process of its data folder for the calls. Without a calls process, pages say so. It shows its
    supervisor by `pulse` that its loop goes on.
    """

    def __init__(
        self, settings: Settings, pulse: Pulse | None = None, has_console: bool = True, seals: bool = True
    ) -> None:
        has_console = has_console and bool(settings.web_url)
        if not (has_console or seals):
            raise Invalid("no-web-url", "there is no console without an address; set web_url")
        self._stop = gevent.event.Event()
        self._pulse = pulse or Pulse()
        self._locks = [
            *([locked(settings.data, settings.upkeep_lock_file, "fsplug")] if seals else []),
            *([locked(settings.data, settings.console_lock_file, "fsplug's console")] if has_console else []),
        ]
        self.store = Store(settings.store)
        self.store.audit_keys = settings.trail_keys
        open_store(self.store, Store(settings.local_copy_file))
        self.store.before_change = partial(away_check.changing, settings.switch_conf)
        archive = archive_at(settings.archive)
        has_console = has_console and _has_way(settings, seals) and self._has_secrets(settings, seals)
        self.console = self._console(settings, archive) if has_console else None
        self._post = postman(settings, self.store) if has_console else None
        self._upkeep = Upkeep(settings, self.store, archive) if seals else None
        # A node that seals has a process for calls beside this one, which speaks for it.
        self._own_name = settings.switch_name if seals else None

    def serve(self) -> None:
        """Run until `stop`."""
        if self.console is not None:
            self.console.start()
        loops = [gevent.spawn(every, SIGN_SECONDS, self._pulse.give), *self._loops()]
        log.info("serving-people", console=self.console and self.console.address, store=self.store.place)
        self._stop.wait()
        if self.console is not None:
            self.console.stop()
        gevent.killall(loops, timeout=STOP_SECONDS)
        self._pulse.rest()
        self.store.close()
        for lock in self._locks:
            lock.close()

    def _has_secrets(self, settings: Settings, seals: bool) -> bool:
        """Whether the console may serve; Invalid("other-secrets") if it must not, and there is nothing else to do.

        With another secret_key than the store's, it could check no code, and others could not check those set up here.
        """
        if secrets.claim(self.store, settings.secret_keys, *settings.place) is not secrets.Agreement.DIFFERENT:
            return True
        refusal = secrets.different()
        if not seals:
            raise refusal
        log.error("console-refused", error=refusal.text)
        return False

    def _console(self, settings: Settings, archive: Archive) -> "WebConsole":
        # Pages take a fifth of the time that this process takes to start, and many a node has none.
        from fsplug.wiring.console.live_calls import LiveCalls
        from fsplug.wiring.console.server import WebConsole

        own = settings.switch_name

        def is_alone() -> bool:
            node = names.get(self.store, own)
            return node is None or (node.host, node.data) != settings.place

        calls = LiveCalls(settings.data, lambda company: live.elsewhere(self.store, company, own), is_alone)
        return WebConsole(settings, self.store, archive, calls)

    def stop(self) -> None:
        """End `serve` in good order. May be called from a signal handler."""
        self._stop.set()

    def _loops(self) -> Iterator[Any]:
        yield gevent.spawn(every, SETTLE_SECONDS, in_its_thread(lambda: settle_gone(self.store, self._own_name)))
        yield gevent.spawn(every, SUM_UP_SECONDS, in_its_thread(lambda: failures.sum_up(self.store)))
        yield gevent.spawn(every, CHANGES_SECONDS, in_its_thread(lambda: carrying.carry_out(self.store)))
        if self._post is not None:
            yield gevent.spawn(every, POST_SECONDS, in_its_thread(self._post.round))
        if self._upkeep is not None:
            yield from self._upkeep.loops()
