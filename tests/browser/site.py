"""The story behind a console that runs, and ways to be signed in to it."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.lab.story.cast import ACME
from fsplug.store.accounts import accounts, sessions
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import new_key
from fsplug.store.db.database import Store
from tests.programs import program
from tests.stories import story_until

# The afternoon of a Thursday, so that today, yesterday and this week have calls.
NOW = datetime(2026, 11, 19, 15, 20, tzinfo=ZoneInfo("Europe/Copenhagen")).timestamp()
ROOT = Path(__file__).parents[2]
_START_SECONDS = PATIENCE_SECONDS
# What seals the secrets of authenticators here.
KEY = new_key()


@dataclass(frozen=True)
class Site:
    """`url` has no slash at its end; `store` is the console's own, opened a second time."""

    url: str
    data: Path
    store: Store
    ahead_seconds: float

    def session(self, username: str, domain: str = ACME) -> str:
        """The cookie of somebody who has signed in."""
        return sessions.begin(self.store, domain, username, "127.0.0.1", "browser of a test")

    def set_password(self, username: str, password: str, domain: str = ACME) -> None:
        """Give an account a password."""
        accounts.give_password(self.store, domain, username, password, Passwords(), "operator")


@contextmanager
def story_site(folder: Path, until: float = NOW) -> Iterator[Site]:
    """The story's site in the folder, and its console until the `with` ends."""
    ahead_seconds = until - time.time()
    (folder / "spool").mkdir()
    store = Store(story_until(until, folder), clock=lambda: time.time() + ahead_seconds)
    store.connect()
    process = started(folder, ahead_seconds)
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield Site(f"http://127.0.0.1:{port}", folder, store, ahead_seconds)
    finally:
        process.terminate()
        process.wait(_START_SECONDS)
        store.close()


def started(
    folder: Path, ahead_seconds: float, request_seconds: float = 20.0, settings: Mapping[str, str] = {}
) -> "subprocess.Popen[str]":
    """The console of this data folder as a process; the first line it prints is its port. `settings` as the
    environment has them.
    """
    # The port is the system's to choose; nothing of the console reads its own from web_url but mail and cookies.
    environment = {**os.environ, "FSPLUG_WEB_URL": "http://127.0.0.1", "FSPLUG_WEB_PORT": "0", "FSPLUG_SECRET_KEY": KEY}
    environment |= settings
    command = [*program("tests.browser.serving"), str(folder), str(ahead_seconds), str(request_seconds)]
    with (folder / "console.log").open("wb") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
