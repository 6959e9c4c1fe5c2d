"""Who is refused after wrong SIP passwords, for how long, and who never is."""

import pytest

from fsplug.policy.access import sign_in_failures as rules
from fsplug.policy.access.sign_in_failures import (
    FAILURES,
    PROVEN_FAILURES,
    REFUSED_SECONDS,
    WITHIN_SECONDS,
    SignIn,
    SignInFailures,
    source_of,
)

NOW = 1_800_000_000.0
ANNA, BO, TRUNK = "1001@acme.example", "1002@acme.example", "trunk.acme.example@trunks.fsplug.invalid"
PHONES, TRUNKS = "internal", "external"
THERE = "192.0.2.7"


def of(
    account: str = ANNA, address: str = THERE, port: str = "5060", profile: str = PHONES, call_id: str = ""
) -> SignIn:
    return SignIn(profile, address, port, account, call_id)


def after_failures(count: int, every: float = 0.04) -> SignInFailures:
    known = SignInFailures()
    for number in range(count):
        known.failed(of(), NOW + number * every)
    return known


def test_a_source_is_refused_with_the_failure_that_fills_the_measure_and_told_once() -> None:
    known = SignInFailures()
    told = [known.failed(of(), NOW + number / 24) for number in range(60)]
    assert [at for at, one in enumerate(told) if one] == [FAILURES - 1]
    assert known.refuses(of(), NOW + 3) and known.refuses(of(BO), NOW + 3)
    assert not known.refuses(of(address="192.0.2.8"), NOW + 3)


def test_a_phone_with_an_old_password_that_tries_now_and_then_is_not_refused() -> None:
    assert not after_failures(100, every=WITHIN_SECONDS / (FAILURES - 1) + 1).refused(NOW)


def test_it_ends_by_itself_whatever_the_source_does_meanwhile() -> None:
    known = after_failures(FAILURES, every=0)
    for second in range(int(REFUSED_SECONDS)):
        known.failed(of(), NOW + second)
    assert known.refuses(of(), NOW + REFUSED_SECONDS - 1)
    assert not known.refuses(of(), NOW + REFUSED_SECONDS)


def test_a_phone_that_registers_again_goes_on_however_many_packets_are_forged_from_its_address_and_port() -> None:
    known, again = SignInFailures(), of(call_id="kept by the phone")
    known.worked(again, NOW)
    for number in range(10 * PROVEN_FAILURES):
        known.failed(of(call_id=f"forged {number}"), NOW)
    assert known.refuses(of(call_id="a call of the phone's"), NOW) and not known.refuses(again, NOW)
    for _ in range(PROVEN_FAILURES):
        known.failed(again, NOW)
    assert known.refuses(again, NOW), "who sees the Call-ID guesses no more than others"
    assert not known.refuses(again, NOW + WITHIN_SECONDS + 1)


def test_calls_and_other_phones_of_the_account_push_no_call_id_out_that_is_used_again() -> None:
    known, again = SignInFailures(), of(call_id="kept by the phone")
    for number in range(100):
        known.worked(again, NOW)
        known.worked(of(call_id=f"another phone's {number}"), NOW)
        known.worked(of(), NOW)
    for _ in range(PROVEN_FAILURES):
        known.failed(of(), NOW)
    assert not known.refuses(again, NOW)


def test_who_has_proven_a_password_from_there_goes_on_whoever_else_fails() -> None:
    known = SignInFailures()
    known.worked(of(), NOW - 60)
    for number in range(10 * PROVEN_FAILURES):
        known.failed(of(f"{number}@acme.example"), NOW)
    assert not known.refuses(of(), NOW) and not known.refuses(of(port="40000"), NOW)
    assert known.refuses(of(BO), NOW)


def test_whoever_fails_in_the_name_of_an_account_that_works_there_refuses_it_from_no_port_that_it_uses() -> None:
    known = SignInFailures()
    known.worked(of(), NOW - 60)
    known.worked(of(port="5062"), NOW - 30)
    for _ in range(PROVEN_FAILURES - 1):
        known.failed(of(port="40000"), NOW)
    assert not known.refuses(of(), NOW) and not known.refuses(of(port="5062"), NOW)
    assert known.refuses(of(port="40000"), NOW), "who tries passwords tries no more of them"
    assert not known.refuses(of(port="40000"), NOW + WITHIN_SECONDS + 1)
    assert [(one.source, one.accounts) for one in known.refused(NOW)] == [(THERE, (ANNA,))]


def test_no_account_s_password_can_be_tried_without_end() -> None:
    known = SignInFailures()
    known.worked(of(), NOW)
    for _ in range(PROVEN_FAILURES):
        assert not known.refuses(of(), NOW)
        known.failed(of(), NOW)
        known.worked(of(BO), NOW)
    assert known.refuses(of(), NOW) and not known.refuses(of(BO), NOW)


def test_what_fails_at_the_phones_profile_refuses_no_trunk() -> None:
    known = after_failures(FAILURES)
    assert known.refuses(of(TRUNK), NOW + 1)
    assert not known.refuses(of(TRUNK, profile=TRUNKS), NOW + 1)
    for _ in range(FAILURES):
        known.failed(of(TRUNK, profile=TRUNKS), NOW)
    assert known.refuses(of(TRUNK, profile=TRUNKS), NOW + 1)


def test_what_has_worked_elsewhere_does_not_count() -> None:
    known = after_failures(FAILURES)
    known.worked(of(address="192.0.2.8"), NOW)
    known.worked(of(profile=TRUNKS), NOW)
    assert known.refuses(of(), NOW + 1)


def test_a_forgiven_source_is_as_new() -> None:
    known = after_failures(FAILURES)
    known.worked(of(), NOW)
    assert known.forgive("192.0.2.99") == 0
    assert known.refuses(of(port="40000"), NOW + 1) and known.refuses(of(BO), NOW + 1)
    assert known.forgive(THERE) == 1
    assert not known.refuses(of(port="40000"), NOW + 1) and not known.refuses(of(BO), NOW + 1)
    assert known.failed(of(), NOW + 1) is None
    assert known.forgive() == 0


def test_an_account_tried_from_many_sources_is_named_and_not_locked() -> None:
    known = SignInFailures()
    for number in range(FAILURES):
        known.failed(of(address=f"192.0.2.{number}"), NOW)
    assert [(one.account, one.failures) for one in known.tried(NOW)] == [(ANNA, FAILURES)]
    assert not known.refuses(of(address="192.0.2.200"), NOW) and not known.refuses(of(address="192.0.2.1"), NOW)


def test_what_is_known_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MOST_SOURCES", "MOST_ACCOUNTS", "MOST_PHONES"):
        monkeypatch.setattr(rules, name, 100)
    known = after_failures(FAILURES)
    for number in range(1000):
        there = of(f"{number}@acme.example", f"10.0.{number // 256}.{number % 256}", str(number))
        known.failed(there, NOW + 1)
        known.worked(there, NOW + 1)
        known.worked(of(BO, port=str(number)), NOW + 1)
    sizes = (len(one) for one in (known._sources, known._accounts, known._guesses, known._worked))
    assert [*sizes] == [100, 100, 100, 100]
    assert max(len(proofs.ports) for proofs in known._worked.values()) < 10
    assert known.refuses(of(), NOW + 1)  # A flood of others forgives nobody.


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
