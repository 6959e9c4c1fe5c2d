"""The telephone numbers that the operator gives a company: ranges of E.164 numbers, of one number or many."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class NumberRange:
    """The numbers from `first` to `last`, both E.164 and equally long."""

    first: str
    last: str

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    def overlaps(self, other: "NumberRange") -> bool:
        """Whether one call could be for both: a longer number belongs to the shorter one that it begins with."""
        length = min(len(self.first), len(other.first))
        return self.first[:length] <= other.last[:length] and other.first[:length] <= self.last[:length]


def range_trouble(first: str, last: str) -> str:
    """What is wrong with a range from `first` to `last`, both E.164, and the remedy; "" if nothing is."""
    if len(first) != len(last):
        return f"{first} and {last} are not equally long; give the first and the last number of one range"
    return f"{last} comes before {first}; give the first number, then the last" if last < first else ""


class Ranges:
    """The ranges of one company, looked up thousands of times."""

    def __init__(self, ranges: Iterable[NumberRange]) -> None:
        self._of_length: dict[int, list[NumberRange]] = {}
        for one in sorted(ranges):
            self._of_length.setdefault(len(one.first), []).append(one)

    def has(self, number: str) -> bool:
        """Whether this number (E.164) lies in one of the ranges."""
        some = self._of_length.get(len(number), [])
        # The ranges of one company don't overlap: the last that begins before the number is the only one.
        place = bisect_right(some, number, key=lambda one: one.first)
        return place > 0 and number <= some[place - 1].last
