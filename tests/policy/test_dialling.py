"""What people dial, country by country."""

import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as some

from fsplug.policy.dialling import dialling
from fsplug.policy.numbers import normalise

COUNTRIES = sorted(phonenumbers.SUPPORTED_REGIONS)


@pytest.mark.parametrize(
    ("country", "dialled", "number"),
    [
        ("DK", "70101001", "+4570101001"),
        ("DK", "004570101001", "+4570101001"),
        ("DK", "+4570101001", "+4570101001"),
        ("DK", "0046701234567", "+46701234567"),
        ("DK", "4570101001", "+4570101001"),
        ("DK", "45701010011", None),
        ("SE", "46701234567", "+46701234567"),
        # In Lund, a local number.
        ("SE", "46123456", None),
        ("GB", "442071234567", "+442071234567"),
        ("RU", "74951234567", "+74951234567"),
        ("DK", "070101001", None),
        ("SE", "0701234567", "+46701234567"),
        ("SE", "081001001", "+4681001001"),
        ("SE", "701234567", None),
        ("US", "2125551234", "+12125551234"),
        ("US", "12125551234", "+12125551234"),
        ("US", "01146701234567", "+46701234567"),
        ("IT", "0612345678", "+390612345678"),
        ("IT", "004570101001", "+4570101001"),
        ("RU", "84951234567", "+74951234567"),
        ("RU", "8104570101001", "+4570101001"),
        ("HU", "0612345678", "+3612345678"),
        ("GB", "02071234567", "+442071234567"),
        ("DK", "1001", None),
        ("DK", "+", None),
        ("DK", "+4570101001x", None),
        ("DK", "７０１０１００１", None),
    ],
)
def test_a_number_is_understood_as_its_country_dials(country: str, dialled: str, number: str | None) -> None:
    assert dialling(country).e164(dialled) == number


@pytest.mark.parametrize(
    ("country", "number"),
    [
        ("DK", "112"),
        ("DK", "114"),
        ("SE", "112"),
        ("SE", "90000"),
        ("US", "911"),
        ("US", "112"),
        ("GB", "999"),
        ("JP", "112"),
    ],
)
def test_emergency_numbers_are_those_of_the_country_and_112(country: str, number: str) -> None:
    assert dialling(country).is_emergency(number)
    assert not dialling(country).is_emergency(f"{number}0")
    assert not dialling(country).is_emergency(f"0{number}")


@pytest.mark.parametrize(
    ("country", "number", "is_service"),
    [
        *[("DK", "1813", True), ("SE", "1177", True), ("SE", "118118", True), ("US", "411", True)],
        *[("US", "1001", False), ("US", "4321", False), ("SE", "72456", False), ("DK", "1001", False)],
    ],
)
def test_short_numbers_for_speech_are_the_country_s(country: str, number: str, is_service: bool) -> None:
    assert dialling(country).is_service(number) == is_service


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_s_patterns_mean_the_same_to_the_switch(country: str) -> None:
    habits = dialling(country)
    for pattern in (habits.plus, habits.home, habits.national, habits.emergency, habits.service):
        re.compile(pattern)
        # A backslash FreeSWITCH may take for its own, a capture would move the one that the dialplan uses.
        assert "\\" not in pattern
        assert not re.search(r"\((?!\?)", pattern)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_example_number_of_a_country_is_understood_as_policy_does(country: str) -> None:
    example = phonenumbers.example_number(country)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert dialling(country).e164(e164) == normalise(e164, country) == e164


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_without_its_plus_is_never_understood_otherwise_than_by_policy(country: str) -> None:
    example = phonenumbers.example_number(country)
    e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    understood = dialling(country).e164(e164.removeprefix("+"))
    assert understood in (None, normalise(e164.removeprefix("+"), country))


@given(country=some.sampled_from(COUNTRIES), dialled=some.from_regex(r"\A[+]?[0-9]{1,16}\Z"))
def test_a_spelling_matches_exactly_what_is_understood_as_its_number(country: str, dialled: str) -> None:
    habits = dialling(country)
    e164 = habits.e164(dialled)
    if e164 is not None:
        assert re.fullmatch(habits.spellings(e164), dialled)


@given(
    country=some.sampled_from(("DK", "SE", "US", "IT", "RU", "JP")),
    number=some.from_regex(r"\A[+][1-9][0-9]{7,13}\Z"),
    dialled=some.from_regex(r"\A[+]?[0-9]{1,16}\Z"),
)
def test_no_other_spelling_matches(country: str, number: str, dialled: str) -> None:
    habits = dialling(country)
    if re.fullmatch(habits.spellings(number), dialled):
        assert habits.e164(dialled) == number
