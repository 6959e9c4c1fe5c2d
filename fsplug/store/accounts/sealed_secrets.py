"""What the store keeps and must not be able to read: sealed with a key that lies elsewhere."""

from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from fsplug.errors import Invalid, Unavailable


def new_key() -> str:
    """A random key."""
    return Fernet.generate_key().decode("ascii")


class Vault:
    """Seals with the first of `keys`, opens with any: a key goes out of use once nothing is sealed with it any more.

    A function is asked for the keys each time: they may be replaced meanwhile. Invalid("bad-secret-key") when one is no
    key. Without keys nothing is sealed or opened: Invalid("no-secret-key").
    """

    def __init__(self, keys: Sequence[str] | Callable[[], Sequence[str]]) -> None:
        self._keys = keys if callable(keys) else lambda: keys
        _ = self._fernets

    def seal(self, text: str) -> str:
        """The text, sealed."""
        return self._all().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed; Unavailable("sealed") when its key is not here."""
        try:
            return self._all().decrypt(sealed).decode()
        except InvalidToken:
            text = "a secret was sealed with another secret_key; put that one into secret_keys_before"
            raise Unavailable("sealed", text) from None

    def is_newest(self, sealed: str) -> bool:
        """Whether it was sealed with the first key."""
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
            raise Invalid("bad-secret-key", f"a secret_key is no key ({error}); {remedy}") from error

    def _all(self) -> MultiFernet:
        if not (fernets := self._fernets):
            raise Invalid(
                "no-secret-key", "there is no secret_key in the settings; make one with: fsplug secret rotate"
            )
        return MultiFernet(fernets)
