"""The ways in which switches and trunks write one number, to look it up where it was stored as received."""

import phonenumbers
from phonenumbers import PhoneNumberFormat

from fsplug.policy.numbers import normalise


def spellings(text: str, country: str) -> tuple[str, ...]:
    """`text` itself; when it is a number, also E.164 with and without its plus, with 00, and as dialled at home."""
    e164 = normalise(text, country)
    if e164 is None:
        return (text,)
    digits = e164.removeprefix("+")
    found = (text, e164, digits, f"00{digits}", *_national(e164, country))
    return tuple(dict.fromkeys(found))


def _national(e164: str, country: str) -> tuple[str, ...]:
    """A number of this country without the country code, with the trunk prefix (0) if the country has one."""
    number = phonenumbers.parse(e164)
    if number.country_code != phonenumbers.country_code_for_region(country):
        return ()
    national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
    return ("".join(char for char in national if char.isdigit()),)
