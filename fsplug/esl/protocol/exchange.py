"""Commands and their answers over one event socket: in order, each with a deadline, and none left waiting.

The socket is read only while some greenlet waits. One of the waiting greenlets reads for all of them; when it has its
own answer, it hands the reading over. So a session that arms a call needs only its handler's greenlet.
"""

from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain
from time import monotonic
from typing import Any
from uuid import uuid4

import gevent
import gevent.event
import gevent.lock
from gevent import socket

from fsplug.errors import Unavailable
from fsplug.esl.protocol.waiter import Waiter
from fsplug.esl.protocol.wire import Decoder, Event, Malformed, Message

RECEIVE_BYTES = 65_536
# In a busy hour the switch's events arrive in small pieces, and each piece would wake us. This is how long they gather
# in the socket.
GATHER_SECONDS = 0.02
# When the time for an answer is over, the answer may be in the socket all the same: this process was starved, and the
# loop fires what is due before it reads. So the socket is looked at so many times more, for so long each.
LAST_LOOKS, LOOK_SECONDS = 5, 0.02
# The header, by event, with the id of the command that the event answers; fsplug makes both ids (mod_event_socket.c,
# switch_ivr.c).
_ANSWERING_EVENTS = {"CHANNEL_EXECUTE_COMPLETE": "Application-UUID", "BACKGROUND_JOB": "Job-UUID"}


class Exchange:
    """The common part of the outbound session and the inbound connection, mixed into greenswitch's classes."""

    sock: Any
    connected = False
    fault: Unavailable | None = None

    def prepare(self, peer: str) -> None:
        """Initialise everything except the socket."""
        self.peer = peer
        self.heard_at = monotonic()
        self._lingering = False
        self._decoder = Decoder()
        self._replies: deque[Waiter] = deque()
        self._awaited: dict[str, Waiter] = {}
        self._sending = gevent.lock.Semaphore(1)
        self._reading = False
        # Set by every command, for the greenlet in `pump`.
        self._asked: Any = None

    def open(self, sock: Any, peer: str) -> None:
        """Take over a connected socket."""
        self.prepare(peer)
        self.sock = sock
        self.connected = True
        self.fault = None
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def await_greeting(self, deadline_seconds: float) -> None:
        """Wait for the switch to ask who we are. Unavailable: `switch-silent`, `switch-gone`, `access-refused`."""
        waiter = Waiter()
        self._replies.append(waiter)
        greeting: Message = self._settle(waiter, "hello", monotonic() + deadline_seconds)
        if greeting.content_type != "auth/request":
            raise Malformed("no-greeting", f"the peer at {self.peer} does not ask for a password; is it FreeSWITCH?")

    def ask(self, command: bytes, deadline_seconds: float) -> Message:
        """Send a command and return its answer. Unavailable: `switch-silent` after the deadline, `switch-gone`."""
        expires_at = monotonic() + deadline_seconds
        waiter = Waiter()
        self._send(command, [waiter], expires_at)
        answer: Message = self._settle(waiter, _verb(command), expires_at)
        return answer

    def ask_last(self, command: bytes, leave: bytes, deadline_seconds: float) -> Message:
        """Send `command`, then `leave`, which ends the connection; returns the answer to `command` when both answers
        have come. One round trip instead of two. Unavailable as `ask`, but only for `command`.
        """
        expires_at = monotonic() + deadline_seconds
        waiter, parting = Waiter(), Waiter()
        self._send(command + leave, [waiter, parting], expires_at)
        answer: Message = self._settle(waiter, _verb(command), expires_at)
        with suppress(Unavailable):
            self._settle(parting, _verb(leave), expires_at)
        return answer

    def accepted(self, command: bytes, deadline_seconds: float) -> Event:
        """Send a command and return the reply's headers. Unavailable `switch-refused` when the switch says -ERR."""
        answer = self.ask(command, deadline_seconds)
        if answer.reply.startswith("-ERR"):
            text = f"the switch at {self.peer} refused {_verb(command)!r}: {answer.reply}"
            raise Unavailable("switch-refused", text, command=_verb(command), reply=answer.reply)
        return answer.headers

    def event_for(self, key: str, command: bytes, deadline_seconds: float) -> Event:
        """Send a command and return the event that carries `key` as its id and says the command is done."""
        expires_at = monotonic() + deadline_seconds
        waiter = self._awaited[key] = Waiter()
        try:
            self.accepted(command, deadline_seconds)
            event: Event = self._settle(waiter, _verb(command), expires_at)
            return event
        finally:
            self._awaited.pop(key, None)

    def on_event(self, event: Event) -> None:
        """Called with each event, in order, by the greenlet that reads; it must not wait."""
        id_header = _ANSWERING_EVENTS.get(event.name)
        if id_header and (waiter := self._awaited.get(event.get(id_header) or "")):
            waiter.settle(event)
        else:
            self.unclaimed(event)

    def unclaimed(self, event: Event) -> None:
        """Called with each event that does not answer one of our commands."""

    def pump(self) -> None:
        """Read until the connection is gone. For a connection with events that no command waits for."""
        self._reading = True
        self._asked = gevent.event.Event()
        try:
            while self.connected:
                received = self._receive(None)
                if self.connected:
                    self._pause(received)
        finally:
            self._reading = False
            self._hand_over()

    def drop(self, error: Unavailable) -> None:
        """Close the socket and fail every waiting greenlet."""
        if not self.connected:
            return
        self.connected = False
        self.fault = error
        self.sock.close()
        for waiter in chain(self._replies, self._awaited.values()):
            waiter.fail(error)
        self._replies.clear()

    def close(self) -> None:
        """Close the socket. Waiting commands fail with `switch-gone`."""
        self.drop(Unavailable("switch-gone", f"the connection to the switch at {self.peer} was closed here"))

    def gone(self) -> Unavailable:
        """The error for a connection that the switch has closed."""
        return Unavailable("switch-gone", f"the switch at {self.peer} closed the connection", peer=self.peer)

    def _pause(self, received: int) -> None:
        """Let other greenlets run, and let events gather, until somebody waits for an answer."""
        if received >= RECEIVE_BYTES or self._replies or self._awaited:
            # If the switch sends faster than we read, recv never waits.
            gevent.sleep(0)
        else:
            self._asked.clear()
            self._asked.wait(GATHER_SECONDS)

    def _send(self, command: bytes, waiters: Iterable[Waiter], expires_at: float) -> None:
        if not self._sending.acquire(timeout=max(0.0, expires_at - monotonic())):
            raise self._silent(_verb(command))
        try:
            self._raise_if_gone()
            self._replies.extend(waiters)
            if self._asked is not None:
                self._asked.set()
            self._send_all(command, max(0.001, expires_at - monotonic()))
        finally:
            self._sending.release()

    def _send_all(self, command: bytes, seconds: float) -> None:
        try:
            self.sock.settimeout(seconds)
            # A command fits into the socket's buffer; gevent's sendall would ask the kernel for the buffer's size each
            # time.
            sent = self.sock.send(command)
            if sent < len(command):
                self.sock.sendall(command[sent:])
        except TimeoutError as error:
            self.drop(self._silent(_verb(command)))
            raise self._silent(_verb(command)) from error
        except OSError as error:
            # Earlier answers may still be unread, but the answer to this command will not come.
            self.drop(self.gone())
            raise self.gone() from error
        except BaseException:
            # The greenlet was killed in the middle of a command: the switch would read later commands as the rest of
            # this one.
            self.drop(self.gone())
            raise

    def _settle(self, waiter: Waiter, verb: str, expires_at: float) -> Any:
        try:
            last_looks = LAST_LOOKS
            while not waiter.settled:
                seconds = expires_at - monotonic()
                if seconds <= 0:
                    if not last_looks:
                        raise self._silent(verb)
                    last_looks -= 1
                    seconds = LOOK_SECONDS
                if self._reading:
                    waiter.wait(seconds)
                else:
                    self._read_for_all(seconds)
            return waiter.result()
        finally:
            # The answer may come later, in its turn, and is then dropped.
            waiter.settled = True
            self._hand_over()

    def _read_for_all(self, seconds: float) -> None:
        self._reading = True
        try:
            self._receive(seconds)
        finally:
            self._reading = False

    def _hand_over(self) -> None:
        if not self._reading:
            waiting = (waiter for waiter in chain(self._replies, self._awaited.values()) if not waiter.settled)
            if (following := next(waiting, None)) is not None:
                following.wake()

    def _receive(self, seconds: float | None) -> int:
        """Read what the switch sent, waiting at most `seconds`; returns the number of bytes."""
        try:
            self.sock.settimeout(seconds)
            data: bytes = self.sock.recv(RECEIVE_BYTES)
        except TimeoutError:
            return 0
        except OSError:
            self.drop(self.gone())
            return 0
        self.heard_at = monotonic()
        try:
            self._take_in(data)
        except Malformed as error:
            self.drop(error)
        return len(data)

    def _take_in(self, data: bytes) -> None:
        if not data:
            self._decoder.eof()
            self.drop(self.gone())
            return
        for message in self._decoder.feed(data):
            if not self.connected:
                return
            self._dispatch(message)
        if self._decoder.fault:
            raise self._decoder.fault

    def _dispatch(self, message: Message) -> None:
        match message.content_type:
            case "text/event-plain":
                self.on_event(message.event)
            case "command/reply" | "api/response" | "auth/request":
                self._answer(message)
            case "text/disconnect-notice":
                self._notice(message)
            case "text/rude-rejection":
                text = f"the switch at {self.peer} admits nobody from here; see apply-inbound-acl in event_socket.conf"
                self.drop(Unavailable("access-refused", text, peer=self.peer))
            case "":
                raise Malformed("no-content-type", f"the peer at {self.peer} does not speak FreeSWITCH's event socket")

    def _answer(self, message: Message) -> None:
        if not self._replies:
            raise Malformed("unasked-answer", f"the switch at {self.peer} answered where nothing was asked")
        self._replies.popleft().settle(message)

    def _notice(self, message: Message) -> None:
        if message.headers.get("Content-Disposition") == "linger":
            self._lingering = True
        else:
            self.drop(self.gone())

    def _raise_if_gone(self) -> None:
        if not self.connected:
            error = self.fault or Unavailable("switch-gone", "there is no connection to the switch")
            raise Unavailable(error.code, error.text, **error.facts)

    def _silent(self, verb: str) -> Unavailable:
        text = f"the switch at {self.peer} did not answer {verb!r} in time"
        return Unavailable("switch-silent", text, peer=self.peer, command=verb)


def new_uuid() -> str:
    """An id for a command, by which its event is recognised."""
    return str(uuid4())


def _verb(command: bytes) -> str:
    """The command's name for error texts, without its argument, which may be a password."""
    return command.split(b"\n", 1)[0].split(b" ", 1)[0].decode("utf-8", "replace")
