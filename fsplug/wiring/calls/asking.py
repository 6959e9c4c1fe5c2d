"""The server of calls that ask, where nobody else on a network can speak to it."""

from collections.abc import Callable

from fsplug.errors import Invalid
from fsplug.esl.protocol.server import Server
from fsplug.esl.protocol.session import OutboundSession
from fsplug.policy.hosts import is_loopback
from fsplug.wiring.settings import Settings

# The switch's socket application speaks no TLS.
REMEDY = (
    "set listen_host = 127.0.0.1; a switch on another machine comes by a TLS tunnel with certificates on both sides "
    "(stunnel) that ends on this machine"
)


def server(settings: Settings, answer: Callable[[OutboundSession], None]) -> Server:
    """The server of this installation. Invalid("listen-off-loopback") if it would speak to a network in clear text."""
    if not is_loopback(settings.listen_host):
        text = f"listen_host = {settings.listen_host} would send calls over a network in clear text; {REMEDY}"
        raise Invalid("listen-off-loopback", text, host=settings.listen_host)
    return Server(settings.listen_host, settings.listen_port, answer, settings.session_limit)
