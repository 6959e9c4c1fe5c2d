"""What a recording was found by when step 0008 was written: the rows of one recording. Never edited, as the step is."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat
from phonenumbers.shortnumberinfo import is_emergency_number

_FEWEST_DIGITS, _MOST_DIGITS = 3, 30
_ALL, _DEPARTMENT, _GROUP, _GROUP_DEPARTMENT = "all", "department", "group", "group-department"
_PERSON, _NUMBER = "person", "number"


@dataclass(frozen=True, slots=True)
class Talk:
    """A recording and its decision; without one, `decision` and what is known by it are None."""

    recording: str
    company: str
    at: float
    username: str | None
    decision: str | None
    direction: str | None
    group: str | None
    caller: str | None
    answerer: str | None
    inputs: str | None


@dataclass(frozen=True, slots=True)
class Keyword:
    """One word that recordings of a company are found by; `direction` is empty for those of every direction."""

    company: str
    kind: str
    text: str
    direction: str = ""

    def id(self) -> int:
        """63 bits of a hash."""
        named = "\0".join((self.company, self.kind, self.text, self.direction))
        return int.from_bytes(hashlib.blake2b(named.encode(), digest_size=8).digest()) >> 1

    def number_parts(self) -> Iterator[str]:
        """What a part of the number begins one of: its digits from every place on. None for other words."""
        bare = _digits_in(self.text) if self.kind == _NUMBER else ""
        yield from (bare[at:] for at in range(len(bare) - _FEWEST_DIGITS + 1))


@dataclass(frozen=True, slots=True)
class Card:
    """A recording's keywords, in order, and the digits of the numbers outside the company."""

    keywords: tuple[Keyword, ...]
    digits: str


def card(talk: Talk, country_of: Callable[[str], str | None]) -> Card:
    """What the recording is found by; `country_of` gives the country of a company's id."""
    inputs = json.loads(talk.inputs) if talk.inputs else {}
    ends = [_end(inputs.get("caller"), talk.caller), _end(inputs.get("answerer"), talk.answerer)]
    people = sorted({name for name in (talk.username, *(end.username for end in ends)) if name})
    outside = _outside_numbers(ends, people, country_of(talk.company))
    departments = sorted({_clean(end.department) for end in ends if end.department})
    named = [(_ALL, ""), *((_DEPARTMENT, one) for one in departments)]
    if talk.group:
        named.append((_GROUP, talk.group))
        named += [(_GROUP_DEPARTMENT, f"{talk.group} {one}") for one in departments]
    found = [Keyword(talk.company, kind, text) for kind, text in named]
    if talk.direction:
        found += [Keyword(talk.company, kind, text, talk.direction) for kind, text in named]
    found += [Keyword(talk.company, _PERSON, _clean(one)) for one in people]
    found += [Keyword(talk.company, _NUMBER, one) for one in outside]
    return Card(tuple(found), " ".join(map(_digits_in, outside)))


@dataclass(frozen=True, slots=True)
class _End:
    text: str
    username: str | None
    department: str | None
    numbers: tuple[str, ...]


def _end(party: Any, text: str | None) -> _End:
    party = party if isinstance(party, dict) else {}
    user: Mapping[str, Any] = party.get("user") if isinstance(party.get("user"), dict) else {}
    numbers = tuple(str(number) for number in party.get("numbers") or ())
    return _End(text or next(iter(numbers), ""), user.get("username"), user.get("department"), numbers)


def _outside_numbers(ends: Collection[_End], people: Collection[str], country: str | None) -> list[str]:
    outside = [end for end in ends if end.username is None and end.text not in people]
    texts = dict.fromkeys(text for end in outside for text in (end.text, *end.numbers))
    found = ((_normalised(text, country) if country else None) or _bare(text) for text in texts)
    return list(dict.fromkeys(one for one in found if one))


def _bare(text: str) -> str:
    found = _digits_in(text)
    return found if _FEWEST_DIGITS <= len(found) <= _MOST_DIGITS else ""


def _digits_in(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _clean(text: str) -> str:
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


# Telephone numbers, brought to E.164.

_LONGEST_SPELLING = 512
_SCHEME = re.compile(r"^\s*(?:sips?|tel):", re.IGNORECASE)
_ANGLED = re.compile(r"<([^<>]*)>")
_CONTEXT = re.compile(r";phone-context=(\+[0-9]+)", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\u00a0\u2000-\u200d\u2060\ufeff().\-\u2010-\u2015/]")
_DIALLED = re.compile(r"\+?[0-9]+")


@lru_cache(maxsize=65_536)
def _normalised(text: str, country: str) -> str | None:
    digits = _dialled(text)
    if digits is None or is_emergency_number(digits, country):
        return None
    return _e164(digits, country)


def _dialled(text: str) -> str | None:
    if len(text) > _LONGEST_SPELLING:
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
