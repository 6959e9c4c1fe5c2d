"""A client of the event socket, inbound or outbound."""

from fsplug.fakeswitch.channel import Channel
from fsplug.fakeswitch.connection import Connection
from fsplug.fakeswitch.core import Core
from fsplug.fakeswitch.subscription import Subscription

GOODBYE = "Disconnected, goodbye.\nSee you at ClueCon! http://www.cluecon.com/\n"
# `char reply[512]` in listener_run: longer replies are cut.
_REPLY_BYTES = 511
LINGER_FOR_EVER = -1


class Listener:
    """One connection's state. `channel` is the call an outbound socket controls; without `full` few commands work."""

    def __init__(
        self, core: Core, connection: Connection, password: str = "", channel: Channel | None = None, full: bool = True
    ) -> None:
        self.core = core
        self.connection = connection
        self.channel = channel
        self.running = True
        self.authorised = channel is not None
        self.asynchronous = False
        self.connected = False
        # None: does not linger; LINGER_FOR_EVER: until the client leaves.
        self.linger_seconds: int | None = None
        self.subscription = Subscription()
        self.password = password
        self.full = full

    def wants(self, name: str, subclass: str) -> bool:
        return self.subscription.wants(name, subclass)

    def passes(self, event: str) -> bool:
        return self.subscription.passes(event)

    def deliver(self, frame: bytes) -> None:
        self.connection.send(frame)

    def reply(self, text: str, more: str = "") -> None:
        """Send a command/reply. The text is not encoded, and is cut to the switch's buffer."""
        cut = text.encode("utf-8", "surrogateescape")[:_REPLY_BYTES]
        self.connection.send(b"Content-Type: command/reply\nReply-Text: %b\n%b\n" % (cut, more.encode()))

    def goodbye(self) -> None:
        """The disconnect notice, then the end of the connection."""
        session = (
            f"Controlled-Session-UUID: {self.channel.uuid}\nContent-Disposition: disconnect\n" if self.channel else ""
        )
        self.connection.send(
            f"Content-Type: text/disconnect-notice\n{session}Content-Length: {len(GOODBYE)}\n\n{GOODBYE}".encode()
        )
        self.connection.close()
