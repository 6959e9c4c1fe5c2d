"""The spellings a number may have been kept in."""

import pytest
from hypothesis import given, settings

from fsplug.errors import Invalid
from fsplug.policy.numbers import compact, normalise
from fsplug.policy.spellings import spellings
from tests.policy.spelled import COUNTRIES, numbers, spelled


def test_every_common_spelling_is_named() -> None:
    assert spellings("70 10 11 55", "DK")[:5] == (
        "70 10 11 55",
        "+4570101155",
        "4570101155",
        "004570101155",
        "70101155",
    )


def test_a_trunk_prefix_is_kept() -> None:
    assert {"081001001", "81001001"} <= set(spellings("+46 8 100 10 01", "SE"))


def test_a_foreign_number_has_no_national_spelling() -> None:
    plain = ("+46 8 100 10 01", "+4681001001", "4681001001", "004681001001")
    assert spellings("+46 8 100 10 01", "DK")[:5] == (*plain, "#30#+4681001001")


def test_a_call_that_hid_its_number_is_found() -> None:
    assert {"*31#22334499", "#31#+4522334499"} <= set(spellings("22334499", "DK"))
    assert {"*6712024561111", "*672024561111"} <= set(spellings("(202) 456-1111", "US"))


@pytest.mark.parametrize("text", ["1001", "112", "*28*1001"])
def test_what_can_be_dialled_and_is_no_number_is_only_itself(text: str) -> None:
    assert spellings(text, "DK") == (text,)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-number"),
        ("  ", "bad-number"),
        ("anonymous", "bad-number"),
        ("70101155000000000", "bad-number"),
        ("2,2334E+07", "spoilt-number"),
        ("22334499.0", "spoilt-number"),
        ("00000000", "impossible-number"),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(text: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        spellings(text, "DK")
    assert refused.value.code == code


@pytest.mark.parametrize(("number", "country"), [("+4570101155", "DK"), ("+4681001001", "SE"), ("+4722334455", "NO")])
def test_each_spelling_is_the_same_number(number: str, country: str) -> None:
    assert {normalise(one, country) for one in spellings(number, country)} == {number}


@settings(max_examples=200)
@given(numbers().flatmap(lambda one: spelled(*one)))
def test_what_is_stored_of_any_spelling_is_found_by_any_other(one: tuple[str, str, str]) -> None:
    text, e164, country = one
    assert country in COUNTRIES
    assert compact(text) in spellings(e164, country)
    assert compact(text) in spellings(text, country)
