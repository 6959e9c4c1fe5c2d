"""The keys of a phone that do something to the recording of its call, as the installation sets them."""

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import permutations

from fsplug.errors import Invalid


class Key(StrEnum):
    """What a key is for: START also keeps, where policy has it so, and PAUSE also goes on."""

    START = "start"
    PAUSE = "pause"
    STOP = "stop"


# The value that sets no key at all.
NONE = "none"
DEFAULT = "start=*1 pause=*2 stop=*3"

# Plain digits are for whoever is called: a menu, a bank's telephone service.
_PRESSES = re.compile(r"[*#][0-9*#]{1,3}")


def set_keys(text: str) -> Mapping[Key, str]:
    """What is pressed for each key that there is, of a text such as `DEFAULT`; a key that it does not name has nothing.

    Invalid("bad-keys") names what is wrong and what to give instead.
    """
    found: dict[Key, str] = {}
    for part in [] if text.strip() == NONE else text.split():
        name, _, presses = part.partition("=")
        if name not in set(Key):
            raise _bad(f"{part[:40]!r} names none of {', '.join(Key)}")
        if name in found:
            raise _bad(f"{name} is there twice")
        if not _PRESSES.fullmatch(presses):
            raise _bad(f"{part[:40]!r} does not have * or # and then one to three of 0-9, * and #")
        found[Key(name)] = presses
    for one, other in permutations(found, 2):
        if found[other].startswith(found[one]):
            raise _bad(
                f"{one}={found[one]} is also how {other}={found[other]} begins, and nobody could tell them apart"
            )
    return found


def _bad(fault: str) -> Invalid:
    return Invalid(
        "bad-keys", f"{fault}; give each key another value, such as {DEFAULT}, leave some out, or give {NONE}"
    )
