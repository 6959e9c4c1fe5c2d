"""How many recordings a person may play before it looks like copying them all."""

from fsplug.policy.access.throttle import ThrottleTerms

# Different recordings within an hour: people who judge calls for a living hear fewer.
USUAL_PER_HOUR, HOUR_SECONDS = 40, 3_600.0
# An alert is not repeated within an hour.
OF_ALERTS = ThrottleTerms(free=0, first_seconds=3_600.0, last_seconds=3_600.0, forgive_seconds=3_600.0)


def is_unusual(plays: int, per_hour: int) -> bool:
    """Whether so many recordings in an hour are unusual: the person and the company's superusers are notified."""
    return plays > per_hour


def needs_step_up(plays: int, per_hour: int) -> bool:
    """Whether one more play, after so many within an hour, asks once more who the person is.

    A stolen cookie must not get as far as the alert.
    """
    return plays >= max(1, per_hour // 2)
