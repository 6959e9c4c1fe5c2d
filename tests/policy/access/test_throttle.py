"""How long guesses wait."""

from fsplug.policy.access.throttle import OF_ACCOUNT, OF_ADDRESS, Count, ThrottleTerms, failed, wait_seconds

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
    assert _tries(OF_ADDRESS, DAY) < 150
    count = Count()
    for _ in range(10_000):
        count = failed(count, 1000.0, OF_ACCOUNT)
    assert wait_seconds(count, 1000.0, OF_ACCOUNT) == 300.0


def test_after_a_day_of_rest_all_is_forgotten() -> None:
    count = Count(50, 1000.0, 1300.0)
    assert failed(count, 1001.0 + DAY, OF_ACCOUNT).failures == 1


def test_a_clock_that_is_put_back_keeps_nobody_out_until_it_is_there_again() -> None:
    assert wait_seconds(Count(50, 9e9, 9e9 + 300), 1000.0, OF_ACCOUNT) == 0.0
    assert failed(Count(50, 9e9, 9e9), 1000.0, OF_ACCOUNT).closed_until == 1300.0
