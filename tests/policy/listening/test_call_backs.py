"""How often a mobile may be called back for a request that anybody could have sent."""

from fsplug.policy.listening.call_backs import (
    COMPANY_PAUSE_SECONDS,
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    CallBackLimits,
    pause_seconds,
)

ACME, BETA, BO, DAVID = "acme.example", "beta.example", "1002", "1004"


def test_a_person_is_called_back_one_call_at_a_time_and_so_is_a_company() -> None:
    limits = CallBackLimits()
    assert limits.begin(ACME, BO, 0.0)
    assert not limits.begin(ACME, BO, 1e6)
    assert not limits.begin(ACME, DAVID, 1e6)
    assert limits.begin(BETA, BO, 0.0)
    limits.end(ACME, BO, is_confirmed=True)
    assert not limits.begin(ACME, DAVID, COMPANY_PAUSE_SECONDS - 0.1)
    assert limits.begin(ACME, DAVID, COMPANY_PAUSE_SECONDS)


def test_the_pause_doubles_with_every_call_back_that_nobody_confirms() -> None:
    assert [pause_seconds(count) for count in range(4)] == [20.0, 40.0, 80.0, 160.0]
    assert pause_seconds(10_000) == LONGEST_PAUSE_SECONDS
    limits, now = CallBackLimits(), 0.0
    for count in range(1, 5):
        assert limits.begin(ACME, BO, now)
        limits.end(ACME, BO, is_confirmed=False)
        assert not limits.begin(ACME, BO, now + pause_seconds(count) - 0.1)
        now += pause_seconds(count)


def test_a_flood_for_a_day_rings_a_phone_that_nobody_answers_a_few_dozen_times() -> None:
    limits, rung = CallBackLimits(), 0
    for second in range(86_400):
        if limits.begin(ACME, BO, float(second)):
            rung += 1
            limits.end(ACME, BO, is_confirmed=False)
    assert rung < 35


def test_a_pressed_key_makes_the_pause_short_again() -> None:
    limits = CallBackLimits()
    assert limits.begin(ACME, BO, 0.0)
    limits.end(ACME, BO, is_confirmed=False)
    assert limits.begin(ACME, BO, 100.0)
    limits.end(ACME, BO, is_confirmed=True)
    assert limits.begin(ACME, BO, 100.0 + FIRST_PAUSE_SECONDS)
