"""Passkeys: used instead of a password and after it, and whatever is not quite right refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.store.accounts import challenges, passkeys, sessions
from fsplug.store.accounts.passkeys import STEP_UP, Answer
from fsplug.store.audit import trail
from fsplug.store.change.draft import Draft, edit
from tests.store.accountcast import ANNA, BO, Console
from tests.store.accounts.passkeysteps import (
    HOLDER,
    NOBODY,
    PARTY,
    add_passkey,
    ask_for_passkey,
    begun_session,
    refusal_code,
    sign_in_by_passkey,
    signed_in_by_answer,
)
from tests.store.cast import ACME, BETA
from tests.store.passkeydevice import ORIGIN, Device
from tests.tables import table


@pytest.fixture
def device(console: Console) -> Device:
    """Anna's."""
    console.made()
    device = Device()
    add_passkey(console, device)
    return device


def test_it_signs_in_alone_and_says_when_it_was_used(console: Console, device: Device) -> None:
    console.clock.turn(60)
    signed_in = sign_in_by_passkey(console, device)
    assert (signed_in.company, signed_in.username) == (ACME, "1001")
    [kept] = passkeys.listed(console.store, ACME)
    assert (kept.username, kept.name, kept.used_at) == ("1001", "phone", console.clock())
    entries = trail.listed(console.store, ACME, limit=2)
    assert [(one.act, one.facts) for one in entries] == [
        ("sign-in", {"address": "192.0.2.1", "passkey": True}),
        ("passkey-add", {"passkey": "phone"}),
    ]


def test_customer_ref_and_e_mail_that_are_typed_must_be_those_of_its_owner(console: Console, device: Device) -> None:
    console.made("1002", BO)
    own = replace(NOBODY, customer_ref=" ACME.example", email=" Anna@ACME.example ")
    assert sign_in_by_passkey(console, device, own).username == "1001"
    for others in ({"email": BO}, {"customer_ref": BETA}):
        assert (
            refusal_code(lambda others=others: sign_in_by_passkey(console, device, replace(own, **others)))
            == "sign-in-refused"
        )


def test_what_is_not_quite_right_is_refused(console: Console, device: Device) -> None:
    wrong: dict[str, Callable[[Device], Device]] = {
        "another site": lambda one: replace(one, origin="https://evil.example"),
        "another port": lambda one: replace(one, origin=f"{ORIGIN}:8443"),
        "no TLS": lambda one: replace(one, origin="http://console.example"),
        "a host below": lambda one: replace(one, origin="https://a.console.example"),
        "the host above": lambda one: replace(one, party="example"),
        "another relying party": lambda one: replace(one, party="evil.example"),
        "within another site's page": lambda one: replace(one, cross_origin=True),
        "nobody was verified": lambda one: replace(one, verifies=False),
        "another key": lambda one: replace(one, key=Device().key),
        "no user's handle": lambda one: replace(one, handle=None),
        "another user's handle": lambda one: replace(one, handle=b"x" * 32),
        "a passkey that nobody registered": lambda _: Device(handle=device.handle),
    }
    with table() as rows:
        for what, change in wrong.items():
            with rows.row(what):
                asked = ask_for_passkey(console)
                answer = Answer(asked.challenge, change(device).prove(asked.options), HOLDER)
                assert refusal_code(lambda answer=answer: signed_in_by_answer(console, answer)) == "sign-in-refused"
        with rows.row("the other ceremony"):
            asked = ask_for_passkey(console)
            proved = device.prove(asked.options, type="webauthn.create")
            answer = Answer(asked.challenge, proved, HOLDER)
            assert refusal_code(lambda: signed_in_by_answer(console, answer)) == "sign-in-refused"
    assert [one.username for one in sessions.listed(console.store, ACME) if one.agent == "Firefox"] == ["1001"]
    assert sign_in_by_passkey(console, device).username == "1001"


def test_an_answer_is_good_once(console: Console, device: Device) -> None:
    asked = ask_for_passkey(console)
    answer = Answer(asked.challenge, device.prove(asked.options), HOLDER)
    assert signed_in_by_answer(console, answer).username == "1001"
    assert refusal_code(lambda: signed_in_by_answer(console, answer)) == "passkey-late"


def test_a_challenge_is_another_browser_s_too_old_or_for_something_else(console: Console, device: Device) -> None:
    asked = ask_for_passkey(console)
    proved = device.prove(asked.options)
    assert (
        refusal_code(lambda: signed_in_by_answer(console, Answer(asked.challenge, proved, "visitor y")))
        == "passkey-late"
    )
    assert refusal_code(lambda: signed_in_by_answer(console, Answer("made up", proved, HOLDER))) == "passkey-late"
    assert refusal_code(lambda: signed_in_by_answer(console, Answer("", proved, HOLDER))) == "passkey-late"
    console.clock.turn(challenges.GOOD_SECONDS)
    assert refusal_code(lambda: signed_in_by_answer(console, Answer(asked.challenge, proved, HOLDER))) == "passkey-late"
    console.clock.turn(-2 * challenges.GOOD_SECONDS)
    assert refusal_code(lambda: signed_in_by_answer(console, Answer(asked.challenge, proved, HOLDER))) == "passkey-late"
    assert refusal_code(lambda: sign_in_by_passkey(console, device, purpose=STEP_UP)) == "sign-in-refused"


def test_hostile_answers_are_refused_and_break_nothing(console: Console, device: Device) -> None:
    whole = json.loads(device.prove(ask_for_passkey(console).options))
    hostile: list[Any] = [None, 1, [], {}, "x", {"rawId": 1}, {"rawId": None, "response": None}, {"rawId": "x" * 5000}]
    hostile += [{**whole, "response": {**whole["response"], name: "AAAA"}} for name in whole["response"]]
    hostile += [{**whole, name: value} for name in whole for value in (None, 1, [], {}, "\0", "\ud800")]
    texts = [json.dumps(one) for one in hostile] + ["{", "[" * 8000, "x" * 20_000, '{"a": 1e999}', "\0"]
    with table() as rows:
        for text in texts:
            with rows.row(text[:60]):
                answer = Answer(ask_for_passkey(console).challenge, text, HOLDER)
                assert refusal_code(lambda answer=answer: signed_in_by_answer(console, answer)) == "sign-in-refused"


def test_after_the_right_password_one_of_this_person_s_own_is_wanted(console: Console, device: Device) -> None:
    console.made("1002", BO)
    bos = Device()
    add_passkey(console, bos, "1002")
    with pytest.raises(Refused) as refused:
        console.sign_in()
    assert (refused.value.code, refused.value.facts) == ("passkey-wanted", {"company": ACME, "username": "1001"})
    with pytest.raises(Refused) as refused:
        console.sign_in(password="wrong")
    assert refused.value.code == "sign-in-refused"
    purpose = passkeys.second_of(ACME, "1001")
    assert refusal_code(lambda: sign_in_by_passkey(console, bos, purpose=purpose)) == "sign-in-refused"
    without_pin = replace(device, verifies=False, handle=None)
    assert sign_in_by_passkey(console, without_pin, purpose=purpose).username == "1001"
    assert sign_in_by_passkey(console, bos).username == "1002"


def test_another_company_s_passkey_opens_its_own_company_alone(console: Console, device: Device) -> None:
    edit(console.store, BETA, "operator", _betas_user)
    token = sessions.begin(console.store, BETA, "2001", "192.0.2.1", "Firefox")
    session = sessions.find(console.store, token)
    assert session is not None
    betas = Device()
    asked = passkeys.ask_new(console.store, PARTY, session, console.secret_keys)
    answer = Answer(asked.challenge, betas.make(asked.options), session.id)
    passkeys.add(console.store, PARTY, session, "key", answer, console.secret_keys)
    acmes = replace(NOBODY, customer_ref=ACME, email=ANNA)
    assert refusal_code(lambda: sign_in_by_passkey(console, betas, acmes)) == "sign-in-refused"
    assert (
        refusal_code(lambda: sign_in_by_passkey(console, betas, purpose=passkeys.second_of(ACME, "1001")))
        == "sign-in-refused"
    )
    assert [one.name for one in passkeys.listed(console.store, ACME)] == ["phone"]
    with pytest.raises(Invalid):
        passkeys.remove(console.store, ACME, "1001", passkeys.listed(console.store, BETA)[0].id, "operator")
    assert sign_in_by_passkey(console, betas).company == BETA


def _betas_user(draft: Draft) -> None:
    draft.put("user", {"username": "2001", "extension": "2001", "role": "superuser", "email": "x@beta.example"}, "2001")


def test_removed_it_signs_nobody_in_and_other_sessions_end(console: Console, device: Device) -> None:
    own, other = begun_session(console), begun_session(console)
    [kept] = passkeys.listed(console.store, ACME)
    passkeys.remove(console.store, ACME, "1001", kept.id, f"1001@{ACME}", own.id)
    assert sessions.still_open(console.store, own.id) and not sessions.still_open(console.store, other.id)
    assert refusal_code(lambda: sign_in_by_passkey(console, device)) == "sign-in-refused"
    assert console.sign_in().username == "1001", "the password alone is enough again"
    with pytest.raises(Invalid) as unknown:
        passkeys.remove(console.store, ACME, "1001", kept.id, "operator")
    assert unknown.value.code == "unknown-passkey"


def test_who_lost_the_role_is_let_in_by_no_passkey_until_the_role_is_given_back_and_then_by_no_password_alone(
    console: Console, device: Device
) -> None:
    console.give("1001", role="none")
    assert refusal_code(lambda: sign_in_by_passkey(console, device)) == "sign-in-refused"
    assert passkeys.listed(console.store, ACME) == []
    console.made()
    assert refusal_code(console.sign_in) == "passkey-wanted"
    assert [one.name for one in passkeys.listed(console.store, ACME)] == ["phone"]
    assert sign_in_by_passkey(console, device).username == "1001"


def test_a_removed_person_s_passkey_is_not_that_of_the_next_with_the_username(console: Console) -> None:
    device = Device()
    edit(console.store, ACME, "operator", _newcomer)
    add_passkey(console, device, "1009")
    edit(console.store, ACME, "operator", lambda draft: draft.remove("user", "1009"))
    assert refusal_code(lambda: sign_in_by_passkey(console, device)) == "sign-in-refused"
    edit(console.store, ACME, "operator", _newcomer)
    assert refusal_code(lambda: sign_in_by_passkey(console, device)) == "sign-in-refused"


def _newcomer(draft: Draft) -> None:
    draft.put("user", {"username": "1009", "extension": "1009", "role": "superuser", "email": "n@acme.example"}, "1009")


def test_a_count_that_goes_back_is_in_the_trail(console: Console, device: Device) -> None:
    sign_in_by_passkey(console, replace(device, count=7))
    sign_in_by_passkey(console, replace(device, count=9))
    assert "passkey-count" not in {one.act for one in trail.listed(console.store, ACME)}
    sign_in_by_passkey(console, replace(device, count=8))
    entry = next(one for one in trail.listed(console.store, ACME) if one.act == "passkey-count")
    assert entry.facts == {"passkey": "phone", "was": 9, "now": 8}


def test_failures_are_counted_for_the_company_of_the_passkey(console: Console, device: Device) -> None:
    assert refusal_code(lambda: sign_in_by_passkey(console, replace(device, key=Device().key))) == "sign-in-refused"
    [(count,)] = console.store.rows("SELECT SUM(tries) FROM failed_try")
    assert int(count) == 1
