"""The people of a call as pages name them: users by name, others by number."""

from dataclasses import dataclass

from fsplug.policy.numbers import normalise_all
from fsplug.store.calls.participants import Heard

# What stands in place of a number that its owner withholds (RFC 3323, 4.1), and what trunks write for it.
_WITHHELD = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private"})


@dataclass(frozen=True, slots=True)
class Party:
    """`name` is a user's, `number` what they are called by; both empty for somebody who withheld it."""

    name: str
    number: str

    @property
    def is_user(self) -> bool:
        """Whether it is one of the company."""
        return bool(self.name)


def party(end: Heard, country: str) -> Party:
    """One end of a talk; a number in E.164 where it is that, else as the switch had it."""
    if end.username is not None:
        return Party(end.name or end.username, end.username)
    spelled = normalise_all((end.text, *end.numbers), country)
    return Party("", spelled[0] if spelled else "" if end.text.lower() in _WITHHELD else end.text)


def person(end: Heard | None) -> Party | None:
    """The user a recording was made for."""
    return Party(end.name or end.username or "", end.username or "") if end else None
