"""The digits that stand anywhere in a text, and whether they name a number under the prefixes put before numbers.

`numbers` reads a text as the one number that it is. That is not enough for a number that must never be recorded: trunks
and other telephone systems hand on what was dialled, with a line outside (0, 9) before it and a service after it, or
put a country's code before a number that has one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata

from fsplug.policy.header_values import LONGEST_VALUE
from fsplug.policy.numbers import seen, spaced
from fsplug.policy.service_prefixes import service_prefixes

# E.164 has 15 digits at most; before them stand a line outside, a prefix for abroad and codes.
_FEWEST, _MOST = 7, 24
# By so many last digits a number is looked up. No number of a country's with its code is shorter.
_ENDING = 6
_DIALLED = re.compile(rf"\+?[0-9]{{{_FEWEST},{_MOST}}}")
_WRITTEN = re.compile(r"\+?[0-9]+(?:[ \t().,/-]{1,3}\+?[0-9]+)*")
_PIECE = re.compile(r"\+?[0-9]+")
# An address of a machine, with its port.
_ADDRESS = re.compile(r"(?<![0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![0-9.])(?::[0-9]+)?")
# RFC 3966, 5.1.5: what a local number is dialled within.
_CONTEXT = re.compile(r"0?([0-9][0-9 ().-]{0,30});\s*phone-context=\s*(\+[0-9]+)", re.IGNORECASE)
# Made at random, of digits alone by some phones.
_TAG = re.compile(r";\s*tag=[^;>,\s]*", re.IGNORECASE)


def numbers_written(text: str) -> tuple[str, ...]:
    """What stands in a header's value as digits, in order: `22 33 44 99` of `target=22%2033%2044%2099`.

    Blanks are left between digits that are written apart. Addresses and tags are left out.
    """
    if _DIALLED.fullmatch(text):
        return (text,)
    plain = spaced(seen(_unquoted(text[:LONGEST_VALUE])))
    plain = _CONTEXT.sub(r"\2 \1", plain) if ";" in plain else plain
    found = _WRITTEN.findall(_ADDRESS.sub(" ", _TAG.sub("", plain)))
    apart = (one if one.isdecimal() else " ".join(_PIECE.findall(one)) for one in found if len(one) >= _FEWEST)
    return tuple(dict.fromkeys(one for one in apart if len(one.replace(" ", "").removeprefix("+")) >= _FEWEST))


def named_in(texts: Iterable[str], numbers: frozenset[str], country: str) -> str | None:
    """The first of these numbers (E.164) that digits in these texts end in, with nothing but prefixes before it.

    Prefixes are 9 for a line outside, zeros, what is dialled for abroad, the code of the number's country and of
    `country` (ISO 3166), and services' such as `141`; without its code a number is `country`'s. After a plus, digits
    that are somebody else's number are that number. The same digits can be two numbers: one of `numbers` counts then.
    """
    by_ending = _by_ending(numbers)
    for text in texts:
        for digits in _runs(text):
            for number in by_ending.get(digits[-_ENDING:], ()):
                if _names(digits, number, country):
                    return number
    return None


@lru_cache(maxsize=64)
def _by_ending(numbers: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for number in sorted(numbers):
        found.setdefault(number[-_ENDING:], []).append(number)
    return {ending: tuple(some) for ending, some in found.items()}


def _runs(text: str) -> Iterable[str]:
    return (text,) if _DIALLED.fullmatch(text) else _joined(text)


@lru_cache(maxsize=4_096)
def _joined(text: str) -> tuple[str, ...]:
    """Each digits of the text, and those written apart in every way in which they can be one number."""
    return tuple(dict.fromkeys(run for one in numbers_written(text) for run in _ways(one.split())))


def _ways(pieces: list[str]) -> Iterator[str]:
    for first in range(len(pieces)):
        run = pieces[first]
        if len(run) >= _FEWEST:
            yield run
        for piece in pieces[first + 1 :]:
            if piece.startswith("+") or len(run) > _MOST:
                break
            run += piece
            if len(run) >= _FEWEST:
                yield run


@lru_cache(maxsize=16_384)
def _names(run: str, number: str, country: str) -> bool:
    code, national = _parts(number)
    digits = run.removeprefix("+")
    if len(digits) > _MOST or not digits.endswith(national) or (run != digits and _is_another(run, number)):
        return False
    return _prefixes(code, country).fullmatch(digits.removesuffix(national)) is not None


@lru_cache(maxsize=4_096)
def _parts(number: str) -> tuple[int, str]:
    parsed = phonenumbers.parse(number)
    return int(parsed.country_code or 0), str(phonenumbers.national_significant_number(parsed))


def _is_another(written: str, number: str) -> bool:
    try:
        parsed = phonenumbers.parse(written)
    except NumberParseException:
        return False
    if not phonenumbers.is_valid_number(parsed):
        return False
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) != number


@lru_cache(maxsize=1_024)
def _prefixes(code: int, country: str) -> re.Pattern[str]:
    """What can stand before the national part of a number with this code."""
    home = int(phonenumbers.country_code_for_region(country))
    services = filter(str.isdecimal, service_prefixes(country))
    known = dict.fromkeys(("0", str(home), str(code), *_dialled_first(country, home), *services))
    any_of = f"(?:{'|'.join(known)})*"
    if code == home:
        return re.compile(f"9?{any_of}")
    return re.compile(f"9?{any_of}{code}0?")


def _dialled_first(country: str, code: int) -> Iterator[str]:
    """What the country's people dial before a number at home and before one abroad, where that is digits alone."""
    known = PhoneMetadata.metadata_for_region(country)
    if known:
        written = (known.national_prefix, known.international_prefix, known.preferred_international_prefix)
        yield from (one for one in written if one and one.isdecimal() and one != str(code))


def _unquoted(text: str) -> str:
    """Without percent signs' escapes, and without those of a URI within a URI's headers."""
    return unquote(unquote(text)) if "%" in text else text
