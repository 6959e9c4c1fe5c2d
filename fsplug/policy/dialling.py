"""How the people of a country dial, as patterns that have the same meaning in FreeSWITCH and in Python."""

import re
from dataclasses import dataclass
from functools import lru_cache

from phonenumbers import PhoneMetadata, PhoneNumberDesc

from fsplug.errors import Invalid

# The European emergency number works in every network (ETSI TS 122 101, 10.1.1).
_EMERGENCY_EVERYWHERE = "112"
# The short codes for speech; the other short codes are for messages, and look like mistyped extensions.
_SERVICES = "1|[2-9]11$"
_NO_NUMBER = "(?!)"
# North America dials ten digits with or without the 1; elsewhere a number without its trunk prefix may be a local one.
_NORTH_AMERICA = 1


@dataclass(frozen=True, slots=True)
class Dialling:
    """Regular expressions (PCRE) of a country, none of them anchored or capturing.

    `plus` begins an international number, `home` one of this country, however it is written; `national` is the rest
    of one of this country, `emergency` an emergency number, `service` a short one such as 1177. `code` is the country's
    code.
    """

    code: str
    plus: str
    home: str
    national: str
    emergency: str
    service: str

    def e164(self, dialled: str) -> str | None:
        """The dialled number as E.164 (`+4570101155`); None if it is not an outside number."""
        if found := re.fullmatch(f"{self.home}({self.national})", dialled, re.ASCII):
            return f"+{self.code}{found[1]}"
        found = re.fullmatch(f"{self.plus}([1-9][0-9]{{6,14}})", dialled, re.ASCII)
        return f"+{found[1]}" if found else None

    def is_home(self, dialled: str) -> bool:
        """Whether the number is dialled as one of this country."""
        return re.fullmatch(f"{self.home}(?:{self.national})", dialled, re.ASCII) is not None

    def is_emergency(self, dialled: str) -> bool:
        """Whether the number is an emergency number."""
        return re.fullmatch(self.emergency, dialled, re.ASCII) is not None

    def is_service(self, dialled: str) -> bool:
        """Whether the number is a short number of the country's telephone services."""
        return re.fullmatch(self.service, dialled, re.ASCII) is not None

    @property
    def outside(self) -> str:
        """A pattern of the numbers outside, however they are dialled, and behind * or # of emergency numbers."""
        return f"(?:(?<=[*#]){self.emergency}|{self.home}{self.national}|{self.plus}[1-9][0-9]{{6,14}})"

    def spellings(self, e164: str) -> str:
        """A pattern of all spellings that `e164` turns into this number."""
        national = e164.removeprefix(f"+{self.code}")
        if national != e164 and re.fullmatch(self.national, national, re.ASCII):
            return f"{self.home}{national}"
        return f"{self.plus}{e164.removeprefix('+')}"


@lru_cache(maxsize=256)
def dialling(country: str) -> Dialling:
    """The dialling rules of a country (ISO 3166), from phonenumbers' metadata."""
    known = PhoneMetadata.metadata_for_region(country)
    if known is None:
        raise Invalid(
            "unknown-country", f"{country} is not a country; use a two-letter ISO code such as DK", country=country
        )
    short = PhoneMetadata.short_metadata_for_region(country)
    abroad = _digits(known.international_prefix or "00")
    plus = f"(?:[+]|{abroad})"
    trunk = known.national_prefix or ""
    optional = "?" if known.country_code == _NORTH_AMERICA else ""
    national = _numbers(known.general_desc)
    # People copy +45... without its plus. Where that reads as a number dialled at home, it is that one.
    bare = f"|(?!{national}$){known.country_code}" if str(known.country_code) != trunk else ""
    return Dialling(
        code=str(known.country_code),
        plus=plus,
        # If 00 dials abroad, no number of the country itself begins with it.
        home=f"(?:{plus}{known.country_code}|(?!{abroad}){trunk}{optional}{bare})",
        national=national,
        emergency=f"(?:{_EMERGENCY_EVERYWHERE}|{_numbers(short.emergency if short else None)})",
        service=f"(?:(?={_SERVICES}){_numbers(short.short_code if short else None)})",
    )


def _numbers(known: PhoneNumberDesc | None) -> str:
    return _digits((known.national_number_pattern if known else None) or _NO_NUMBER)


def _digits(pattern: str) -> str:
    r"""The pattern without backslashes: FreeSWITCH interprets some of them itself, and its \d matches other digits than
    Python's.
    """
    return "(?:" + pattern.replace(r"\d", "[0-9]") + ")"
