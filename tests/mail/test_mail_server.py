"""The server that takes mail: its certificate and account, without TLS, and one that never ends."""

import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Thread

import pytest

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.mail import smtp
from fsplug.mail.postman import Postman
from fsplug.mail.smtp import MailServer
from tests.mail.conftest import POST, Mailbox
from tests.mail.postedmail import mail_states
from tests.store.accountcast import ANNA, Console


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Of this machine, vouched for by itself."""
    folder = tmp_path_factory.mktemp("tls")
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    files = ("-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"))
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files], capture_output=True
    )
    if made.returncode:
        pytest.skip("no openssl")
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_with_tls_the_server_is_asked_who_it_is_and_the_account_is_used(
    console: Console, make_mailbox: Callable[..., Mailbox], certificate: tuple[str, str]
) -> None:
    mailbox = make_mailbox("--tls", *certificate, "--login", "fsplug", "s3cret")
    trusted = MailServer("localhost", mailbox.port, "starttls", "fsplug", "s3cret", certificate[0])
    console.give("1001", email=ANNA, role="superuser")
    Postman(console.store, POST, partial(smtp.send, trusted)).round()
    assert len(mailbox.mails) == 2
    for server, code in (
        (MailServer("localhost", mailbox.port, "starttls", "fsplug", "s3cret"), "smtp-not-trusted"),
        (MailServer("localhost", mailbox.port, "starttls", "fsplug", "wrong", certificate[0]), "smtp-account"),
        (MailServer("localhost", mailbox.port, "starttls", "fsplug", "blåbær", certificate[0]), "smtp-account"),
        (MailServer("localhost", mailbox.port, "starttls", ca_file="/nowhere"), "smtp-not-trusted"),
    ):
        with pytest.raises(Unavailable) as trouble:
            smtp.send(server, mailbox.mails[0])
        assert trouble.value.code == code


def test_a_server_without_tls_gets_nothing_where_tls_is_wanted(mailbox: Mailbox, console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    Postman(console.store, POST, partial(smtp.send, MailServer("127.0.0.1", mailbox.port))).round()
    assert (mailbox.mails, mail_states(console)) == ([], {("queued", "smtp-lacks")})


def test_mail_never_goes_in_the_open_over_a_network(console: Console) -> None:
    from email.message import EmailMessage

    with pytest.raises(Invalid, match="mail unencrypted; set smtp_security"):
        smtp.send(MailServer("192.0.2.1", 25, "none"), EmailMessage())


def test_a_server_that_answers_byte_by_byte_is_left_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "MAIL_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            # The first line never ends.
            with connection, suppress(OSError):
                while True:
                    connection.sendall(b"2")
                    time.sleep(0.01)

        dripping = Thread(target=drip, daemon=True)
        dripping.start()
        with pytest.raises(Unavailable):
            smtp.check(MailServer("127.0.0.1", listener.getsockname()[1], "none"))
        dripping.join(PATIENCE_SECONDS)
        assert not dripping.is_alive(), "the connection is closed"
