"""Hands one message to an SMTP server. Every wait has a deadline, and every failure says whether it is permanent."""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage

from fsplug.errors import Invalid, Refused, Unavailable
from fsplug.policy.hosts import is_loopback

ANSWER_SECONDS = 30.0
# The time limit for the whole exchange: a server may answer, or accept the mail, byte by byte.
MAIL_SECONDS = 120.0
# RFC 5321, 4.2.1: 5yz is permanent, 4yz transient.
_FOR_GOOD = range(500, 600)
_STATUS = re.compile(r"\b5\.(\d{1,3}\.\d{1,3})\b")
_NOBODY, _FULL, _TOO_LARGE = "mail-no-mailbox", "mail-mailbox-full", "mail-too-large"
_BY_STATUS = {
    **dict.fromkeys(("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1"), _NOBODY),
    "2.2": _FULL,
    "2.3": _TOO_LARGE,
    "3.4": _TOO_LARGE,
    **dict.fromkeys(("7.1", "7.20", "7.21", "7.23", "7.25", "7.26"), "mail-distrusted"),
}
# RFC 5321, 4.2.3.
_BY_REPLY = {550: _NOBODY, 551: _NOBODY, 553: _NOBODY, 552: _FULL}


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail.

    `security` is starttls, tls or none; `ca_file` holds the CAs that vouch for the server.
    """

    host: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = ""
    ca_file: str = ""


def send(server: MailServer, message: EmailMessage, seconds: float = ANSWER_SECONDS) -> None:
    """Hand the message in.

    Refused("mail-refused") if the server will never accept it; Unavailable if it may later. A server that could not be
    trusted, or that does not know our account, is Unavailable too: once an operator has corrected the settings, the
    mail is sent.
    """
    with _signed_in(server, seconds) as connection:
        connection.send_message(message)


def check(server: MailServer, seconds: float = ANSWER_SECONDS) -> None:
    """Do everything that comes before a mail is handed in; errors as `send`."""
    with _signed_in(server, seconds) as connection:
        connection.noop()


@contextmanager
def _signed_in(server: MailServer, seconds: float) -> Iterator[smtplib.SMTP]:
    _check_open(server)
    try:
        with _connected(server, seconds) as connection:
            if server.username:
                connection.login(server.username, server.password)
            yield connection
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _refusal(server, code, said) from error
    except smtplib.SMTPAuthenticationError as error:
        text = f"{server.host} does not let fsplug in: {_words(error.smtp_error)}; look at smtp_username, smtp_password"
        raise Unavailable("smtp-account", text) from error
    except UnicodeEncodeError as error:
        text = f"{server.host} would get a name or password beyond ASCII; look at smtp_username, smtp_password"
        raise Unavailable("smtp-account", text) from error
    except smtplib.SMTPResponseException as error:
        raise _refusal(server, error.smtp_code, error.smtp_error) from error
    except ssl.SSLError as error:
        raise Unavailable("smtp-not-trusted", f"{server.host} can't be trusted: {error}; see smtp_ca_file") from error
    except smtplib.SMTPNotSupportedError as error:
        text = f"{server.host}:{server.port} lacks what is needed: {error}; look at smtp_security"
        raise Unavailable("smtp-lacks", text) from error
    except (OSError, smtplib.SMTPException) as error:
        text = f"{server.host}:{server.port} did not take the mail: {error or type(error).__name__}"
        raise Unavailable("smtp-away", text) from error


class _Smtp(smtplib.SMTP):
    """Hangs up after `MAIL_SECONDS` at any point: a socket's own timeout begins again with every byte."""

    _held: socket.socket | None = None
    _timer: threading.Timer | None = None

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        found: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # typeshed leaves it out
        # A duplicate descriptor: TLS takes over the other one.
        self._held = found.dup()
        self._timer = threading.Timer(MAIL_SECONDS, _hang_up, [self._held])
        self._timer.daemon = True
        self._timer.start()
        return found

    def close(self) -> None:
        super().close()
        if self._held is not None and self._timer is not None:
            self._timer.cancel()
            self._held.close()


class _SmtpByTls(smtplib.SMTP_SSL, _Smtp):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            return super()._get_socket(host, port, timeout)
        except BaseException:
            self.close()
            raise


def _hang_up(held: socket.socket) -> None:
    with suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)


def _connected(server: MailServer, seconds: float) -> smtplib.SMTP:
    if server.security == "tls":
        return _SmtpByTls(server.host, server.port, timeout=seconds, context=_trust(server))
    connection = _Smtp(server.host, server.port, timeout=seconds)
    if server.security == "starttls":
        try:
            connection.starttls(context=_trust(server))
        except BaseException:
            connection.close()
            raise
    return connection


def _trust(server: MailServer) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=server.ca_file or None)
    except OSError as error:
        raise Unavailable("smtp-not-trusted", f"smtp_ca_file {server.ca_file} can't be read: {error}") from error


def _check_open(server: MailServer) -> None:
    """Links that open an account must not cross a network unencrypted."""
    if server.security == "none" and not is_loopback(server.host):
        remedy = "set smtp_security = starttls or tls"
        raise Invalid("smtp-in-the-open", f"{server.host} would receive mail unencrypted; {remedy}", host=server.host)


def _refusal(server: MailServer, code: int, said: bytes | str) -> Refused | Unavailable:
    text = f"{server.host} answered {code} {_words(said)}"
    if code not in _FOR_GOOD:
        return Unavailable("mail-delayed", text)
    return Refused(_refused_for(code, text), text)


def _refused_for(code: int, text: str) -> str:
    """The error's code: by the enhanced status (RFC 3463) where the server gives one, else by the reply's."""
    status = _STATUS.search(text)
    return (status and _BY_STATUS.get(status[1])) or (not status and _BY_REPLY.get(code)) or "mail-refused"


def _words(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said
