"""Passkeys on pages: who the console is for them, what a page hands to its script, and what the script sends back."""

from flask import request

from fsplug.store.accounts import passkeys
from fsplug.store.accounts.passkeys import Answer, PasskeyRequest
from fsplug.store.accounts.tokens import hash_of, new_token
from fsplug.store.accounts.webauthn import RelyingParty
from fsplug.web.kernel import guard

# The fields that the script fills; where a page's own form is in the way, something is put before them.
ANSWER, CHALLENGE = "passkey", "passkey-challenge"
# The cookie that a challenge is bound to before there is a session.
VISITOR = "passkey"


def party() -> RelyingParty:
    """The console, exactly as its address in the settings has it."""
    return RelyingParty.at(guard.services().url)


def ask(purpose: str, holder: str, known: list[str] | None) -> PasskeyRequest | None:
    """What a page hands to its script; None where browsers have no passkeys for this address."""
    services, here = guard.services(), party()
    if not here.is_possible:
        return None
    return passkeys.ask(services.store, here, purpose, holder, known, services.secret_keys)


def answer(holder: str, before: str = "") -> Answer | None:
    """What the script has sent; None if it sent nothing."""
    form = request.form
    sealed, text = form.get(before + CHALLENGE, ""), form.get(before + ANSWER, "")
    return Answer(sealed, text, holder) if text else None


def visitor() -> tuple[str, str]:
    """A visitor without a session: the cookie's value, new if there was none, and whom a challenge is given to."""
    cookie = guard.cookie(VISITOR) or new_token()
    return cookie, f"visitor {hash_of(cookie)}"
