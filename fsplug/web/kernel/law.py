"""The authority that says how calls may be recorded."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority of this country, in the text law-page-COUNTRY, and the address of its page on the subject."""

    country: str
    address: str


_DENMARK = Authority(
    "dk",
    "https://www.datatilsynet.dk/hvad-siger-reglerne/vejledning/optagelser-og-overvaagning/optagelse-af-telefonsamtaler",
)
_SWEDEN = Authority("se", "https://www.imy.se/verksamhet/dataskydd/det-har-galler-enligt-gdpr/rattslig-grund/")
_OF_COUNTRY = {"DK": _DENMARK, "SE": _SWEDEN}
_OF_LANGUAGE = {"da": _DENMARK, "sv": _SWEDEN, "en": _DENMARK}


def authority(country: str | None, language: str) -> Authority:
    """That of the company's country; of the reader's language before sign-in and in any other country."""
    return _OF_COUNTRY.get(country or "", _OF_LANGUAGE[language])
