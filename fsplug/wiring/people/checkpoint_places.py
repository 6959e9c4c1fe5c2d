"""Where checkpoints of the audit trail go, outside the store: a file, the system's log, a webhook, or a mailbox."""

import logging.handlers
import os
import socket
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from fsplug.errors import FsplugError, Invalid, Unavailable
from fsplug.mail import smtp
from fsplug.mail.letters import Letter, message
from fsplug.policy.addresses import normalised
from fsplug.policy.hosts import is_loopback
from fsplug.store.audit.checkpoints import TrailCheckpoint
from fsplug.wiring.people.mail import mail_server
from fsplug.wiring.settings import Settings

SYSLOG, _MAILTO = "syslog", "mailto:"
# The system's log takes datagrams here; RFC 5424's facility 10 is for security.
_SYSLOG_SOCKET = "/dev/log"
_ANSWER_SECONDS = 10.0
_SOON_SECONDS, _DAY_SECONDS = 60.0, 86_400.0

Hand = Callable[[Sequence[TrailCheckpoint]], None]


@dataclass(frozen=True, slots=True)
class Place:
    """One place. `hand` gives it checkpoints, no oftener than every `seconds`; Unavailable if it does not take them."""

    name: str
    seconds: float
    hand: Hand


def places(settings: Settings) -> tuple[Place, ...]:
    """Those of `audit_checkpoints`; Invalid("bad-checkpoint-place") names one that can't be used."""
    return tuple(_place(settings, name) for name in settings.audit_checkpoints.split())


def files(settings: Settings) -> tuple[Path, ...]:
    """The files among them."""
    return tuple(Path(name) for name in settings.audit_checkpoints.split() if name.startswith("/"))


def _place(settings: Settings, name: str) -> Place:
    if name.startswith("/"):
        return Place(name, _SOON_SECONDS, lambda found: _append(Path(name), found))
    if name == SYSLOG:
        return Place(name, _SOON_SECONDS, _log)
    if name.startswith("https://") or (name.startswith("http://") and _is_here(name)):
        return Place(name, _SOON_SECONDS, lambda found: _post(name, found))
    receiver = normalised(name.removeprefix(_MAILTO)) if name.startswith(_MAILTO) else None
    if receiver is not None:
        return Place(name, _DAY_SECONDS, lambda found: _mail(settings, receiver, found))
    remedy = "give a file's absolute path, syslog, https://HOST/PATH, or mailto:ADDRESS"
    raise Invalid("bad-checkpoint-place", f"audit_checkpoints: {name[:200]!r} is not a place; {remedy}", place=name)


def _is_here(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _append(path: Path, found: Sequence[TrailCheckpoint]) -> None:
    text = "".join(f"{one.line}\n" for one in found)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        raise _untaken(str(path), error.strerror or str(error)) from error


def _log(found: Sequence[TrailCheckpoint]) -> None:
    try:
        # Without a socket there, the handler itself would say nothing.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.connect(_SYSLOG_SOCKET)
        handler = logging.handlers.SysLogHandler(_SYSLOG_SOCKET, logging.handlers.SysLogHandler.LOG_AUTHPRIV)
    except OSError as error:
        raise _untaken(SYSLOG, f"{_SYSLOG_SOCKET}: {error.strerror or error}") from error
    handler.ident = "fsplug-audit: "
    try:
        for one in found:
            handler.handle(logging.LogRecord("fsplug", logging.INFO, "", 0, one.line, None, None))
    finally:
        handler.close()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        return None


def _post(url: str, found: Sequence[TrailCheckpoint]) -> None:
    """One line of JSON for each checkpoint (application/x-ndjson). A redirect counts as a refusal."""
    body = "".join(f"{one.line}\n" for one in found).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/x-ndjson", "User-Agent": "fsplug"})
    try:
        urllib.request.build_opener(_Stay).open(request, timeout=_ANSWER_SECONDS).close()
    except (OSError, HTTPException, ValueError) as error:
        raise _untaken(url, str(error)) from error


def _mail(settings: Settings, receiver: str, found: Sequence[TrailCheckpoint]) -> None:
    if not settings.smtp_host:
        raise _untaken(receiver, "there is no mail server; set smtp_host")
    said = "Checkpoints of the audit trail. Keep this mail: fsplug audit verify --checkpoints FILE compares them."
    letter = Letter("fsplug: checkpoints of the audit trail", (said, "\n".join(one.line for one in found)), "en")
    name = f"checkpoints-{found[-1].at:.0f}-{found[-1].hash[:16]}"
    try:
        made: EmailMessage = message(letter, settings.mail_sender, receiver, name, found[-1].at)
        smtp.send(mail_server(settings), made)
    except FsplugError as error:
        raise _untaken(receiver, error.text) from error


def _untaken(place: str, why: str) -> Unavailable:
    return Unavailable("checkpoint-not-taken", f"{place} does not take checkpoints: {why}", place=place)
