"""The ways in which switches and trunks write one number, to look it up where it was stored as received."""

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from fsplug.policy.numbers import compact, read, required
from fsplug.policy.service_prefixes import service_prefixes


def spellings(text: str, country: str) -> tuple[str, ...]:
    """Every way in which calls can be stored that `text` names: `compact` gives what is stored.

    A short number and an extension are only themselves. Invalid says why `text` is neither a number nor can be dialled.
    """
    dialled = compact(text)
    e164 = read(text, country).number
    if dialled is None or (e164 is None and not _is_short(dialled)):
        required(text, country)
    if e164 is None:
        return (str(dialled),)
    number = phonenumbers.parse(e164)
    digits = e164.removeprefix("+")
    plain = (e164, digits, *(f"{prefix}{digits}" for prefix in _abroad(country)), *_national(number, country))
    prefixed = (f"{prefix}{one}" for prefix in service_prefixes(country) for one in plain)
    # Numbers stored before they were compacted, as typed here.
    return tuple(dict.fromkeys((text, *plain, *prefixed)))


def _is_short(dialled: str) -> bool:
    """Whether the text is an extension, a short number or a star code: what is longer is meant as a number."""
    return len(dialled) < 8 or dialled.startswith(("*", "#"))


def _abroad(country: str) -> tuple[str, ...]:
    """What is dialled before the code of a foreign country: 00 in most."""
    known = PhoneMetadata.metadata_for_region(country)
    prefix = known.international_prefix if known else None
    return tuple(dict.fromkeys(("00", *([prefix] if prefix and prefix.isdigit() else []))))


def _national(number: phonenumbers.PhoneNumber, country: str) -> tuple[str, ...]:
    """A number of this country without the country's code, with and without its trunk prefix."""
    if number.country_code != phonenumbers.country_code_for_region(country):
        return ()
    formatted = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    dialled = "".join(char for char in formatted if char.isdigit())
    return tuple(dict.fromkeys((dialled, phonenumbers.national_significant_number(number))))
