"""Stored times, and a clock that was put: nobody waits longer for it than the rule says.

A clock may be put back, or may have been ahead when a time was written down. Such a time lies in the future, further
than the clocks of two machines differ. It tells nothing, so no wait is counted from it, and what it made good is not.
"""

# How much later than now a time may have been written down: the clocks of two machines differ a little.
CLOCK_SECONDS = 300.0
# The same for short waits, where a machine with its clock in order is no more than this ahead.
SHORT_CLOCK_SECONDS = 5.0


def is_ahead(at: float, now: float, by_seconds: float = CLOCK_SECONDS) -> bool:
    """Whether a time that was written down lies in the future, which means that the clock was put back since."""
    return at > now + by_seconds


def seconds_left(since: float, until: float, now: float, longest_seconds: float) -> float:
    """The rest of a wait from `since` to `until`; 0 if the clock was put back since it began.

    It is never more than the wait was at first, nor than `longest_seconds`.
    """
    if is_ahead(since, now, SHORT_CLOCK_SECONDS):
        return 0.0
    return max(0.0, min(until - now, until - since, longest_seconds))
