"""The check-up of the console: key, address and mail. Each function checks one thing and never raises."""

import socket
from collections.abc import Iterator
from pathlib import Path

from fsplug.errors import FsplugError
from fsplug.mail import smtp
from fsplug.policy import proxies
from fsplug.policy.addresses import normalised
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.db.database import Store
from fsplug.store.nodes import secrets
from fsplug.wiring.doctor.findings import Finding, FindingState, ok, warn, wrong
from fsplug.wiring.people.mail import mail_server
from fsplug.wiring.settings import Settings, is_shared

ANSWER_SECONDS = 3.0
_KEY, _CONSOLE, _MAIL = "secret key", "console", "mail"


def secret_key(settings: Settings) -> Finding:
    """The secret key exists and is valid."""
    shared = _shared(settings)
    if not settings.secret_key:
        if shared.state is FindingState.WRONG:
            return shared
        return warn(_KEY, "there is no secret key: nobody can set up one-time codes", "fsplug secret rotate")
    try:
        SecretKeys(settings.secret_keys)
    except FsplugError as error:
        return _wrong_key(error)
    return shared


def _shared(settings: Settings) -> Finding:
    """The key is that of every other console on the store."""
    if not is_shared(settings.store) and not Path(settings.store).exists():
        # There is a finding about the store, which must not be made by looking at it.
        return ok(_KEY, "there")
    store = Store(settings.store)
    try:
        found = secrets.agreement(store, settings.secret_keys)
    except FsplugError:
        return ok(_KEY, "there")
    finally:
        store.close()
    if found is secrets.Agreement.DIFFERENT:
        return _wrong_key(secrets.different())
    return ok(_KEY, "there, and the same as the store's" if found is secrets.Agreement.SAME else "there")


def _wrong_key(error: FsplugError) -> Finding:
    said, _, remedy = error.text.partition("; ")
    return wrong(_KEY, said, remedy)


def console(settings: Settings) -> Finding:
    """The console listens, and people reach it by TLS."""
    if not settings.web_url:
        return ok(_CONSOLE, "there is no console (web_url is not set)")
    fault = proxies.fault(settings.front)
    if fault is not None and fault.trouble is proxies.Trouble.REFUSED:
        return wrong(_CONSOLE, f"it is not served: {fault.text}", f"{fault.remedy}; systemctl restart fsplug")
    place = f"{settings.web_host}:{settings.web_port}"
    try:
        socket.create_connection((settings.web_host, settings.web_port), ANSWER_SECONDS).close()
    except OSError as error:
        return wrong(_CONSOLE, f"nobody answers at {place}: {error}", "systemctl restart fsplug")
    if fault is not None:
        return warn(_CONSOLE, fault.text, fault.remedy)
    return ok(_CONSOLE, f"{settings.web_url}, served at {place}")


def mail(settings: Settings) -> Finding:
    """The mail server accepts fsplug's sign-in, and the sender is an address."""
    if not settings.web_url:
        return ok(_MAIL, "no mail is sent without a console")
    if not settings.smtp_host:
        return warn(_MAIL, "no mail server is set: mail waits", "set smtp_host and mail_from")
    if normalised(settings.mail_sender) is None:
        text = f"{settings.mail_sender!r}, the sender, is not an address"
        return wrong(_MAIL, f"{text}: mail waits", "set mail_from = name@host.example")
    place = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        socket.create_connection((settings.smtp_host, settings.smtp_port), ANSWER_SECONDS).close()
    except OSError as error:
        return wrong(_MAIL, f"nobody answers at {place}: {error}", "check smtp_host and smtp_port")
    try:
        smtp.check(mail_server(settings), ANSWER_SECONDS)
    except FsplugError as error:
        said, _, remedy = error.text.rpartition("; ")
        return wrong(_MAIL, said or error.text, remedy if said else "check smtp_host and smtp_port")
    return ok(_MAIL, f"{place} takes mail")


def every(settings: Settings) -> Iterator[Finding]:
    """All findings about the console."""
    yield secret_key(settings)
    yield console(settings)
    yield mail(settings)
