"""How long to wait after wrong guesses: nothing at first, then twice as long each time, up to a limit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThrottleTerms:
    """The first `free` failures cost nothing.

    The next one closes the door for `first_seconds`, and the time doubles up to `last_seconds`.

    After `forget_seconds` without a failure the count starts again.
    """

    free: int
    first_seconds: float
    last_seconds: float
    forget_seconds: float


@dataclass(frozen=True, slots=True)
class Count:
    """The failures so far, when the last one was, and until when the door is closed (epoch seconds)."""

    failures: int = 0
    last_at: float = 0.0
    closed_until: float = 0.0


# Five minutes at most: the owner is not locked out for long, and a guesser has 300 tries a day.
OF_ACCOUNT = ThrottleTerms(free=5, first_seconds=2.0, last_seconds=300.0, forget_seconds=86_400.0)
# Many people may share one address.
OF_ADDRESS = ThrottleTerms(free=30, first_seconds=2.0, last_seconds=900.0, forget_seconds=3_600.0)
# Mail that anybody can ask for.
OF_RESETS = ThrottleTerms(free=3, first_seconds=600.0, last_seconds=3_600.0, forget_seconds=86_400.0)


def wait_seconds(count: Count, now: float, terms: ThrottleTerms) -> float:
    """How long the door stays closed. Over the limit means that the clock was put back; then the door is open."""
    wait = max(count.closed_until - now, 0.0)
    return wait if wait <= terms.last_seconds else 0.0


def failed(count: Count, now: float, terms: ThrottleTerms) -> Count:
    """The count after one more failure."""
    failures = 1 if now - count.last_at > terms.forget_seconds else count.failures + 1
    over = failures - terms.free
    wait = min(terms.first_seconds * 2.0 ** min(over - 1, 30), terms.last_seconds) if over > 0 else 0.0
    return Count(failures, now, now + wait)
