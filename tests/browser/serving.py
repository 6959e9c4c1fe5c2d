"""The console in a process of its own, served as by `fsplug serve`, by the story's clock."""

from fsplug.wiring.process.patching import patch

patch()

import sys  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import gevent  # noqa: E402

from fsplug.store.db.database import Store  # noqa: E402
from fsplug.wiring.archives import archive_at  # noqa: E402
from fsplug.wiring.console import server  # noqa: E402
from fsplug.wiring.console.live_here import LiveThere  # noqa: E402
from fsplug.wiring.settings import read  # noqa: E402


def main(data: Path, ahead_seconds: float, request_seconds: float) -> None:
    """Serve until killed; one line on standard output tells the port."""
    server.REQUEST_SECONDS = request_seconds
    settings = read(data)
    store = Store(settings.store, clock=lambda: time.time() + ahead_seconds)
    store.connect()
    store.migrate()
    archive = archive_at(settings.archive)
    console = server.WebConsole(settings, store, archive, LiveThere(settings.data))
    console.start()
    print(console.address[1], flush=True)
    gevent.get_hub().join()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:]))
