"""Who is refused after wrong SIP passwords, for how long, and who never is."""

import pytest

from fsplug.policy.access import sign_in_failures as rules
from fsplug.policy.access.sign_in_failures import FAILURES, REFUSED_SECONDS, WITHIN_SECONDS, SignInFailures, source_of

NOW = 1_800_000_000.0
ANNA, BO = "1001@acme.example", "1002@acme.example"
THERE = "192.0.2.7"


def after_failures(count: int, address: str = THERE, account: str = ANNA, every: float = 0.04) -> SignInFailures:
    known = SignInFailures()
    for number in range(count):
        known.failed(address, account, NOW + number * every)
    return known


def test_a_source_is_refused_with_the_failure_that_fills_the_measure_and_told_once() -> None:
    known = SignInFailures()
    told = [known.failed(THERE, ANNA, NOW + number / 24) for number in range(60)]
    assert [at for at, one in enumerate(told) if one] == [FAILURES - 1]
    assert known.refuses(THERE, ANNA, NOW + 3) and known.refuses(THERE, BO, NOW + 3)
    assert not known.refuses("192.0.2.8", ANNA, NOW + 3)


def test_a_phone_with_an_old_password_that_tries_now_and_then_is_not_refused() -> None:
    assert not after_failures(100, every=WITHIN_SECONDS / (FAILURES - 1) + 1).refused(NOW)


def test_it_ends_by_itself_whatever_the_source_does_meanwhile() -> None:
    known = after_failures(FAILURES, every=0)
    for second in range(int(REFUSED_SECONDS)):
        known.failed(THERE, ANNA, NOW + second)
    assert known.refuses(THERE, ANNA, NOW + REFUSED_SECONDS - 1)
    assert not known.refuses(THERE, ANNA, NOW + REFUSED_SECONDS)


def test_a_phone_that_has_worked_from_there_goes_on_whoever_fails_in_its_name() -> None:
    known = SignInFailures()
    known.worked(THERE, ANNA, NOW - 60)
    for _ in range(1000):
        known.failed(THERE, ANNA, NOW)
    assert not known.refuses(THERE, ANNA, NOW)
    assert known.refuses(THERE, BO, NOW)
    assert [(one.source, one.accounts) for one in known.refused(NOW)] == [(THERE, (ANNA,))]


def test_what_has_worked_elsewhere_does_not_count() -> None:
    known = after_failures(FAILURES)
    known.worked("192.0.2.8", ANNA, NOW)
    assert known.refuses(THERE, ANNA, NOW + 1)


def test_a_forgiven_source_is_as_new() -> None:
    known = after_failures(FAILURES)
    assert known.forgive("192.0.2.99") == 0
    assert known.forgive(THERE) == 1
    assert not known.refuses(THERE, ANNA, NOW + 1)
    assert known.failed(THERE, ANNA, NOW + 1) is None
    assert known.forgive() == 0


def test_an_account_tried_from_many_sources_is_named_and_not_locked() -> None:
    known = SignInFailures()
    for number in range(FAILURES):
        known.failed(f"192.0.2.{number}", ANNA, NOW)
    assert [(one.account, one.failures) for one in known.tried(NOW)] == [(ANNA, FAILURES)]
    assert not known.refuses("192.0.2.200", ANNA, NOW) and not known.refuses("192.0.2.1", ANNA, NOW)


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_SOURCES", "MOST_ACCOUNTS", "MOST_PHONES"):
        monkeypatch.setattr(rules, name, 100)
    known = after_failures(FAILURES)
    for number in range(1000):
        known.failed(f"10.0.{number // 256}.{number % 256}", f"{number}@acme.example", NOW + 1)
        known.worked(f"10.0.{number // 256}.{number % 256}", ANNA, NOW + 1)
    assert (len(known._sources), len(known._accounts), len(known._worked)) == (100, 100, 100)
    assert known.refuses(THERE, ANNA, NOW + 1)  # A flood of others forgives nobody.


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_source_of_an_address(address: str, source: str) -> None:
    assert source_of(address) == source
