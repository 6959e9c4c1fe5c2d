"""Whose phone will no longer be able to sign in."""

import pytest

from fsplug.xml.install.lockout import Registration, locked_out

COMPANIES = {"acme.example"}


def is_phone(domain: str, username: str) -> bool:
    return (domain, username) == ("acme.example", "1001")


@pytest.mark.parametrize(
    ("phone", "must_match", "is_out"),
    [
        (Registration("1003", "old.example", "1003", "pbx.example"), True, False),
        (Registration("1001", "acme.example", "1001", "acme.example"), True, False),
        (Registration("1009", "old.example", "1009", "acme.example"), True, True),
        (Registration("1009", "ACME.example", "1009", ""), True, True),
        (Registration("desk", "old.example", "1003", "old.example"), True, True),
        (Registration("desk", "old.example", "1003", "old.example"), False, False),
        (Registration("Anna", "old.example", "anna", "old.example"), True, False),
        (Registration("1003", "old.example", "", "old.example"), True, False),
    ],
)
def test_a_phone_that_is_signed_in_goes_on_or_is_named(phone: Registration, must_match: bool, is_out: bool) -> None:
    found = list(locked_out([phone], COMPANIES, is_phone, must_match))
    assert [one.user for one in found] == ([phone.user] if is_out else [])
