"""The console in a process of its own, served as by `fsplug serve`, by the story's clock."""

import sys
import time
from pathlib import Path

import gevent

from fsplug.store.db.database import Store
from fsplug.wiring.archives import archive_at
from fsplug.wiring.console.live_calls import LiveCalls
from fsplug.wiring.console.request_input import Deadlines
from fsplug.wiring.console.server import WebConsole
from fsplug.wiring.settings import read


def main(data: Path, ahead_seconds: float, request_seconds: float) -> None:
    """Serve until killed; one line on standard output tells the port."""
    deadlines = Deadlines(*[request_seconds] * 4, unread_seconds=3 * request_seconds)
    settings = read(data)
    store = Store(settings.store, clock=lambda: time.time() + ahead_seconds)
    store.connect()
    store.migrate()
    archive = archive_at(settings.archive)
    console = WebConsole(settings, store, archive, LiveCalls(settings.data), deadlines)
    console.start()
    print(console.address[1], flush=True)
    gevent.get_hub().join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:]))
