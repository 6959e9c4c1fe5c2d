"""Codes of authenticator apps."""

import base64

import pytest

from fsplug.policy.access import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("now", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_rfc_6238(now: int, code: str) -> None:
    assert totp.code(SECRET, now // 30) == code
    assert totp.step_of(SECRET, f"{code[:3]} {code[3:]}", now, ()) == now // 30


def test_a_step_before_and_a_step_after_count_and_no_more() -> None:
    code = totp.code(SECRET, 100)
    assert [totp.step_of(SECRET, code, 30 * step, ()) for step in (98, 99, 100, 101, 102)] == [
        None,
        100,
        100,
        100,
        None,
    ]


def test_a_code_counts_once_even_if_the_clock_is_put_back() -> None:
    code = totp.code(SECRET, 100)
    assert totp.step_of(SECRET, code, 3000, {100}) is None
    assert totp.step_of(SECRET, code, 3000, {100, 5000}) is None
    assert totp.step_of(SECRET, code, 3000, {101}) is None, "nor is one from before a code that was used"


def test_a_code_used_in_a_clock_that_was_ahead_shuts_nobody_out() -> None:
    used = {5000}
    assert totp.step_of(SECRET, totp.code(SECRET, 100), 3000, used) == 100
    assert totp.step_of(SECRET, totp.code(SECRET, 5000), 150_000, used) is None, "once is once, a month later too"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "٢٨٧٠٨٢", "\ud800"[:0] + "½½½½½½"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert totp.step_of(SECRET, typed, 59, ()) is None


def test_secrets_are_random_and_the_app_s_link_names_their_owner() -> None:
    assert len({totp.new_secret() for _ in range(50)}) == 50
    assert totp.uri("ABC", "acme.example", "a b@acme.example") == (
        "otpauth://totp/fsplug%20acme.example%3Aa%20b%40acme.example?secret=ABC&issuer=fsplug+acme.example"
    )
