"""Signing in with an authenticator: its codes, who must have one, and its secret."""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from threading import Thread

import pytest

from fsplug.errors import Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.access import totp
from fsplug.store.accounts import accounts, authenticators, sessions, signin
from fsplug.store.accounts.sealed_secrets import SecretKeys, new_key
from fsplug.store.accounts.signin import TypedCredentials
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import ANNA, BO, PASSWORD, Clock, Console
from tests.store.accounts.signing import refusal_of, with_totp
from tests.store.cast import ACME


def test_with_an_authenticator_a_code_is_asked_for_after_the_password(console: Console) -> None:
    secret = with_totp(console)
    assert refusal_of(console, password="wrong") == "sign-in-refused"
    assert refusal_of(console) == "code-wanted"
    assert refusal_of(console, code="000000") == "sign-in-refused"
    code = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=code).username == "1001"
    assert refusal_of(console, code=code) == "sign-in-refused", "a code that somebody looked at is good no more"


def test_codes_are_guessed_no_faster_than_passwords(console: Console) -> None:
    with_totp(console)
    codes = [refusal_of(console, code=f"{n:06}") for n in range(8)]
    assert codes[-1] == "sign-in-later"


def test_a_code_used_in_a_clock_a_month_ahead_locks_the_owner_out_for_no_moment(console: Console) -> None:
    month = 30 * 86_400.0
    secret = with_totp(console)
    console.clock.turn(month)
    ahead = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=ahead).username == "1001"
    console.clock.turn(-month)
    code = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=code).username == "1001"
    assert refusal_of(console, code=code) == "sign-in-refused"
    console.clock.turn(month)
    assert refusal_of(console, code=ahead) == "sign-in-refused", "nobody uses it a second time when its time comes"


def test_one_code_lets_one_of_many_in_at_the_same_moment(open_store: Callable[..., Store]) -> None:
    clock = Clock()
    console = Console(open_store(clock=clock), clock)
    secret = with_totp(console)
    code, inside = totp.code(secret, int(console.clock()) // 30), []

    def enter(number: int) -> None:
        typed = TypedCredentials(ACME, ANNA, PASSWORD, code, f"192.0.2.{number}")
        with contextlib.suppress(Refused):
            store = open_store(clock=console.clock)
            inside.append(signin.sign_in(store, typed, console.passwords, console.secret_keys))

    threads = [Thread(target=enter, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(inside) == 1


def test_an_authenticator_counts_once_its_first_code_was_seen_and_is_not_replaced(console: Console) -> None:
    console.made()
    secret = authenticators.new(console.store, ACME, "1001", console.secret_keys)
    with pytest.raises(Refused, match="not the current code"):
        authenticators.confirm(console.store, ACME, "1001", "123", console.secret_keys)
    assert console.sign_in()
    authenticators.confirm(
        console.store, ACME, "1001", totp.code(secret, int(console.clock()) // 30), console.secret_keys
    )
    assert [one.receiver for one in mails.listed(console.store, ACME) if one.kind is MailKind.CODES_ON] == [ANNA]
    with pytest.raises(Refused, match="has an authenticator"):
        authenticators.new(console.store, ACME, "1001", console.secret_keys)
    authenticators.remove(console.store, ACME, "1001", "root")
    assert console.sign_in()


def test_a_role_taken_away_and_given_back_turns_no_codes_off(console: Console) -> None:
    secret = with_totp(console)
    used = totp.code(secret, int(console.clock()) // 30)
    assert console.sign_in(code=used)
    console.give("1001", role="none")
    newer = SecretKeys([new_key(), *_keys(console.secret_keys)])
    assert authenticators.seal_anew(console.store, newer) == 1, "with a new key, too, while there is no account"
    console.made()
    assert accounts.get(console.store, ACME, "1001").totp
    back = replace(console, secret_keys=newer)
    assert refusal_of(back) == "code-wanted"
    assert refusal_of(back, code=used) == "sign-in-refused"
    console.clock.turn(60)
    assert back.sign_in(code=totp.code(secret, int(console.clock()) // 30))


def test_a_removed_person_s_codes_are_not_those_of_the_next_with_the_username(console: Console) -> None:
    newcomer = {"username": "1009", "extension": "1009"}
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", newcomer))
    with_totp(console, "1009", "n@acme.example")
    console.give("1009", role="none")
    edit(console.store, ACME, "operator", lambda draft: draft.remove("user", "1009"))
    edit(console.store, ACME, "operator", lambda draft: draft.put("user", newcomer))
    console.made("1009", "n@acme.example")
    assert console.sign_in(email="n@acme.example").username == "1009"


def test_a_superuser_must_set_one_up_where_the_company_says_so(console: Console) -> None:
    console.made()
    console.made("1002", BO, "my-console")

    def change(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "superuser_totp": True})

    edit(console.store, ACME, "operator", change)
    needs = [sessions.find(console.store, console.sign_in(email=email).session) for email in (ANNA, BO)]
    assert [one and one.needs_totp for one in needs] == [True, False]
    assert companies.get(console.store, ACME).superuser_totp


def test_a_secret_is_sealed_and_its_key_may_be_replaced(console: Console) -> None:
    secret = with_totp(console)
    [(kept,)] = console.store.rows("SELECT secret FROM authenticator")
    assert secret not in kept
    old, new = console.secret_keys, new_key()
    both = SecretKeys([new, *_keys(old)])
    assert authenticators.seal_anew(console.store, both) == 1
    assert authenticators.seal_anew(console.store, both) == 0
    code = totp.code(secret, int(console.clock()) // 30)
    typed = TypedCredentials(ACME, ANNA, PASSWORD, code, "192.0.2.1")
    assert signin.sign_in(console.store, typed, console.passwords, SecretKeys([new])).username == "1001"


def _keys(secret_keys: SecretKeys) -> list[str]:
    import base64

    return [base64.urlsafe_b64encode(one._signing_key + one._encryption_key).decode() for one in secret_keys._fernets]
