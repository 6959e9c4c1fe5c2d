"""How long guesses wait."""

import pytest

from fsplug.policy.access.attempts import Act, Attempt, own_door
from fsplug.policy.access.throttle import (
    OF_ACCOUNT,
    Count,
    ThrottleTerms,
    failed,
    remembered,
    wait_seconds,
)

DAY = 86_400.0


def _tries(terms: ThrottleTerms, seconds: float, tries: int = 10_000) -> int:
    """How many of `tries` a guesser who never rests gets to make within so many seconds."""
    count, now, made = Count(), 1000.0, 0
    while now < 1000.0 + seconds and made < tries:
        now += wait_seconds(count, now, terms)
        count, made = failed(count, now, terms), made + 1
    return made


def test_the_first_failures_cost_nothing() -> None:
    count = Count()
    for _ in range(OF_ACCOUNT.free):
        count = failed(count, 1000.0, OF_ACCOUNT)
        assert wait_seconds(count, 1000.0, OF_ACCOUNT) == 0
    assert wait_seconds(failed(count, 1000.0, OF_ACCOUNT), 1000.0, OF_ACCOUNT) == 2.0


def test_a_guesser_who_never_rests_has_few_tries_and_the_owner_waits_five_minutes_at_most() -> None:
    assert 280 < _tries(OF_ACCOUNT, DAY) < 310
    assert _tries(own_door(Attempt(Act.SIGN_IN, "203.0.113.9")).terms, DAY) < 150
    count = Count()
    for _ in range(10_000):
        count = failed(count, 1000.0, OF_ACCOUNT)
    assert wait_seconds(count, 1000.0, OF_ACCOUNT) == 300.0


def test_after_a_day_of_rest_all_is_forgotten() -> None:
    count = Count(50, 1000.0, 1300.0)
    assert failed(count, 1001.0 + DAY, OF_ACCOUNT).failures == 1


def test_failures_are_forgiven_one_by_one() -> None:
    count = Count()
    for _ in range(8):
        count = failed(count, 1000.0, OF_ACCOUNT)
    later = [1000.0 + hours * OF_ACCOUNT.forgive_seconds for hours in (0, 1, 7, 8, 99)]
    assert [remembered(count, now, OF_ACCOUNT) for now in later] == [8, 7, 1, 0, 0]


# Seconds by which the clock is put after six wrong guesses, and how long the next one waits at most.
CLOCK_CHANGES = [
    (0.0, 2.0),
    (-1.0, 2.0),
    (-400.0, 0.0),
    (-3600.0, 0.0),
    (-1e9, 0.0),
    (1.0, 1.0),
    (400.0, 0.0),
    (1e9, 0.0),
]


@pytest.mark.parametrize(("by_seconds", "longest"), CLOCK_CHANGES)
def test_no_wait_is_longer_than_its_rule_says_whatever_the_clock_does(by_seconds: float, longest: float) -> None:
    count = Count()
    for _ in range(6):
        count = failed(count, 1e9, OF_ACCOUNT)
    assert wait_seconds(count, 1e9 + by_seconds, OF_ACCOUNT) <= longest
    for _ in range(50):
        count = failed(count, 1e9, OF_ACCOUNT)
    assert wait_seconds(count, 1e9 + by_seconds, OF_ACCOUNT) <= OF_ACCOUNT.last_seconds


def test_a_machine_whose_clock_is_a_little_ahead_gives_no_free_guess() -> None:
    count = Count()
    for _ in range(6):
        count = failed(count, 1004.0, OF_ACCOUNT)
    assert wait_seconds(count, 1000.0, OF_ACCOUNT) == 2.0


def test_a_clock_that_is_put_back_keeps_nobody_out_until_it_is_there_again() -> None:
    assert wait_seconds(Count(50, 9e9, 9e9 + 300), 1000.0, OF_ACCOUNT) == 0.0
    assert failed(Count(50, 9e9, 9e9), 1000.0, OF_ACCOUNT).closed_until == 1300.0
