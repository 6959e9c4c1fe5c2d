"""The life of a part: its processes one after another, and the spare one that waits for its turn."""

import signal
import time
from collections.abc import Callable, Mapping

from fsplug.wiring.process.child import Child, ServicePart

# The shortest and longest pause before a part that keeps dying is restarted.
RESTART_SECONDS = 0.2
MOST_RESTART_SECONDS = 5.0
# A part that has lived this long counts as well started.
SETTLED_SECONDS = 10.0
# How long a process serves before a spare one is started beside it: loading it must not delay the first calls.
SPARE_SECONDS = 3.0
# The pause when restarting a part looks hopeless.
HOPELESS_SECONDS = 30.0
# Restarting is useless: bad settings, a taken port, a second server on the same data (sysexits.h, EX_CONFIG).
EXIT_HOPELESS = 78
_FINAL_CODES = frozenset({0, 2, EXIT_HOPELESS})


class Life:
    """A part's processes. `forget` closes in a new process what belongs to the supervisor alone."""

    def __init__(self, part: ServicePart, base_niceness: int, has_spare: bool, forget: Callable[[], None]) -> None:
        self.part = part
        self._niceness = base_niceness + part.niceness
        self._has_spare = has_spare
        self._forget = forget
        self._wait = RESTART_SECONDS
        self._starts_at = self._spare_at = 0.0
        self.child: Child | None = None
        self.spare: Child | None = None
        self._former: Child | None = None
        self._froze = False

    def look(self) -> None:
        """Start what is due, and kill the process if it stands still by its own fault."""
        now = time.monotonic()
        if self.child is None and now >= self._starts_at:
            self._begin(Child(self.part, self._niceness, self._forget), {})
        self.kill_if_it_stands_still()
        if self._has_spare and self.spare is None and self._has_served(SPARE_SECONDS, now) and now >= self._spare_at:
            self.spare = Child(self.part, self._niceness, self._forget, "spare")

    def _has_served(self, seconds: float, now: float) -> bool:
        serves_since = self.child.line.serves_since if self.child else None
        return serves_since is not None and now - serves_since >= seconds

    def kill_if_it_stands_still(self) -> None:
        """Kill the process if it stands still by its own fault, for longer than its part allows."""
        if self.child is not None:
            self.child.line.hear()
            if self.child.stands_still():
                self._froze = True
                self.child.send(signal.SIGKILL)

    def ended(self) -> int | None:
        """Once the process has ended, its exit code or the negative number of the signal; until then None."""
        self._bury_spare()
        code = self.child.ended() if self.child else None
        if code is not None:
            self._former, self.child = self.child, None
        return code

    def is_over(self, code: int) -> bool:
        """Whether the service ends with this end of a process; if not, another process serves, or will soon."""
        if self.part.is_vital and code in _FINAL_CODES:
            return True
        if self._former is not None:
            self._succeed(self._former, code)
            self._former = None
        return False

    def send(self, number: int) -> None:
        """Send a signal to the process that serves, if there is one."""
        if self.child is not None:
            self.child.send(number)

    def forget(self) -> None:
        """Close the supervisor's ends of the lines to its processes."""
        for child in (self.child, self.spare):
            if child is not None:
                child.line.close()

    def end_spare(self) -> None:
        """End the spare process at once: it does nothing yet. None is started any more."""
        self._has_spare = False
        if self.spare is not None:
            self.spare.send(signal.SIGKILL)

    def _begin(self, child: Child, sockets: Mapping[str, int]) -> None:
        self.child = child
        child.take_turn(sockets, self._froze)
        self._froze = False

    def _succeed(self, former: Child, code: int) -> None:
        """The spare process serves now, on the sockets of the former one. Without one, connections are refused."""
        settled = time.monotonic() - former.started_at > SETTLED_SECONDS
        self._wait = RESTART_SECONDS if settled else min(self._wait * 2, MOST_RESTART_SECONDS)
        self._starts_at = time.monotonic() + (HOPELESS_SECONDS if code == EXIT_HOPELESS else self._wait)
        self._spare_at = self._starts_at
        former.line.hear()
        if self.spare is not None:
            self.spare.line.hear()
            if not self.spare.line.is_warm:
                # Callers must not wait for it.
                former.line.close_sockets()
            spare, self.spare = self.spare, None
            self._begin(spare, former.line.sockets)
        former.line.close()

    def _bury_spare(self) -> None:
        if self.spare is not None and self.spare.ended() is not None:
            self.spare.line.close()
            self.spare = None
            self._spare_at = time.monotonic() + HOPELESS_SECONDS
