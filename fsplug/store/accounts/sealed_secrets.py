"""Secrets that the store keeps but can't read: they are sealed with a key that is kept elsewhere."""

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from fsplug.errors import Invalid, Unavailable


def new_key() -> str:
    """A random key."""
    return Fernet.generate_key().decode("ascii")


class SecretKeys:
    """Seals with the first of `keys`, opens with any: a key can be removed once nothing is sealed with it.

    `keys` is a function and is called each time, because the keys may be replaced. Invalid("bad-secret-key") if one is
    malformed, Invalid("no-secret-key") if there are none.
    """

    def __init__(self, keys: Sequence[str] | Callable[[], Sequence[str]]) -> None:
        self._keys = keys if callable(keys) else lambda: keys
        _ = self._fernets

    def seal(self, text: str) -> str:
        """The text, sealed."""
        return self._all().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text that was sealed; Unavailable("sealed") if its key is missing."""
        try:
            return self._all().decrypt(sealed).decode()
        except InvalidToken:
            text = "a secret was sealed with another secret_key; put that one into secret_keys_before"
            raise Unavailable("sealed", text) from None

    def is_newest(self, sealed: str) -> bool:
        """Whether the text was sealed with the first key."""
        try:
            self._fernets[0].decrypt(sealed)
        except (InvalidToken, IndexError):
            return False
        return True

    @property
    def _fernets(self) -> list[Fernet]:
        try:
            return [Fernet(key) for key in self._keys()]
        except ValueError as error:
            remedy = "put back the one that was there, or take it out and run: fsplug secret rotate"
            raise Invalid("bad-secret-key", f"a secret_key is malformed ({error}); {remedy}") from error

    def _all(self) -> MultiFernet:
        if not (fernets := self._fernets):
            raise Invalid(
                "no-secret-key", "there is no secret_key in the settings; make one with: fsplug secret rotate"
            )
        return MultiFernet(fernets)
