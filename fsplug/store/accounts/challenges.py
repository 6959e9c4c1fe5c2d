"""Challenges for passkeys: sealed, so that making one costs the store nothing; bound to a browser, and good once."""

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass

from fsplug.errors import Refused, Unavailable
from fsplug.store.accounts import tokens
from fsplug.store.accounts.sealed_secrets import SecretKeys
from fsplug.store.accounts.tokens import Secret, TokenKind
from fsplug.store.accounts.webauthn import new_challenge
from fsplug.store.db.database import Store

GOOD_SECONDS = 300.0
LONGEST_SEALED = 2_048


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is to be signed; `purpose` is what for, and `holder` the session or browser that it was given to."""

    purpose: str
    holder: str
    signed: bytes


def new(store: Store, purpose: str, holder: str, secret_keys: SecretKeys) -> tuple[bytes, str]:
    """What is to be signed, and the sealed challenge that comes back with the answer."""
    signed = new_challenge()
    facts = [purpose, holder, b64encode(signed).decode("ascii"), store.now() + GOOD_SECONDS]
    return signed, secret_keys.seal(json.dumps(facts))


def opened(store: Store, sealed: str, holder: str, secret_keys: SecretKeys) -> Challenge:
    """The challenge; Refused("passkey-late") if it is not one of ours, another's, or older than a few minutes."""
    try:
        purpose, given_to, signed, until = json.loads(secret_keys.open(sealed[:LONGEST_SEALED]))
    except (Unavailable, ValueError):
        raise _late() from None
    left = float(until) - store.now()
    if given_to != holder or not 0.0 < left <= GOOD_SECONDS:
        raise _late()
    return Challenge(purpose, holder, b64decode(signed))


def spend(store: Store, challenge: Challenge, whose: Secret) -> None:
    """Use it up; Refused("passkey-late") if it was used before."""
    token = b64encode(challenge.signed).decode("ascii")
    if not tokens.spend(store, TokenKind.CHALLENGE, whose, token, GOOD_SECONDS):
        raise _late()


def _late() -> Refused:
    return Refused("passkey-late", "this request for a passkey was answered already, or is too old; try again")
