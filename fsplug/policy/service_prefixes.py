"""What people dial before a number to show or hide their own for one call, by country."""

from collections.abc import Mapping

import phonenumbers

_Prefixes = tuple[str, ...]

# 3GPP TS 22.030, annex B (CLIR), and the form that networks with star codes after both ends use. Mobile networks
# understand them in every country.
_EVERYWHERE = ("*31#", "#31#", "*31*", "#31*", "*30#", "#30#")
# The country's own, as its telephone companies publish them. Those of digits come before a number as dialled at home.
_OF_COUNTRY: Mapping[str, _Prefixes] = {
    "AU": ("1831", "1832"),
    "ES": ("067",),
    "FR": ("3651", "3653"),
    "GB": ("141", "1470"),
    "HK": ("133", "1357"),
    "IE": ("141", "142"),
    "IL": ("*43",),
    "IT": ("*67#",),
    "JP": ("184", "186"),
    "KR": ("*23#", "*230#"),
    "NZ": ("0196", "0197"),
}
# Those that withhold the caller's number for one call. Mobile networks know #31# in every country (3GPP TS 22.030: it
# invokes CLIR, and *31# suppresses it), fixed networks *31*; German, Austrian and Swiss fixed ones *31#.
_WITHHOLDING_EVERYWHERE = ("#31#", "*31*")
_WITHHOLDING: Mapping[str, _Prefixes] = {
    "AT": ("*31#",),
    "AU": ("1831",),
    "CH": ("*31#",),
    "DE": ("*31#",),
    "ES": ("067",),
    "FR": ("3651",),
    "GB": ("141",),
    "HK": ("133",),
    "IE": ("141",),
    "IL": ("*43",),
    "IT": ("*67#",),
    "JP": ("184",),
    "KR": ("*23#",),
    "NZ": ("0197",),
}
_WITHHOLDING_IN_NORTH_AMERICA = ("*67", "1167")
# North America's vertical service codes, with their forms for telephones without a star.
_NORTH_AMERICA, _OF_NORTH_AMERICA = 1, ("*67", "*82", "1167", "1182")


def service_prefixes(country: str) -> tuple[str, ...]:
    """The prefixes known in a country (ISO 3166), the longest first."""
    return _longest_first(country, _EVERYWHERE, _OF_COUNTRY, _OF_NORTH_AMERICA)


def withholding_prefixes(country: str) -> tuple[str, ...]:
    """The prefixes that withhold the caller's number in a country (ISO 3166), the longest first."""
    return _longest_first(country, _WITHHOLDING_EVERYWHERE, _WITHHOLDING, _WITHHOLDING_IN_NORTH_AMERICA)


def _longest_first(
    country: str, everywhere: _Prefixes, of_country: Mapping[str, _Prefixes], in_north_america: _Prefixes
) -> _Prefixes:
    is_north_american = phonenumbers.country_code_for_region(country) == _NORTH_AMERICA
    own = in_north_america if is_north_american else of_country.get(country, ())
    return tuple(sorted((*everywhere, *own), key=lambda one: (-len(one), one)))
