"""The spellings a number may have been kept in."""

import pytest

from fsplug.policy.numbers import normalise
from fsplug.policy.spellings import spellings


def test_every_common_spelling_is_named() -> None:
    assert spellings("70 10 11 55", "DK") == (
        "70 10 11 55",
        "+4570101155",
        "4570101155",
        "004570101155",
        "70101155",
    )


def test_a_trunk_prefix_is_kept() -> None:
    assert "081001001" in spellings("+46 8 100 10 01", "SE")


def test_a_foreign_number_has_no_national_spelling() -> None:
    assert spellings("+46 8 100 10 01", "DK") == ("+46 8 100 10 01", "+4681001001", "4681001001", "004681001001")


@pytest.mark.parametrize("text", ["1001", "anonymous", ""])
def test_what_is_no_number_is_only_itself(text: str) -> None:
    assert spellings(text, "DK") == (text,)


@pytest.mark.parametrize(("number", "country"), [("+4570101155", "DK"), ("+4681001001", "SE"), ("+4722334455", "NO")])
def test_each_spelling_is_the_same_number(number: str, country: str) -> None:
    assert {normalise(one, country) for one in spellings(number, country)} == {number}
