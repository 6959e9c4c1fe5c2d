"""The people of a call as pages name them: users by name, others by number."""

from dataclasses import dataclass

from fsplug.policy.numbers import normalise_all
from fsplug.policy.recording.participants import Participant

# The texts in place of a withheld number (RFC 3323, 4.1), as trunks write them.
_WITHHELD = frozenset({"anonymous", "restricted", "unavailable", "unknown", "private"})


@dataclass(frozen=True, slots=True)
class NamedParty:
    """`name` is a user's name, `number` the party's number; both are empty if the number was withheld."""

    name: str
    number: str

    @property
    def is_user(self) -> bool:
        """Whether the party is a user of the company."""
        return bool(self.name)


def party(end: Participant, country: str) -> NamedParty:
    """One end of a talk. A valid number is in E.164; any other is as the switch reported it."""
    if end.username is not None:
        return NamedParty(end.name or end.username, end.username)
    spelled = normalise_all((end.text, *end.numbers), country)
    return NamedParty("", spelled[0] if spelled else "" if end.text.lower() in _WITHHELD else end.text)


def person(end: Participant | None) -> NamedParty | None:
    """The user whose talk was recorded."""
    return NamedParty(end.name or end.username or "", end.username or "") if end else None
