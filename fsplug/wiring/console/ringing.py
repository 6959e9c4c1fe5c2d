"""Listening in from the console: the loop rings the phone while the page that asked waits in its own thread."""

import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent import monkey

from fsplug.errors import FsplugError, Unavailable
from fsplug.web.kernel.live import Note

# Within this time the listening gate has refused, if it refuses; a ringing phone takes longer.
DECIDED_SECONDS = 1.5
# How long the outcome of a ringing is shown on pages.
NOTE_SECONDS = 120.0
# A native lock even where gevent is patched in: the loop's lock would not wake a page's thread.
_SimpleQueue: Any = monkey.get_original("queue", "SimpleQueue")
_Empty: Any = monkey.get_original("queue", "Empty")
_Lock: Any = monkey.get_original("threading", "Lock")

Ring = Callable[[str, str, str], str]


class _Answer:
    """What comes of a ringing: either whoever waits for it gets it, or whoever gives it learns that nobody waits."""

    def __init__(self) -> None:
        self._outcome = _SimpleQueue()
        self._lock = _Lock()
        self._is_awaited = True

    def give(self, outcome: object) -> bool:
        """Whether somebody waits for it, and so gets it."""
        with self._lock:
            self._outcome.put(outcome)
            return self._is_awaited

    def get(self, seconds: float) -> object:
        """The outcome; None if there is none within this time, and it is not awaited any more."""
        try:
            return self._outcome.get(timeout=seconds)
        except _Empty:
            with self._lock:
                self._is_awaited = not self._outcome.empty()
                return self._outcome.get() if self._is_awaited else None


class Ringing:
    """Asks `ring` (company, username, number; the listen-in's id), which runs on the loop this is made on."""

    def __init__(self, ring: Ring, wake: Callable[[], None] = lambda: None) -> None:
        self._ring = ring
        self._wake = wake
        self._loop = gevent.get_hub().loop
        self._notes: dict[tuple[str, str], Note] = {}

    def ask(self, company: str, username: str, number: str) -> str | None:
        """The listen-in's id, or None while the phone rings; raises what `ring` raises. Must not run on the loop."""
        answer = _Answer()
        self._notes.pop((company, username), None)
        self._loop.run_callback_threadsafe(gevent.spawn, self._rung, company, username, number, answer)
        outcome = answer.get(DECIDED_SECONDS)
        if isinstance(outcome, FsplugError):
            raise outcome
        return None if outcome is None else str(outcome)

    def note(self, company: str, username: str) -> Note | None:
        """Why the last ringing failed, for as long as that is news."""
        note = self._notes.get((company, username))
        return note if note is not None and time.monotonic() < note.at + NOTE_SECONDS else None

    def _rung(self, company: str, username: str, number: str, answer: _Answer) -> None:
        try:
            answer.give(self._ring(company, username, number))
        except FsplugError as error:
            if not answer.give(error):
                self._notes[company, username] = Note(str(error.code), time.monotonic())
                self._wake()
        except Exception:
            answer.give(Unavailable("not-listening", "the phone could not be rung"))
            raise
