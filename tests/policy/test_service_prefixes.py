"""What is dialled before a number to withhold one's own: known in each country, and no part of the number."""

import phonenumbers
import pytest

from fsplug.policy.numbers import normalise
from fsplug.policy.service_prefixes import service_prefixes, withholding_prefixes


def test_what_withholds_a_number_is_among_the_prefixes_and_not_all_of_them() -> None:
    for country in sorted(phonenumbers.SUPPORTED_REGIONS):
        withholding, known = withholding_prefixes(country), service_prefixes(country)
        assert set(withholding) < set(known), country
        assert {"#31#", "*31*"} <= set(withholding), country


@pytest.mark.parametrize(
    ("country", "withholds", "shows"),
    [
        ("DK", "#31#", "*31#"),
        ("SE", "#31#", "*31#"),
        ("DE", "*31#", "#31*"),
        ("GB", "141", "1470"),
        ("US", "*67", "*82"),
    ],
)
def test_each_country_has_its_own(country: str, withholds: str, shows: str) -> None:
    assert withholds in withholding_prefixes(country)
    assert shows not in withholding_prefixes(country)


@pytest.mark.parametrize("prefix", withholding_prefixes("DK"))
def test_the_number_behind_is_read_as_itself(prefix: str) -> None:
    assert normalise(f"{prefix}22334455", "DK") == "+4522334455"
