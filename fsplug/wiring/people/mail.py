"""The console's mail: the server that takes it, and the postman that sends it."""

from typing import Any

import structlog

from fsplug.mail import smtp
from fsplug.mail.postman import Post, Postman
from fsplug.mail.smtp import MailServer
from fsplug.policy.addresses import normalised
from fsplug.store.db.database import Store
from fsplug.wiring.settings import Settings

log = structlog.get_logger()


def mail_server(settings: Settings) -> MailServer:
    """The server of these settings."""
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password,
        settings.smtp_ca_file,
    )


def postman(settings: Settings, store: Store) -> Postman | None:
    """The postman for the console's mail; None (mail waits) without a server, a sender, or a console to link to."""
    if not (settings.smtp_host and settings.web_url and normalised(settings.mail_sender)):
        log.warning("mail-waits", remedy="set web_url, smtp_host and mail_from; see: fsplug doctor")
        return None
    server = mail_server(settings)
    post = Post(settings.mail_sender, settings.console_url)

    def send(message: Any) -> None:
        smtp.send(server, message)

    return Postman(store, post, send)
