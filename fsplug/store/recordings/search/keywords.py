"""What a recording is found by: one keyword for each person, department, group and number, some with the direction."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from fsplug.policy.number_parts import FEWEST_DIGITS, MOST_DIGITS, digits
from fsplug.policy.numbers import normalise
from fsplug.policy.recording.participants import Participant
from fsplug.store.db.text import clean


class KeywordKind(StrEnum):
    """What a keyword names.

    Keywords with many recordings are also kept for each direction, so that any page is quick.
    """

    ALL = "all"
    DEPARTMENT = "department"
    GROUP = "group"
    GROUP_DEPARTMENT = "group-department"
    PERSON = "person"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, order=True)
class Keyword:
    """One keyword; `direction` is empty for recordings of every direction."""

    kind: KeywordKind
    text: str = ""
    direction: str = ""

    def id(self, company: str) -> int:
        """The keyword's number in the company with this id.

        It is 63 bits of a hash: a writer need not look it up, and search results are checked again.
        """
        named = "\0".join((company, self.kind, self.text, self.direction))
        return int.from_bytes(hashlib.blake2b(named.encode(), digest_size=8).digest()) >> 1


def of_talk(
    ends: Collection[Participant], people: Collection[str], group: str | None, direction: str, outside: Collection[str]
) -> list[Keyword]:
    """The keywords of a recording of this talk: `people` are the users heard in it, `outside` the others' numbers."""
    departments = sorted({clean(end.department) for end in ends if end.department})
    found = [Keyword(KeywordKind.ALL), *(Keyword(KeywordKind.DEPARTMENT, one) for one in departments)]
    if group:
        found.append(Keyword(KeywordKind.GROUP, group))
        found += [Keyword(KeywordKind.GROUP_DEPARTMENT, pair(group, one)) for one in departments]
    if direction:
        found += [Keyword(one.kind, one.text, direction) for one in found]
    found += [Keyword(KeywordKind.PERSON, clean(one)) for one in people]
    return found + [Keyword(KeywordKind.NUMBER, one) for one in outside]


def pair(group: str, department: str) -> str:
    """The text of a group and a department together."""
    return f"{group} {department}"


def numbers(ends: Collection[Participant], people: Collection[str], country: str | None) -> list[str]:
    """The numbers of the ends that are not users: in E.164 if possible, else their digits."""
    outside = [end for end in ends if end.username is None and end.text not in people]
    texts = dict.fromkeys(text for end in outside for text in (end.text, *end.numbers))
    found = ((normalise(text, country) if country else None) or _bare(text) for text in texts)
    return list(dict.fromkeys(one for one in found if one))


def parts(number: str) -> Iterator[str]:
    """The suffixes of the number's digits: any part of the number is the beginning of one of them."""
    bare = digits(number)
    yield from (bare[at:] for at in range(len(bare) - FEWEST_DIGITS + 1))


def _bare(text: str) -> str:
    found = digits(text)
    return found if FEWEST_DIGITS <= len(found) <= MOST_DIGITS else ""
