"""Telephone numbers spelled in every way that phones, trunks and people know, for hypothesis."""

import re

import phonenumbers
from hypothesis import assume
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat

from fsplug.policy.numbers import seen
from fsplug.policy.service_prefixes import service_prefixes

COUNTRIES = ("DK", "SE", "NO", "DE", "GB", "US")
_UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\ufeff\ufe0f"
_BLANKS = " \u00a0\u2009\u202f\u3000\t"
_BETWEEN = "-./\u2010\u2011\u2013\u2212"
_ZEROS = ("0", "\u0660", "\u06f0", "\u0966", "\uff10")
_A_FRACTION = re.compile(r"^\+?[0-9]{5,}[.]0+$")
_WRAPPED = (
    "{}",
    "{}",
    "tel:{}",
    "sip:{}@192.0.2.7",
    "SIPS:{}@acme.example;user=phone",
    "<sip:{}@acme.example>;tag=1",
    '"Bo \\" <sip:+1@x>, Hansen" <sip:{};isub=7@acme.example>',
    "<tel:{}>;reason=busy",
    "{} ext. 5",
    "{}x12",
    "{};ext=5",
    "{} lok. 5",
)


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A valid number, E.164, and the country it is dialled in: its own, or a foreign one."""
    country, home = draw(st.sampled_from(COUNTRIES)), draw(st.sampled_from(COUNTRIES))
    example = phonenumbers.example_number_for_type(home, draw(st.sampled_from([0, 1])))
    assert example is not None
    changed = phonenumbers.PhoneNumber(
        country_code=example.country_code,
        national_number=example.national_number // 1000 * 1000 + draw(st.integers(0, 999)),
    )
    valid = changed if phonenumbers.is_valid_number(changed) else example
    return phonenumbers.format_number(valid, PhoneNumberFormat.E164), country


@st.composite
def spelled(draw: st.DrawFn, e164: str, country: str) -> tuple[str, str, str]:
    """One spelling of the number, the number, and the country."""
    dialled = draw(st.sampled_from(_dialled(e164, country)))
    # A prefix of digits alone comes before digits.
    known = [one for one in service_prefixes(country) if not (one.isdigit() and dialled.startswith("+"))]
    prefix = draw(st.sampled_from(("", "", *known)))
    zero = draw(st.sampled_from(_ZEROS))
    wrapped = draw(st.sampled_from(_WRAPPED))
    if "sip" in wrapped.lower() or "tel" in wrapped:
        return wrapped.format(_escaped(prefix) + dialled), e164, country
    chars = [draw(_between(char)) + _in_script(char, zero) for char in dialled]
    # What a spreadsheet makes of a number is refused.
    assume(_A_FRACTION.search(seen("".join(chars))) is None)
    return wrapped.format(prefix + "".join(chars)), e164, country


def _dialled(e164: str, country: str) -> tuple[str, ...]:
    number, digits = phonenumbers.parse(e164), e164.removeprefix("+")
    abroad = "011" if country == "US" else "00"
    found = [e164, f"{abroad}{digits}"]
    if number.country_code == phonenumbers.country_code_for_region(country):
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        found.append("".join(char for char in national if char.isdigit()))
    return tuple(found)


def _between(char: str) -> st.SearchStrategy[str]:
    """What can stand before a character: mostly nothing."""
    marks = _UNSEEN + _BLANKS + (_BETWEEN if char.isdigit() else "")
    return st.one_of(st.just(""), st.just(""), st.sampled_from(marks))


def _in_script(char: str, zero: str) -> str:
    return chr(ord(zero) + int(char)) if char.isdigit() else char


def _escaped(prefix: str) -> str:
    return prefix.replace("#", "%23")
