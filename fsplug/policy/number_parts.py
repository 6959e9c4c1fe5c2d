"""A part of a number, as people type it to find who has it."""

import re

from fsplug.policy.numbers import compact, normalise

# The fewest digits that can be searched for; a longer text than `MOST_DIGITS` is not a number.
FEWEST_DIGITS, MOST_DIGITS = 3, 30


def digits(text: str) -> str:
    """The digits in it, in ASCII."""
    bare = text.removeprefix("+")
    if bare.isascii() and bare.isdigit():
        return bare
    return "".join(str(int(char)) for char in text if char.isdecimal())


def parts_of_typed(typed: str, country: str) -> tuple[str, ...]:
    """The digits to look for when somebody types this: the digits of the number it spells, and the digits as typed.

    The beginning of a number is dialled with zeros that E.164 lacks (00 for abroad, 0 at home in many countries, which
    is also written as (0) after the country's code).
    """
    spelled, dialled = normalise(typed, country), compact(typed)
    # Of a star code or a service prefix, only what comes after it.
    bare = digits(re.split("[*#]", dialled)[-1] if dialled else typed)
    found = dict.fromkeys(one for one in (digits(spelled or ""), bare.lstrip("0"), bare) if len(one) >= FEWEST_DIGITS)
    # Every number that holds a longer part also holds the shorter parts within it.
    return tuple(one for one in found if not any(other in one for other in found if other != one))
