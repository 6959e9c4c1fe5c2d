"""The server that the dialplan's `socket` action connects to: one greenlet per call; no call waits in a queue."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from time import monotonic
from typing import Any

import structlog
from gevent import monkey, socket
from gevent.pool import Group
from gevent.server import StreamServer

from fsplug.errors import Unavailable
from fsplug.esl.protocol.session import OutboundSession
from fsplug.outage_log import outage_log

log = structlog.get_logger()

# Callers hear silence while their call asks. Fewer calls than these are never too many, however long they take: the
# switch may be slow to answer.
LATE_SECONDS, FEW_CALLS = 3.0, 50
_OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)
# Since 25.8 gevent's patched os.close closes a descriptor only in the hub's next round.
_close_now = monkey.get_original("os", "close")


class Server:
    """Takes calls up to a limit, and as many as can be answered in time.

    A connection that can't be taken is closed at once, so that the call's dialplan goes on.
    """

    def __init__(
        self,
        host: str,
        port: int,
        handle: Callable[[OutboundSession], None],
        limit: int,
        backlog: int = 4096,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._wanted = (host, port)
        self._handle = handle
        self._limit = limit
        self._backlog = backlog
        self._calls = Group()
        self._clock = clock
        # When each call that asks now began to, the earliest first.
        self._asking: dict[object, float] = {}
        self._listener: _Listener | None = None
        self._trouble = outage_log("call-let-through")
        self.let_through = 0

    @property
    def address(self) -> tuple[str, int]:
        """The host and port the server listens on; before `start`, the configured ones."""
        return self._listener.address[:2] if self._listener else self._wanted

    @property
    def active(self) -> int:
        """The number of calls being handled now."""
        return len(self._calls)

    def start(self, inherited: int | None = None) -> int:
        """Listen, on the `inherited` socket (a file descriptor) if there is one; returns the socket's descriptor.

        Unavailable if the address can't be bound.
        """
        sock = self._bound() if inherited is None else socket.socket(fileno=inherited)
        sock.setblocking(False)
        self._listener = _Listener(sock, self._admit, self._count_let_through)
        self._listener.start()
        return int(sock.fileno())

    def drain(self, deadline_seconds: float) -> bool:
        """Accept no more calls and wait for the current ones; whether all of them ended by the deadline."""
        self._stop_listening()
        return bool(self._calls.join(timeout=deadline_seconds))

    def stop(self) -> None:
        """Accept no more calls and drop the current ones; each goes on by its dialplan."""
        self._stop_listening()
        self._calls.kill()

    def _bound(self) -> Any:
        host, port = self._wanted
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            return socket.create_server((host, port), family=family, backlog=self._backlog)
        except OSError as error:
            raise _not_listening(self._wanted, error) from error

    def _stop_listening(self) -> None:
        # This resets connections that the kernel has accepted for us; their calls go on.
        if self._listener is not None:
            self._wanted = self.address
            # The supervisor keeps a copy of the socket, on which callers would wait for an answer.
            with suppress(OSError):
                self._listener.socket.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def _admit(self, sock: Any, peer: tuple[str, int]) -> None:
        """Called in the hub: must not wait."""
        reason = self._why_not()
        if reason is None:
            self._calls.spawn(self._serve, sock, peer, self._clock())
        else:
            sock.close()
            self._count_let_through(reason)

    def _why_not(self) -> str | None:
        """Why a further call can't be taken. If half of the calls that ask wait too long, then so would this one."""
        if len(self._calls) >= self._limit:
            return "limit"
        if len(self._asking) < FEW_CALLS:
            return None
        middle = next(islice(self._asking.values(), len(self._asking) // 2, None))
        return "late" if self._clock() - middle > LATE_SECONDS else None

    def _serve(self, sock: Any, peer: tuple[str, int], began_at: float) -> None:
        session = OutboundSession(peer, sock)
        self._asking[session] = began_at
        try:
            self._handle(session)
            self._trouble.worked()
        except Unavailable as error:
            if session.uuid or error.code != "switch-gone":
                self.let_through += 1
                self._trouble.failed(error.code, call=session.uuid, error=error.text)
            else:
                # The caller was gone before the first answer, or somebody only tried whether the port is open.
                log.info("connection-without-call", code=error.code, error=error.text)
        except Exception:
            log.exception("call-handler-failed", call=session.uuid)
        finally:
            del self._asking[session]
            session.close()

    def _count_let_through(self, reason: str) -> None:
        self.let_through += 1
        self._trouble.failed(reason, reason=reason, active=self.active, limit=self._limit)


class _Listener(StreamServer):  # type: ignore[misc]  # gevent has no types
    """An accept loop that survives running out of file descriptors: it keeps a spare one for turning calls away."""

    max_delay = 0.05

    def __init__(
        self,
        sock: Any,
        admit: Callable[[Any, tuple[str, int]], None],
        turned_away: Callable[[str], None],
    ) -> None:
        super().__init__(sock, handle=admit)
        self._turned_away = turned_away
        self._spare = os.open(os.devnull, os.O_RDONLY)

    def do_read(self) -> Any:
        try:
            return super().do_read()
        except OSError as error:
            if error.errno not in _OUT_OF_FILES:
                raise
            self._turn_one_away()
            return None

    def do_handle(self, sock: Any, peer: tuple[str, int]) -> None:
        # No greenlet is made for a call that is let through, and the socket must not be closed when this returns.
        self._handle(sock, peer)

    def close(self) -> None:
        super().close()
        if self._spare >= 0:
            _close_now(self._spare)
            self._spare = -1

    def _turn_one_away(self) -> None:
        spare, self._spare = self._spare, -1
        if spare >= 0:
            _close_now(spare)
        try:
            if accepted := super().do_read():
                _close_now(accepted[0].detach())
                self._turned_away("files")
        finally:
            with suppress(OSError):
                self._spare = os.open(os.devnull, os.O_RDONLY)


def _not_listening(address: tuple[str, int], error: OSError) -> Unavailable:
    host, port = address
    if error.errno == errno.EADDRINUSE:
        text = f"port {port} on {host} is taken; stop what holds it (ss -ltnp 'sport = :{port}') or set another port"
        return Unavailable("port-taken", text, host=host, port=port)
    text = f"can't listen on {host}:{port}: {error.strerror}; set an address of this machine and a port over 1023"
    return Unavailable("cannot-listen", text, host=host, port=port)
