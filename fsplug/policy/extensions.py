"""Numbers inside a company that people could mistake for numbers outside: a colleague would answer for a customer, or
for the police.
"""

import re
from enum import StrEnum
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from fsplug.policy.dialling import Dialling, dialling
from fsplug.policy.service_prefixes import service_prefixes

# What people dial for a line outside on other telephone systems, and go on dialling from habit.
_LINE_OUTSIDE = ("0", "9", "00")
# Emergency numbers that people know from abroad, and phones put through by themselves (3GPP TS 22.101, 10.1.1);
# Europe keeps 11x for such services.
_EVERYWHERE = "11[0-9]|911|999"
# Shorter ones are dialled outside only where the country's own rules say so.
_LEAST_DIGITS = 7


class ExtensionTrouble(StrEnum):
    """What an extension reads as."""

    SERVICE = "reads-as-service"
    OUTSIDE = "reads-as-outside"


_SAID = {
    ExtensionTrouble.SERVICE: "looks like an emergency or service number in {country}; choose another, such as 1001",
    ExtensionTrouble.OUTSIDE: "looks like an outside phone number in {country}; choose a short one, such as 1001",
}


@lru_cache(maxsize=65_536)
def extension_trouble(extension: str, country: str) -> ExtensionTrouble | None:
    """What this number inside a company (digits) reads as in the country (ISO 3166), dialled with or without a prefix;
    None if it can only be an extension.
    """
    services, outside = _patterns(country)
    if services.fullmatch(extension):
        return ExtensionTrouble.SERVICE
    if outside.fullmatch(extension) or any(_is_valid(one, country) for one in _without_prefix(extension, country)):
        return ExtensionTrouble.OUTSIDE
    return None


def extension_trouble_said(trouble: ExtensionTrouble, country: str) -> str:
    """What the extension reads as, and the remedy: to be put after the extension."""
    return _SAID[trouble].format(country=country)


@lru_cache(maxsize=256)
def _patterns(country: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    known: Dialling = dialling(country)
    prefix = f"(?:{'|'.join(_prefixes(country))})?"
    services = f"{known.emergency}|{known.service}|{_EVERYWHERE}"
    outside = f"{known.home}{known.national}|{known.plus}[1-9][0-9]{{6,14}}"
    return re.compile(f"{prefix}(?:{services})", re.ASCII), re.compile(f"{prefix}(?:{outside})", re.ASCII)


def _prefixes(country: str) -> tuple[str, ...]:
    return (*_LINE_OUTSIDE, *filter(str.isdecimal, service_prefixes(country)))


def _without_prefix(extension: str, country: str) -> list[str]:
    begun = [one for one in _prefixes(country) if extension.startswith(one)]
    return [extension, *(extension.removeprefix(one) for one in begun)]


def _is_valid(digits: str, country: str) -> bool:
    """Whether the digits are a telephone number, at home or with a country's code before them."""
    if len(digits) < _LEAST_DIGITS:
        return False
    written = (digits,) if digits.startswith("0") else (digits, f"+{digits}")
    return any(_is_number(one, country) for one in written)


def _is_number(text: str, country: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(text, country)))
    except NumberParseException:
        return False
