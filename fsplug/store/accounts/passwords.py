"""Passwords as argon2id hashes. Hashing is slow on purpose."""

from fsplug.errors import Invalid

# OWASP's password storage cheat sheet, 2025: 19 MiB, two passes, one lane. More lanes would take a core each.
MEMORY_KIB, PASSES, LANES = 19_456, 2, 1
SHORTEST, LONGEST_BYTES = 12, 1024
_FEWEST_DIFFERENT = 5


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        # It takes 10 ms to import, and every command that changes a user comes by this module.
        from argon2 import PasswordHasher

        self._hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        # Stands in for missing accounts, so that checking them takes as long as checking others.
        self._nobodys = self._hasher.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """The hash to keep."""
        return str(self._hasher.hash(_octets(password)))

    def matches(self, kept: str | None, password: str, *, goes_first: bool = False) -> bool:
        """Whether this is the password behind the kept hash.

        Without a hash the result is False, after the same time. Where many wait, who `goes_first` is served first;
        for others TooBusy("too-many-sign-ins") where too many do.
        """
        found = self._verified(kept or self._nobodys, _octets(password))
        return found and kept is not None

    def _verified(self, kept: str, password: bytes) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            return bool(self._hasher.verify(kept, password))
        except (VerificationError, InvalidHashError):
            return False


def check_good(password: str, *known: str) -> None:
    """Invalid("bad-password") if the password is too easy to guess, or is one of the words `known` about its owner."""
    trouble = _trouble(password, known)
    if trouble:
        raise Invalid("bad-password", trouble)


def _trouble(password: str, known: tuple[str, ...]) -> str | None:
    if len(password) < SHORTEST:
        return f"the password has {len(password)} characters; use {SHORTEST} or more, such as four words"
    if len(_octets(password)) > LONGEST_BYTES:
        return f"the password is over {LONGEST_BYTES} bytes; use a shorter one"
    if len(set(password)) < _FEWEST_DIFFERENT:
        return "the password repeats a few characters; use others as well"
    if password.casefold() in (word.casefold() for word in known):
        return "the password is your name or address; use another"
    return None


def _octets(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
