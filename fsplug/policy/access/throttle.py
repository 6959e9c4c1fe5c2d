"""How long to wait after failures: nothing at first, then twice as long each time, up to a limit."""

from dataclasses import dataclass

from fsplug.policy.access.clock import seconds_left

# Doubling a second this often is longer than any limit.
_MOST_DOUBLINGS = 30


@dataclass(frozen=True, slots=True)
class ThrottleTerms:
    """The first `free` failures cost nothing.

    The next one closes the door for `first_seconds`, and the time doubles up to `last_seconds`.

    One failure is forgiven for each `forgive_seconds` without another.
    """

    free: int
    first_seconds: float
    last_seconds: float
    forgive_seconds: float

    @property
    def most(self) -> int:
        """The failures after which another one makes the wait no longer, so that no more need to be counted."""
        doublings = next(n for n in range(_MOST_DOUBLINGS) if self.first_seconds * 2.0**n >= self.last_seconds)
        return self.free + doublings + 1


@dataclass(frozen=True, slots=True)
class Count:
    """The failures so far, when the last one was, and until when the door is closed, in seconds of one clock."""

    failures: int = 0
    last_at: float = 0.0
    closed_until: float = 0.0


# Five minutes at most: the owner is not locked out for long, and a guesser has 300 tries a day. After a day of rest all
# is forgiven.
OF_ACCOUNT = ThrottleTerms(free=5, first_seconds=2.0, last_seconds=300.0, forgive_seconds=6_000.0)
# Mail that anybody can ask for.
OF_RESETS = ThrottleTerms(free=3, first_seconds=600.0, last_seconds=3_600.0, forgive_seconds=10_800.0)


def wait_seconds(count: Count, now: float, terms: ThrottleTerms) -> float:
    """How long the door stays closed; it is open if the clock was put back since the last failure."""
    return seconds_left(count.last_at, count.closed_until, now, terms.last_seconds)


def remembered(count: Count, now: float, terms: ThrottleTerms) -> int:
    """The failures that are not forgiven yet. A clock that was put back forgives nothing."""
    forgiven = int(max(0.0, now - count.last_at) // terms.forgive_seconds)
    return max(0, min(count.failures, terms.most) - forgiven)


def failed(count: Count, now: float, terms: ThrottleTerms) -> Count:
    """The count after one more failure."""
    failures = min(remembered(count, now, terms) + 1, terms.most)
    over = failures - terms.free
    wait = min(terms.first_seconds * 2.0 ** (over - 1), terms.last_seconds) if over > 0 else 0.0
    return Count(failures, now, now + wait)


def forgiven(count: Count) -> Count:
    """The count after a try that did not fail after all: one failure less, and the door is open."""
    return Count(max(0, count.failures - 1), count.last_at, 0.0)
