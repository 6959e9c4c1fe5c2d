"""As a new user would: a company, a superuser, mail, passwords, a shared recording, and the trail of it all."""

import http.client
import json
import os
import re
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from tests.cli.conftest import Cli, priorities  # noqa: F401
from tests.cli.happened import recorded
from tests.mail.conftest import Mailbox, make_mailbox  # noqa: F401
from tests.programs import program

ACME = "acme.example"
PASSWORD = "correct horse battery"
DEADLINE_SECONDS = PATIENCE_SECONDS


class Program:
    """fsplug on a data folder of its own: the server is a program, and commands run here, each as if in a shell."""

    def __init__(self, data: Path, settings: dict[str, str]) -> None:
        self._cli = Cli(data)
        self._settings = {"SUDO_USER": "root", **settings}

    def __call__(self, *words: object) -> Any:
        """What a command says; it must succeed."""
        done = self._cli.run(*words, "--json", **self._settings)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)

    def serve(self) -> "subprocess.Popen[bytes]":
        """The server."""
        command = [*program("fsplug"), "serve", "--unsupervised"]
        environment = {**os.environ, "FSPLUG_DATA": str(self._cli.data), **self._settings}
        return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


class Visitor:
    """A browser: one connection after another, cookies kept, redirections followed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.cookies: dict[str, str] = {}

    def __call__(self, path: str, wanted: str = "document", **form: str) -> tuple[int, bytes]:
        """Get a page, or send a form; the status and the body of where that led."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {
            "Sec-Fetch-Site": "same-origin",
            "Sec-Fetch-Dest": wanted,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=DEADLINE_SECONDS)
        connection.request("POST" if form else "GET", path, urllib.parse.urlencode(form) or None, headers)
        answer = connection.getresponse()
        body = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        connection.close()
        where = answer.headers.get("Location")
        return self(where) if where else (answer.status, body)


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def _path(mail: Any) -> str:
    return re.findall(r"http://127\.0\.0\.1:\d+(/[a-z-]+/\S+)", _text(mail))[0]


@pytest.fixture
def mailbox(make_mailbox: Callable[..., Mailbox]) -> Mailbox:  # noqa: F811
    """A local mail server."""
    return make_mailbox()


@pytest.fixture
def web_port() -> int:
    """Where the console will be."""
    return some_ports(1)[0]


@pytest.fixture
def fsplug(tmp_path: Path, mailbox: Mailbox, web_port: int) -> Iterator[Program]:
    """The program, serving."""
    event_socket, listen, xml = some_ports(3)
    settings = {
        "FSPLUG_WEB_PORT": str(web_port),
        "FSPLUG_WEB_URL": f"http://127.0.0.1:{web_port}",
        "FSPLUG_SMTP_HOST": "127.0.0.1",
        "FSPLUG_SMTP_PORT": str(mailbox.port),
        "FSPLUG_SMTP_SECURITY": "none",
        "FSPLUG_MAIL_FROM": "notifications@console.example",
        "FSPLUG_EVENT_SOCKET_PORT": str(event_socket),
        "FSPLUG_LISTEN_PORT": str(listen),
        "FSPLUG_XML_PORT": str(xml),
        "FSPLUG_LEAST_FREE_BYTES": "0",
    }
    program = Program(tmp_path / "data", settings)
    program("init")
    server = program.serve()
    _wait_until(lambda: _answers(web_port))
    yield program
    server.terminate()
    server.wait(PATIENCE_SECONDS)


def _answers(port: int) -> bool:
    try:
        return Visitor(port)("/sign-in")[0] == 200
    except OSError:
        return False


def _wait_until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + DEADLINE_SECONDS
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_from_an_empty_folder_to_a_shared_recording_that_was_revoked(
    fsplug: Program, mailbox: Mailbox, web_port: int, tmp_path: Path
) -> None:
    fsplug("company", "add", ACME, "--name", "Acme", "--country", "DK")
    for username, role in (("1001", "superuser"), ("1002", "my-console")):
        words = ("--extension", username, "--record", "--role", role, "--email", f"u{username}@acme.example")
        fsplug("user", "add", "--company", ACME, username, *words)

    mails = mailbox.wait_for(4)
    assert sorted(str(mail["Subject"]) for mail in mails) == ["Your password"] * 2 + ["Your user ID for Acme"] * 2
    for mail in (one for one in mails if one["Subject"] == "Your password"):
        visitor = Visitor(web_port)
        assert visitor(_path(mail))[0] == 200
        assert visitor("/set-password", password=PASSWORD, again=PASSWORD)[0] == 200
        words = {"customer_ref": ACME, "email": str(mail["To"]), "password": PASSWORD}
        status, page = visitor("/sign-in", **words)
        assert (status, b"Sign out" in page) == (200, True)

    audio = _record(tmp_path)
    share = fsplug(
        *("share", "create", "--company", ACME, "--as", "1001", "a-rec"),
        *("--to", "customer@outside.example", "--subject", "Our call"),
    )
    link, code = (
        next(one for one in mailbox.wait_for(6) if one["Subject"] == name) for name in ("Our call", "Your code")
    )
    outside = Visitor(web_port)
    _, page = outside(_path(link))
    press = re.findall(rb'name="press" value="(\w+)"', page)[0].decode()
    assert outside("/shared/audio", "audio")[0] == 403
    outside("/shared/code", press=press, code=re.findall(r"\b[0-9]{8}\b", _text(code))[0])
    outside("/shared/play", go="")
    assert outside("/shared/audio")[0] == 403, "it is no page"
    assert outside("/shared/audio", "audio") == (200, audio)

    fsplug("share", "revoke", "--company", ACME, share["id"])
    assert outside("/shared/audio", "audio")[0] == 403

    acts = [one["act"] for one in reversed(fsplug("audit", "list", "--company", ACME))]
    assert acts == [
        *("configuration", "rights", "rights"),
        *("password-set", "sign-in", "password-set", "sign-in"),
        *("share", "share-visit", "share-code", "share-play", "share-revoke"),
    ]
    assert fsplug("audit", "verify")[0]["trouble"] is None


def _record(tmp_path: Path) -> bytes:
    """Anna had a call that was recorded; the recording's bytes."""
    store = Store(tmp_path / "data" / "fsplug.db")
    ledger.apply(store, recorded("a"))
    store.close()
    audio = b"RIFF" + bytes(400_000)
    path = tmp_path / "data" / "archive" / ACME / "a-rec.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(audio)
    return audio
