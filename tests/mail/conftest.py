"""A real SMTP server, and a company with mail to send."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import partial
from pathlib import Path
from typing import cast

import pytest

from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.mail import smtp
from fsplug.mail.postman import Post, Postman
from fsplug.mail.smtp import MailServer
from tests.furnished import cast_store
from tests.store.accountcast import Clock, Console

DEADLINE_SECONDS = PATIENCE_SECONDS
POST = Post("notifications@console.example", "https://console.example")


@dataclass
class Mailbox:
    """The server's process and what it took."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Listen, on a port of its own."""
        command = [sys.executable, "-m", "tests.mail.smtpserver", str(self.folder), *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def stop(self) -> None:
        """Be gone."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            assert self.process.stdout is not None
            self.process.stdout.close()

    def mood(self, mood: str) -> None:
        """How it answers from now on."""
        (self.folder / "mood").write_text(mood)

    @property
    def mails(self) -> list[EmailMessage]:
        """What it took, by subject."""
        found = [message_from_bytes(path.read_bytes(), policy=default) for path in self.folder.glob("*.eml")]
        return sorted(cast(list[EmailMessage], found), key=lambda mail: str(mail["Subject"]))

    def wait_for(self, count: int) -> list[EmailMessage]:
        """The mails, as soon as there are so many."""
        give_up_at = time.monotonic() + DEADLINE_SECONDS
        while len(self.mails) < count and time.monotonic() < give_up_at:
            time.sleep(0.02)
        return self.mails


@pytest.fixture
def make_mailbox(tmp_path: Path) -> Iterator[Callable[..., Mailbox]]:
    """Starts servers."""
    made: list[Mailbox] = []

    def make(*options: str) -> Mailbox:
        folder = tmp_path / f"mailbox{len(made)}"
        folder.mkdir()
        made.append(Mailbox(folder, options))
        made[-1].start()
        return made[-1]

    yield make
    for mailbox in made:
        mailbox.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """A server without TLS, on this machine."""
    mailbox = Mailbox(tmp_path_factory.mktemp("mailbox"))
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture
def mailbox(server: Mailbox) -> Mailbox:
    """The server as it was before the first test: empty, and in no mood."""
    for path in server.folder.iterdir():
        path.unlink()
    return server


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """The cast on SQLite, with a clock to turn."""
    clock = Clock()
    store = cast_store(tmp_path / "fsplug.db", clock=clock, database_clock=clock)
    yield Console(store, clock)
    store.close()


@pytest.fixture
def postman(console: Console, mailbox: Mailbox) -> Postman:
    """Sends the console's mail to the mailbox."""
    send = partial(smtp.send, MailServer("127.0.0.1", mailbox.port, "none"), seconds=2.0)
    return Postman(console.store, POST, send)
