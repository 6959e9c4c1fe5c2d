"""Where the console's mail is handed in."""

from fsplug.mail.smtp import Server
from fsplug.wiring.settings import Settings


def mail_server(settings: Settings) -> Server:
    """The server of these settings."""
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password,
        settings.smtp_ca_file,
    )
