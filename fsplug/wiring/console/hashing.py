"""Passwords are hashed one at a time with the lowest priority. Few may wait for it, and known browsers go first.

Hashing is slow on purpose. Without bounds a few guessers would make everybody wait who signs in, and take the processor
from calls and pages.
"""

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from gevent.threadpool import ThreadPool

from fsplug.errors import TooBusy
from fsplug.store.accounts.known_browsers import is_mark
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.wiring.process.threads import done_in

# Requests of unknown browsers that may wait or be worked on at once, and the threads for them and for known ones. A
# password takes some 30 ms: the last in the queue waits for less than a second, even on a slow machine.
MOST_WAITING, THREADS, THREADS_OF_KNOWN = 8, 1, 2
RETRY_SECONDS = 2.0
# The lowest niceness that a thread can have on Linux, where each thread has its own (sched(7)).
_NICENESS = 19


class OneAtATime:
    """A thread of the lowest priority that does one piece of work after the other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._first: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._others: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._thread: threading.Thread | None = None

    def done(self, work: Callable[[], Any], goes_first: bool) -> Any:
        """The result of the work, or its exception; the calling thread waits. It begins before all that goes later."""
        future: Future[Any] = Future()
        with self._changed:
            (self._first if goes_first else self._others).append((work, future))
            if self._thread is None:
                # Not before: threads don't live through a fork.
                self._thread = threading.Thread(target=self._run, name="hashing", daemon=True)
                self._thread.start()
            self._changed.notify()
        return future.result()

    def _run(self) -> None:
        thread = threading.get_native_id()
        # Where gevent is patched in, it is the main thread's, which goes on at its own priority.
        if thread != os.getpid():
            with contextlib.suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, thread, _NICENESS)
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._first or self._others)
                work, future = (self._first or self._others).popleft()
            try:
                future.set_result(work())
            except Exception as error:
                future.set_exception(error)


class QueuedPasswords(Passwords):
    """Passwords for a process with many threads: their hashes are made one at a time."""

    def __init__(self) -> None:
        super().__init__()
        self._one = OneAtATime()

    def hash(self, password: str) -> str:
        """The hash to keep. Only who has a link sets a password, so that it goes first."""
        return str(self._one.done(lambda: Passwords.hash(self, password), goes_first=True))

    def matches(self, kept: str | None, password: str, *, goes_first: bool = False) -> bool:
        return bool(self._one.done(lambda: Passwords.matches(self, kept, password), goes_first))


class SignIns:
    """The threads for requests that hash a password: known browsers have their own, and few of the others wait."""

    def __init__(self) -> None:
        self._known, self._others = ThreadPool(THREADS_OF_KNOWN), ThreadPool(THREADS)
        self._waiting = 0

    def done(self, is_known: bool, work: Callable[[], Any]) -> Any:
        """The result of the work, done in a thread while the loop goes on.

        TooBusy("too-many-sign-ins") at once where too many unknown browsers wait already.
        """
        if is_known:
            return done_in(self._known, work)
        if self._waiting >= MOST_WAITING:
            raise TooBusy("too-many-sign-ins", "too many people are signing in", RETRY_SECONDS)
        self._waiting += 1
        try:
            return done_in(self._others, work)
        finally:
            self._waiting -= 1


class Marks:
    """The marks of browsers that somebody has signed in with, as their signatures show; the store is not asked."""

    def __init__(self, cookie_name: str, secret_keys: SecretKeys) -> None:
        self._name, self._secret_keys = cookie_name, secret_keys

    def knows(self, cookies: str) -> bool:
        """Whether one of these cookies is a mark of ours."""
        return self.which(cookies) != ""

    def which(self, cookies: str) -> str:
        """The mark among these cookies; "" if there is none of ours."""
        named = (one.strip().partition("=") for one in cookies.split(";"))
        ours = (mark for name, _, mark in named if name == self._name and is_mark(mark, self._secret_keys))
        return next(ours, "")
