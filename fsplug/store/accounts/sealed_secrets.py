"""Secrets that the store keeps but can't read: they are sealed with a key that is kept elsewhere."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from fsplug.errors import Invalid, Unavailable

# Keys that sign are read again after this long, and at once, but no more often, where a signature is unknown.
_SIGNING_SECONDS, _AGAIN_SECONDS = 60.0, 1.0
_SIGNATURE_BYTES = 16


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
        self._signing: tuple[float, list[bytes]] | None = None
        _ = self._fernets

    @property
    def can_seal(self) -> bool:
        """Whether there is any key."""
        return bool(self._keys())

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

    def sign(self, text: str) -> str:
        """A signature with the first key, for a cookie. Without any key it proves nothing."""
        return _signature(self._signing_keys(_AGAIN_SECONDS)[0], text)

    def has_signed(self, text: str, signature: str) -> bool:
        """Whether this is a signature of the text with one of the keys. Asking is cheap."""
        return any(
            hmac.compare_digest(_signature(key, text).encode(), signature.encode("utf-8", "replace"))
            for seconds in (_SIGNING_SECONDS, _AGAIN_SECONDS)
            for key in self._signing_keys(seconds)
        )

    def _signing_keys(self, oldest_seconds: float) -> list[bytes]:
        now, kept = time.monotonic(), self._signing
        if kept is None or now - kept[0] > oldest_seconds:
            # A key for signing, from which nobody finds the one that seals.
            found = [hashlib.sha256(b"fsplug signs with " + key.encode()).digest() for key in self._keys() or ("",)]
            kept = self._signing = (now, found)
        return kept[1]

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


def _signature(key: bytes, text: str) -> str:
    digest = hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).rstrip(b"=").decode("ascii")
