"""Telephone numbers as phones, trunks and people spell them, converted to E.164."""

import re
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.shortnumberinfo import is_emergency_number

# The longest spelling worth reading: a SIP URI with its parameters. Longer ones are not numbers.
MAX_SPELLING = 512
# RFC 3261 19.1.1 and RFC 3966: what stands before the user or subscriber part.
_SCHEME = re.compile(r"^\s*(?:sips?|tel):", re.IGNORECASE)
_ANGLED = re.compile(r"<([^<>]*)>")
_URI = re.compile(r"(?:sips?|tel):[^\s<>,\"]+", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=(\+[0-9]+)", re.IGNORECASE)
# Separators of RFC 3966 ("visual"), blanks of every kind, and the slash Danes and Swedes write.
_SEPARATORS = re.compile(r"[\s\u00a0\u2000-\u200d\u2060\ufeff().\-\u2010-\u2015/]")
_DIALLED = re.compile(r"\+?[0-9]+")


@lru_cache(maxsize=65_536)
def normalise(text: str, country: str) -> str | None:
    """The E.164 form (`+4570101155`) of one number, or None when `text` is not a number.

    `text` may be a bare number in any common spelling, a `tel:` or `sip:` URI, or a whole SIP header value holding one.
    `country` is the ISO 3166 code whose national spellings are understood. Emergency and other short numbers, withheld
    callers and alphanumeric callers give None.
    """
    digits = _digits(text)
    if digits is None or is_emergency_number(digits, country):
        return None
    return _e164(digits, country)


def normalise_all(texts: tuple[str, ...], country: str) -> tuple[str, ...]:
    """Every distinct E.164 number in `texts`, in order; a header value may hold several URIs (Diversion, RFC 5806)."""
    spellings = (spelling for text in texts for spelling in _spellings(text))
    found = (normalise(spelling, country) for spelling in spellings)
    return tuple(dict.fromkeys(number for number in found if number))


def _spellings(text: str) -> list[str]:
    if len(text) <= MAX_SPELLING and not _URI.search(text):
        return [text]
    return _URI.findall(text[: 8 * MAX_SPELLING])


def _digits(text: str) -> str | None:
    if len(text) > MAX_SPELLING:
        return None
    angled = _ANGLED.search(text)
    address = angled.group(1) if angled else text
    is_uri = _SCHEME.match(address)
    address = unquote(_SCHEME.sub("", address))
    context = _CONTEXT.search(address)
    number = re.split(r"[@;?]", address, maxsplit=1)[0] if is_uri or "@" in address else address.split(";")[0]
    number = _ascii_digits(_SEPARATORS.sub("", _without_trunk_zero(number)))
    if context and not number.startswith(("+", "00")):
        number = context.group(1) + number.removeprefix("0")
    return number if _DIALLED.fullmatch(number) else None


def _without_trunk_zero(number: str) -> str:
    international = number.lstrip().startswith(("+", "00"))
    return number.replace("(0)", "", 1) if international else number


def _ascii_digits(number: str) -> str:
    return "".join(str(int(char)) if char.isdecimal() else "+" if char == "\uff0b" else char for char in number)


def _e164(digits: str, country: str) -> str | None:
    candidates = [_parsed(digits, country)]
    if not digits.startswith(("+", "0")):
        # Trunks deliver E.164 without the plus.
        candidates.append(_parsed(f"+{digits}", country))
    for is_number in (phonenumbers.is_valid_number, phonenumbers.is_possible_number):
        for candidate in candidates:
            if candidate is not None and is_number(candidate):
                return phonenumbers.format_number(candidate, PhoneNumberFormat.E164)
    return None


def _parsed(digits: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(digits, country)
    except NumberParseException:
        return None
