"""Console people beside the cast, a clock to turn, and what they type."""

from dataclasses import dataclass, field, replace
from typing import Any

from fsplug.store.accounts import accounts, signin
from fsplug.store.accounts.passwords import Passwords
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.accounts.signin import SignedIn, TypedCredentials
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store
from tests.store.cast import ACME

ANNA, BO = "anna@acme.example", "bo@acme.example"
PASSWORD = "correct horse battery"


class Clock:
    """Epoch seconds that stand still until a test turns them."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def turn(self, seconds: float) -> None:
        """Later, or earlier."""
        self.now += seconds


class PlainPasswords(Passwords):
    """As quick as a test needs; counts how often it was asked."""

    def __init__(self) -> None:
        # Without a hash for missing accounts, which takes argon2 as long as a test.
        self.asked = 0

    def hash(self, password: str) -> str:
        return f"plain {password}"

    def matches(self, kept: str | None, password: str, *, goes_first: bool = False) -> bool:
        self.asked += 1
        return kept == f"plain {password}"


@dataclass(frozen=True)
class Console:
    """The store as people use it."""

    store: Store
    clock: Clock
    passwords: PlainPasswords = field(default_factory=PlainPasswords)
    secret_keys: SecretKeys = field(default_factory=lambda: SecretKeys([new_key()]))

    def give(self, username: str, **given: Any) -> None:
        """Change a user of Acme's."""

        def change(draft: Draft) -> None:
            kept = {name: value for name, value in draft.entry("user", username).items() if name not in given}
            draft.put("user", {**kept, **{name: value for name, value in given.items() if value is not None}}, username)

        edit(self.store, ACME, "operator", change)

    def made(self, username: str = "1001", email: str = ANNA, role: str = "superuser") -> str:
        """An account with the password."""
        self.give(username, email=email, role=role)
        accounts.set_password(self.store, accounts.new_link(self.store, ACME, username), PASSWORD, self.passwords)
        return username

    def sign_in(self, typed: TypedCredentials | None = None, **others: str) -> SignedIn:
        """Anna signs in, with these words in place of hers."""
        typed = typed or TypedCredentials(ACME, ANNA, PASSWORD, address="192.0.2.1")
        return signin.sign_in(self.store, replace(typed, **others), self.passwords, self.secret_keys)
