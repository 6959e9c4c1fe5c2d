"""What people tried in vain, counted together: what is kept of many tries is as little as of a few."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Failures within this time are one entry of the audit trail.
WINDOW_SECONDS = 900.0
# The lists of a summary have no more than this many; the rest is only counted.
MOST_ADDRESSES, MOST_PEOPLE, MOST_TYPED = 10, 20, 5
LONGEST_TYPED = 64


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed try: from where, at whose account or call, else what was typed, and what was wrong.

    `by` is the user who tried, where that is known. An address that is not known is empty.
    """

    address: str
    person: str = ""
    typed: str = ""
    wrong: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """The failures of a window. `addresses` and `wrong` say how often each; `more` failures are of other addresses."""

    tries: int = 0
    addresses: Mapping[str, int] = field(default_factory=dict)
    more: int = 0
    people: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    by: tuple[str, ...] = ()

    def with_one(self, one: Failure) -> "Summary":
        """The same with one failure more."""
        address = shown(one.address)
        has_room = not address or address in self.addresses or len(self.addresses) < MOST_ADDRESSES
        is_listed = address and has_room
        addresses = {**self.addresses, address: self.addresses.get(address, 0) + 1} if is_listed else self.addresses
        return Summary(
            self.tries + 1,
            addresses,
            self.more + (not has_room),
            _with(self.people, one.person, MOST_PEOPLE),
            _with(self.typed, "" if one.person else shown(one.typed), MOST_TYPED),
            _with(self.wrong, one.wrong, MOST_TYPED),
            _with(self.by, one.by, MOST_PEOPLE),
        )


def window_of(at: float) -> int:
    """The number of the window that a time lies in."""
    return int(at // WINDOW_SECONDS)


def is_over(window: int, now: float) -> bool:
    """Whether no failure is added to the window any more; one in the future began before the clock was put back."""
    return not window_of(now) <= window <= window_of(now) + 1


def shown(typed: str) -> str:
    """A short piece of what a stranger typed, on one line, with everything that can't be seen written as an escape."""
    text = typed.strip()[:LONGEST_TYPED]
    seen = "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
    return seen[:LONGEST_TYPED]


def _with(known: tuple[str, ...], one: str, most: int) -> tuple[str, ...]:
    return known if not one or one in known or len(known) >= most else (*known, one)
