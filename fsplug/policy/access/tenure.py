"""Since when a username is the person's who has it now: a number that passes to somebody brings no past with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tenure:
    """`version` is the policy version that gave the person the username, and `at` its time (epoch seconds); both are 0
    if nobody had it before.
    """

    version: int = 0
    at: float = 0.0

    def covers(self, at: float, version: int | None) -> bool:
        """Whether a talk of this time is this person's, if its call began under this policy version (None: unknown).

        A call that began before the username passed on stays the other person's, however long it lasts.
        """
        return at >= self.at if version is None else version >= self.version


FROM_THE_BEGINNING = Tenure()


@dataclass(frozen=True, slots=True)
class Known:
    """What an entry says of its person; empty where it says nothing."""

    name: str
    email: str


def is_another(before: Known, after: Known) -> bool:
    """Whether this seems to be another person than before: neither the address nor the name is the same.

    "Bo" and "Bo Lund" are one name. An empty name tells nothing, and without any address a new name opens nothing.
    """
    if not (before.email or after.email) or _words(before.email) == _words(after.email):
        return False
    one, other = _words(before.name), _words(after.name)
    return not (one <= other or other <= one)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.casefold().split())
