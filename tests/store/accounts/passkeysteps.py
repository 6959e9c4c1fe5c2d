"""What a browser does with passkeys, step by step, and how that is refused."""

from collections.abc import Callable

import pytest

from fsplug.errors import Refused
from fsplug.store.accounts import passkeys, sessions, signin
from fsplug.store.accounts.passkeys import INSTEAD, Answer
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.accounts.webauthn import RelyingParty
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.passkeydevice import ORIGIN, Device

PARTY = RelyingParty(ORIGIN)
HOLDER = "visitor x"
NOBODY = TypedCredentials("", "", "", address="192.0.2.1", agent="Firefox")


def begun_session(console: Console, username: str = "1001") -> sessions.Session:
    token = sessions.begin(console.store, ACME, username, "192.0.2.1", "Firefox")
    found = sessions.find(console.store, token)
    assert found is not None
    return found


def add_passkey(console: Console, device: Device, username: str = "1001", name: str = "phone") -> passkeys.Passkey:
    session = begun_session(console, username)
    asked = passkeys.ask_new(console.store, PARTY, session, console.secret_keys)
    answer = Answer(asked.challenge, device.make(asked.options), session.id)
    return passkeys.add(console.store, PARTY, session, name, answer, console.secret_keys)


def ask_for_passkey(console: Console, purpose: str = INSTEAD, holder: str = HOLDER) -> passkeys.PasskeyRequest:
    return passkeys.ask(console.store, PARTY, purpose, holder, None, console.secret_keys)


def sign_in_by_passkey(
    console: Console, device: Device, typed: TypedCredentials = NOBODY, **others: str
) -> signin.SignedIn:
    asked = ask_for_passkey(console, **others)
    return signed_in_by_answer(console, Answer(asked.challenge, device.prove(asked.options), HOLDER), typed)


def signed_in_by_answer(console: Console, answer: Answer, typed: TypedCredentials = NOBODY) -> signin.SignedIn:
    return signin.sign_in_by_passkey(console.store, typed, PARTY, answer, console.secret_keys)


def refusal_code(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code
