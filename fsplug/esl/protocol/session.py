"""greenswitch's two ends of the event socket, hardened: the call that comes to us, and our connection to the switch."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from time import monotonic
from typing import Any

from gevent import socket
from greenswitch import esl as greenswitch

from fsplug.errors import Invalid, Unavailable
from fsplug.esl.protocol import wire
from fsplug.esl.protocol.exchange import Exchange, new_uuid
from fsplug.esl.protocol.waiter import Waiter
from fsplug.esl.protocol.wire import Event, Message

ANSWER_SECONDS = 5.0
EXIT_SECONDS = 1.0
# Without a number FreeSWITCH lingers for ever.
LINGER_SECONDS = 10

_CONNECT = wire.command("connect")
_EXIT = wire.command("exit")
_MY_EVENTS = wire.command("myevents")


class Session(Exchange):
    """The commands that both kinds of connection have; each ends by its deadline."""

    def api(self, command: str, deadline_seconds: float = ANSWER_SECONDS) -> str:
        """The output of an API command, which may be an -ERR text. It holds up this connection's events meanwhile."""
        return self._printed(self.ask(_api(command), deadline_seconds))

    def apis(self, commands: Sequence[str], deadline_seconds: float = ANSWER_SECONDS) -> list[str]:
        """The outputs of these API commands, in order, in one round trip: all of them are sent before the first answer.

        Neither they nor their answers may be more than the sockets' buffers take.
        """
        return [self._printed(one) for one in self._ask_all(map(_api, commands), monotonic() + deadline_seconds)]

    def api_and_exit(self, command: str, deadline_seconds: float = ANSWER_SECONDS) -> str:
        """`api`, then `exit`, in one round trip to the switch."""
        try:
            return self._printed(self.ask_last(_api(command), _EXIT, deadline_seconds))
        finally:
            self.close()

    def _ask_all(self, commands: Iterable[bytes], expires_at: float) -> list[Message]:
        asked = {Waiter(): command for command in commands}
        self._send(b"".join(asked.values()), asked, expires_at)
        try:
            return [self._settle(waiter, "api", expires_at) for waiter in asked]
        finally:
            for waiter in asked:
                waiter.settled = True

    def _printed(self, answer: Message) -> str:
        if answer.content_type != "api/response":
            text = f"the switch at {self.peer} has no API here: {answer.reply}; use socket HOST:PORT full"
            raise Unavailable("switch-refused", text, reply=answer.reply)
        return answer.text

    def command(self, line: str, deadline_seconds: float = ANSWER_SECONDS) -> Event:
        """The headers of a command's reply. Unavailable `switch-refused` when it is -ERR."""
        return self.accepted(wire.command(line), deadline_seconds)

    def send(self, data: str) -> Event:
        """greenswitch's name for `command`; its own methods end here."""
        return self.command(data)

    def exit(self, deadline_seconds: float = EXIT_SECONDS) -> None:
        """Send `exit` to the switch and close. It never fails: the call goes on either way."""
        if self.connected:
            with suppress(Unavailable):
                self.ask(_EXIT, deadline_seconds)
            self.close()

    def stop(self) -> None:
        """greenswitch's name for `exit`."""
        self.exit()

    def register_handle(self, name: str, handler: object) -> None:
        """greenswitch's handlers run in the greenlet that reads; events are the link's."""
        raise Invalid("no-handlers-here", f"a session has no handlers; subscribe the link to {name}", event=name)


class OutboundSession(Session, greenswitch.OutboundSession):  # type: ignore[misc]  # greenswitch has no types
    """One call that the dialplan's `socket` action brought to us."""

    def __init__(self, client_address: tuple[str, int], sock: Any) -> None:
        # greenswitch's own constructor starts two greenlets and opens a buffered file.
        self.session_data: Event | None = None
        self._outbound_connected = False
        self._hears_events = False
        self.open(sock, f"{client_address[0]}:{client_address[1]}" if client_address else "unknown")

    @property
    def uuid(self) -> str:
        """The uuid of the call's A-leg; empty before `connect`."""
        return self.session_data.uuid if self.session_data else ""

    def connect(self, deadline_seconds: float = ANSWER_SECONDS) -> Event:
        """The channel's data. Unavailable: `switch-silent` after the deadline, `switch-gone`."""
        if self.session_data is None:
            self.session_data = self.accepted(_CONNECT, deadline_seconds)
            self._outbound_connected = True
        return self.session_data

    def execute(
        self,
        app: str,
        arg: str | None = None,
        deadline_seconds: float = ANSWER_SECONDS,
        event_uuid: str | None = None,
    ) -> Event:
        """Run a dialplan application to its end; returns its CHANNEL_EXECUTE_COMPLETE, identified by `event_uuid`."""
        if not self._hears_events:
            self.accepted(_MY_EVENTS, deadline_seconds)
            self._hears_events = True
        key = event_uuid or new_uuid()
        return self.event_for(key, wire.execute(app, arg, event_uuid=key), deadline_seconds)

    def call_command(
        self,
        app_name: str,
        app_args: str | None = None,
        block: bool = False,
        response_timeout: float | None = None,
    ) -> Event:
        """greenswitch's way to run an application: to its end if `block`, otherwise until the
        switch has accepted it.
        """
        self._raise_if_lingering()
        seconds = response_timeout or ANSWER_SECONDS
        if block:
            return self.execute(app_name, app_args, seconds)
        return self.accepted(wire.execute(app_name, app_args), seconds)

    def answer(self) -> str:
        """Answer the call; the switch's reply."""
        return self.call_command("answer").get("Reply-Text") or ""

    def playback(self, path: str, block: bool = True) -> None:
        """Play a file, to its end if `block`."""
        self.call_command("playback", path, block=block)

    def linger(self, timeout: int | None = LINGER_SECONDS) -> None:
        """Keep the connection for `timeout` seconds after the hangup."""
        self.command(f"linger {timeout or LINGER_SECONDS}")

    def register_expected_event(self, expected_event: str, *_: object) -> None:
        """greenswitch waits for an application by its name, so the second's end would wake the first's waiter."""
        text = f"{expected_event} can't be identified by an application's name; use execute"
        raise Invalid("ambiguous-wait", text, event=expected_event)

    def drop(self, error: Unavailable) -> None:
        """Close the socket and fail everyone who waits."""
        self._outbound_connected = False
        super().drop(error)

    def _raise_if_lingering(self) -> None:
        if self._lingering:
            raise Unavailable(
                "call-ended", f"call {self.uuid} has ended; its channel takes no commands", uuid=self.uuid
            )


class InboundESL(Session, greenswitch.InboundESL):  # type: ignore[misc]  # greenswitch has no types
    """One signed-in connection to the switch's event socket."""

    def __init__(self, host: str, port: int, password: str, timeout: float = ANSWER_SECONDS) -> None:
        self.host = host
        self.port = port
        self.password = password
        self.timeout = timeout
        self.prepare(f"{host}:{port}")

    def connect(self) -> None:
        """Connect and sign in. Unavailable: `switch-unreachable`, `switch-silent`, `access-refused`, `auth-refused`."""
        try:
            sock = socket.create_connection((self.host, self.port), self.timeout)
        except OSError as error:
            text = f"no event socket answers at {self.peer} ({error}); is FreeSWITCH running there?"
            raise Unavailable("switch-unreachable", text, peer=self.peer) from error
        self.open(sock, self.peer)
        try:
            self.await_greeting(self.timeout)
            self.authenticate()
        except BaseException:
            self.close()
            raise

    def authenticate(self) -> None:
        """Sign in; Unavailable `auth-refused` when the password is wrong."""
        answer = self.ask(wire.command(f"auth {self.password}"), self.timeout)
        if not answer.reply.startswith("+OK"):
            text = f"the switch at {self.peer} refused the password; set it as in its event_socket.conf"
            raise Unavailable("auth-refused", text, peer=self.peer)


def _api(command: str) -> bytes:
    return wire.command(f"api {command}")
