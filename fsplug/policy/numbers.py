"""Telephone numbers as phones, trunks, people and spreadsheets spell them, converted to E.164.

This is the one reader of numbers: what can be excluded is what a search finds. The verdict matches it, and whatever
`digit_runs` finds beside it.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.shortnumberinfo import is_emergency_number

from fsplug.errors import Invalid
from fsplug.policy.header_values import parties
from fsplug.policy.service_prefixes import service_prefixes

# The longest spelling worth reading: a SIP URI with its parameters. Longer ones are not numbers.
MAX_SPELLING = 512
# What can stand between digits: Unicode's blanks and dashes, and the marks people write.
_BETWEEN = frozenset("\t\n\r\x0b\x0c\x85()./·•∙‧−（）．／﹒⁄∕")
_BETWEEN_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Pd"})
# Format characters (Cf) and marks on the character before (Mn, Me: variation selectors, a keycap's frame) can't be
# seen or are no part of the digit; nor can the fillers that Unicode counts as letters and symbols.
_UNSEEN_CATEGORIES = frozenset({"Cf", "Mn", "Me"})
_UNSEEN = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_PLUS = frozenset("+＋﹢➕")
_DIALLED = re.compile(r"\+?[0-9]+")
# A service prefix can stand before the plus.
_DIALLABLE = re.compile(r"(?:[*#][0-9]+[*#]?)?\+?[0-9*#]+")
# RFC 3966, 5.3, and what people write for it; after it the digits of an extension.
_EXTENSION = re.compile(
    r"(?:[;,]?\s*(?:ext|extn|extension|lok|lokal|lokalnr|ankn|anknytning|x)[.:=]?\s*)([0-9]{1,7})$", re.IGNORECASE
)
# What Excel and its like make of a number: 2,2334E+07, 22334499.0, '22334499, ="22334499", 22,334,499, ####.
_SPOILT = re.compile(
    r"[+-]?[0-9]+(?:[.,][0-9]+)?\s*E[+-]?[0-9]+|\+?[0-9]{5,}[.,]0+|['’‘`´ʼ′][^<>]*|=[^<>]*"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|#{2,}|#(?:N/A|NUM!|VALUE!|REF!|NAME\?|NULL!|DIV/0!)",
    re.IGNORECASE | re.DOTALL,
)


class NumberTrouble(StrEnum):
    """Why a text can't be read as a number."""

    NOT_A_NUMBER = "bad-number"
    SPOILT = "spoilt-number"
    IMPOSSIBLE = "impossible-number"


_SAID = {
    NumberTrouble.NOT_A_NUMBER: "not a phone number in {country}; "
    "write it with + and the country code, such as +4570101155",
    NumberTrouble.SPOILT: "garbled by a spreadsheet, which may have lost digits; "
    "format the column as text and type the number again",
    NumberTrouble.IMPOSSIBLE: "impossible as a phone number in {country}; look it up again",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A text read as a number: `number` in E.164 (`+4570101155`), or None and the `trouble` with it."""

    number: str | None
    trouble: NumberTrouble | None = None


@lru_cache(maxsize=65_536)
def read(text: str, country: str) -> Reading:
    """The one number in `text`, or why there is none.

    `text` may be a bare number in any common spelling, a `tel:` or `sip:` URI, or a whole SIP header value holding one.
    `country` is the ISO 3166 code whose national spellings are understood. Withheld and alphanumeric callers and the
    country's short numbers are not telephone numbers.
    """
    dialled = compact(text)
    if dialled != text and _SPOILT.fullmatch(seen(text)):
        return Reading(None, NumberTrouble.SPOILT)
    if dialled is None:
        return Reading(None, NumberTrouble.NOT_A_NUMBER)
    return _first_read(_without_prefix(dialled, country), country)


def is_emergency(dialled: str, country: str) -> bool:
    """Whether this is an emergency number in the country; 112 is one in every network (ETSI TS 122 101, 10.1.1)."""
    return dialled == "112" or (dialled.isdecimal() and is_emergency_number(dialled, country))


def normalise(text: str, country: str) -> str | None:
    """The E.164 form of one number, or None when `text` is not a number: see `read`."""
    return read(text, country).number


def normalise_all(texts: tuple[str, ...], country: str) -> tuple[str, ...]:
    """Every distinct E.164 number in `texts`, in order; a header value may hold several URIs (Diversion, RFC 5806)."""
    found = (normalise(party, country) for text in texts for party in parties(text))
    return tuple(dict.fromkeys(number for number in found if number))


def required(text: str, country: str) -> str:
    """The E.164 form of a number that somebody has typed; Invalid, with a `NumberTrouble` as its code, says why not."""
    reading = read(text, country)
    if reading.trouble or reading.number is None:
        raise Invalid(
            str(reading.trouble), f"{text[:60]!r} is {trouble_said(reading.trouble, country)}", number=text[:60]
        )
    return reading.number


def trouble_said(trouble: NumberTrouble | None, country: str) -> str:
    """What a text is instead of a number, and the remedy: to be put after "is" or a colon."""
    return _SAID[trouble or NumberTrouble.NOT_A_NUMBER].format(country=country)


@lru_cache(maxsize=65_536)
def compact(text: str) -> str | None:
    """The number as it would be dialled: without what is written for the eye, an extension, or the URI around it.

    Prefixes stay, such as 00 or `*31#`. None when the text can't be dialled.
    """
    if len(text) > MAX_SPELLING:
        return None
    if _DIALLED.fullmatch(text):
        return text
    named = parties(_EXTENSION.sub("", seen(text)))
    if len(named) != 1:
        return None
    number = seen(unquote(named[0]))
    if _SPOILT.fullmatch(number):
        return None
    number = "".join(char for char in _without_trunk_zero(number) if not _is_between(char))
    number = number.removesuffix("#") if len(number) > 1 else number
    return number if _DIALLABLE.fullmatch(number) else None


def seen(text: str) -> str:
    """The text without characters that can't be seen, and with ASCII's digits and plus sign."""
    if text.isascii():
        return text.strip()
    return "".join(map(_as_ascii, text)).strip()


def spaced(text: str) -> str:
    """The text with a blank for whatever people write between digits."""
    return text if text.isascii() else "".join(" " if _is_between(char) else char for char in text)


def _as_ascii(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(int(char))
    if char in _PLUS:
        return "+"
    return "" if char in _UNSEEN or unicodedata.category(char) in _UNSEEN_CATEGORIES else char


def _is_between(char: str) -> bool:
    return char in _BETWEEN or unicodedata.category(char) in _BETWEEN_CATEGORIES


def _without_trunk_zero(number: str) -> str:
    international = number.lstrip("( ").startswith(("+", "00"))
    return re.sub(r"\(\s*0\s*\)", "", number, count=1) if international else number


def _without_prefix(dialled: str, country: str) -> Iterator[str]:
    """The number as it is, and without the service prefixes that it could begin with."""
    yield dialled
    for prefix in service_prefixes(country):
        if dialled.startswith(prefix) and len(dialled) > len(prefix):
            yield dialled.removeprefix(prefix)


def _first_read(spellings: Iterator[str], country: str) -> Reading:
    reading = Reading(None, NumberTrouble.NOT_A_NUMBER)
    for dialled in spellings:
        if not _DIALLED.fullmatch(dialled):
            continue
        reading = _e164(dialled, country)
        if reading.number:
            return reading
    return reading


def _e164(digits: str, country: str) -> Reading:
    # After a plus nothing is an emergency number to phonenumbers either, which takes its time to say so.
    if not digits.startswith("+") and is_emergency_number(digits, country):
        return Reading(None, NumberTrouble.NOT_A_NUMBER)
    candidates = [_parsed(digits, country)]
    if not digits.startswith(("+", "0")):
        # Trunks deliver E.164 without the plus.
        candidates.append(_parsed(f"+{digits}", country))
    known = [one for one in candidates if one is not None]
    valid = next(filter(phonenumbers.is_valid_number, known), None)
    # A range that was opened after phonenumbers' release is possible, not valid.
    possible = valid or next(filter(phonenumbers.is_possible_number, known), None)
    if possible is None:
        return Reading(None, NumberTrouble.NOT_A_NUMBER)
    if valid is None and _begins_with_zero(possible):
        return Reading(None, NumberTrouble.IMPOSSIBLE)
    return Reading(phonenumbers.format_number(possible, PhoneNumberFormat.E164))


def _begins_with_zero(number: phonenumbers.PhoneNumber) -> bool:
    """ITU-T E.164: 0 is a trunk prefix. The few countries where it begins a number have valid ones only."""
    return bool(phonenumbers.national_significant_number(number).startswith("0"))


def _parsed(digits: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except NumberParseException:
        return None
