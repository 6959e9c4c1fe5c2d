"""How signing in is refused, and accounts with an authenticator."""

import pytest

from fsplug.errors import Refused
from fsplug.policy.access import totp
from fsplug.store.accounts import authenticators
from tests.store.accountcast import ANNA, Console
from tests.store.cast import ACME


def refusal_of(console: Console, **others: str) -> str:
    with pytest.raises(Refused) as refused:
        console.sign_in(**others)
    return refused.value.code


def with_totp(console: Console, username: str = "1001", email: str = ANNA) -> str:
    console.made(username, email)
    secret = authenticators.new(console.store, ACME, username, console.secret_keys)
    code = totp.code(secret, int(console.clock()) // 30)
    authenticators.confirm(console.store, ACME, username, code, console.secret_keys)
    console.clock.turn(30)
    return secret
