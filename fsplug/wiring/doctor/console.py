"""The check-up of the console: its key, its address, its mail. Each looks at one thing and never raises."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from fsplug.errors import FsplugError
from fsplug.mail import smtp
from fsplug.policy.addresses import normalised
from fsplug.store.accounts.sealed_secrets import Vault
from fsplug.wiring.doctor.findings import Finding, ok, warn, wrong
from fsplug.wiring.people.mail import mail_server
from fsplug.wiring.settings import Settings

ANSWER_SECONDS = 3.0
_KEY, _CONSOLE, _MAIL = "secret key", "console", "mail"


def secret_key(settings: Settings) -> Finding:
    """There is one, and it is a key."""
    if not settings.secret_key:
        return warn(_KEY, "there is none: nobody can set up one-time codes", "fsplug secret rotate")
    try:
        Vault(settings.secret_keys)
    except FsplugError as error:
        said, _, remedy = error.text.partition("; ")
        return wrong(_KEY, said, remedy)
    return ok(_KEY, "there")


def console(settings: Settings) -> Finding:
    """It listens, and is reached by TLS."""
    if not settings.web_url:
        return ok(_CONSOLE, "there is none (web_url)")
    place = f"{settings.web_host}:{settings.web_port}"
    try:
        socket.create_connection((settings.web_host, settings.web_port), ANSWER_SECONDS).close()
    except OSError as error:
        return wrong(_CONSOLE, f"nobody answers at {place}: {error}", "systemctl restart fsplug")
    where = urlsplit(settings.web_url)
    if where.scheme != "https" and where.hostname not in ("127.0.0.1", "localhost", "::1"):
        text = f"{settings.web_url} sends passwords in the open"
        return warn(_CONSOLE, text, "let a proxy with TLS stand before it, and set web_url = https://...")
    return ok(_CONSOLE, f"{settings.web_url}, served at {place}")


def mail(settings: Settings) -> Finding:
    """Its server lets fsplug in as it does when there is mail, and it comes from an address."""
    if not settings.web_url:
        return ok(_MAIL, "none is sent without a console")
    if not settings.smtp_host:
        return warn(_MAIL, "there is no server: mail waits", "set smtp_host and mail_from")
    if normalised(settings.mail_sender) is None:
        text = f"{settings.mail_sender!r}, whom it would come from, is no address"
        return wrong(_MAIL, f"{text}: mail waits", "set mail_from = name@host.example")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), ANSWER_SECONDS).close()
    except OSError as error:
        return wrong(_MAIL, f"nobody answers at {place}: {error}", "look at smtp_host, smtp_port")
    try:
        smtp.check(mail_server(settings), ANSWER_SECONDS)
    except FsplugError as error:
        said, _, remedy = error.text.rpartition("; ")
        return wrong(_MAIL, said or error.text, remedy if said else "look at smtp_host, smtp_port")
    return ok(_MAIL, f"{place} takes mail")


def every(settings: Settings) -> Iterator[Finding]:
    """All of them."""
    yield secret_key(settings)
    yield console(settings)
    yield mail(settings)
