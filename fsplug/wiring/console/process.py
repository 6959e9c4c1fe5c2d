"""`fsplug serve --only console`: people's pages and mail in a process of their own."""

from collections.abc import Callable

import gevent
import gevent.event
import structlog

from fsplug.errors import Invalid
from fsplug.store.db.database import Store
from fsplug.wiring.archives import archive_at
from fsplug.wiring.console.live_here import LiveThere
from fsplug.wiring.console.server import POST_SECONDS, STOP_SECONDS, WebConsole, rounds
from fsplug.wiring.process.locking import locked
from fsplug.wiring.process.loops import every
from fsplug.wiring.settings import Settings

log = structlog.get_logger()


class ConsoleProcess:
    """The console alone. It asks the `fsplug serve` of its data folder for the calls; without one it says so."""

    def __init__(self, settings: Settings) -> None:
        if not settings.web_url:
            raise Invalid("no-web-url", "there is no console without an address; set web_url")
        self._stop = gevent.event.Event()
        self._lock = locked(settings.data, settings.console_lock_file, "fsplug's console")
        self.store = Store(settings.store)
        self.store.connect()
        self.store.migrate()
        self._post = rounds(settings, self.store)
        self.console = WebConsole(settings, self.store, archive_at(settings.archive), LiveThere(settings.data))

    def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Run until `stop`."""
        self.console.start()
        post = gevent.spawn(every, POST_SECONDS, self._post)
        log.info("serving-console", listen=self.console.address, store=self.store.place)
        ready()
        self._stop.wait()
        self.console.stop()
        gevent.killall([post], timeout=STOP_SECONDS)
        self.store.close()
        self._lock.close()

    def stop(self) -> None:
        """End `serve` in good order. May be called from a signal handler."""
        self._stop.set()
