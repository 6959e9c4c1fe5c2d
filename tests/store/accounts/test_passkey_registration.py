"""A passkey is registered: what is not quite right is refused, its owner is told, and there are not too many."""

import pytest

from fsplug.errors import Invalid
from fsplug.store.accounts import passkeys, sessions
from fsplug.store.accounts.passkeys import INSTEAD, Answer
from fsplug.store.accounts.webauthn import RelyingParty
from fsplug.store.change.draft import edit
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, Console
from tests.store.accounts.passkeysteps import PARTY, add_passkey, begun_session, refusal_code
from tests.store.cast import ACME
from tests.store.passkeydevice import Device
from tests.tables import table


def test_a_registration_must_be_right_too(console: Console) -> None:
    console.made()
    session, other = begun_session(console), begun_session(console)
    wrong = {
        "another site": Device(origin="https://evil.example"),
        "another relying party": Device(party="evil.example"),
        "within another site's page": Device(cross_origin=True),
    }
    with table() as rows:
        for what, device in wrong.items():
            with rows.row(what):
                asked = passkeys.ask_new(console.store, PARTY, session, console.secret_keys)
                answer = Answer(asked.challenge, device.make(asked.options), session.id)
                assert refusal_code(lambda answer=answer: _kept(console, session, answer)) == "passkey-refused"
        with rows.row("another session's challenge"):
            asked = passkeys.ask_new(console.store, PARTY, other, console.secret_keys)
            answer = Answer(asked.challenge, Device().make(asked.options), session.id)
            assert refusal_code(lambda: _kept(console, session, answer)) == "passkey-late"
        with rows.row("used twice"):
            asked = passkeys.ask_new(console.store, PARTY, session, console.secret_keys)
            answer = Answer(asked.challenge, Device().make(asked.options), session.id)
            _kept(console, session, answer)
            assert refusal_code(lambda: _kept(console, session, answer)) == "passkey-late"
        with rows.row("a challenge for signing in"):
            asked = passkeys.ask(console.store, PARTY, INSTEAD, session.id, None, console.secret_keys)
            options = {"publicKey": {**asked.options["publicKey"], "user": {"id": "AAAA"}}}
            answer = Answer(asked.challenge, Device().make(options), session.id)
            assert refusal_code(lambda: _kept(console, session, answer)) == "passkey-refused"
        with rows.row("one that somebody has"):
            device = Device()
            add_passkey(console, device)
            assert refusal_code(lambda: add_passkey(console, device)) == "passkey-refused"
    for name in ("", " ", "x" * 61):
        with pytest.raises(Invalid):
            add_passkey(console, Device(), name=name)


def _kept(console: Console, session: sessions.Session, answer: Answer) -> passkeys.Passkey:
    return passkeys.add(console.store, PARTY, session, "phone", answer, console.secret_keys)


def test_there_are_at_most_twenty(console: Console) -> None:
    console.made()
    for _ in range(passkeys.MOST):
        add_passkey(console, Device())
    with pytest.raises(Invalid) as refused:
        add_passkey(console, Device())
    assert refused.value.code == "too-many-passkeys"


def test_where_a_second_factor_is_required_a_passkey_is_one(console: Console) -> None:
    console.made()
    edit(console.store, ACME, "operator", lambda draft: draft.put_detail({**draft.detail(), "superuser_totp": True}))
    assert begun_session(console).needs_totp
    add_passkey(console, Device())
    assert not begun_session(console).needs_totp


@pytest.mark.parametrize(
    ("url", "origin", "is_possible"),
    [
        ("https://console.example/", "https://console.example", True),
        ("https://Console.example:443", "https://console.example", True),
        ("https://console.example:8443", "https://console.example:8443", True),
        ("http://console.example", "http://console.example", False),
        ("http://localhost:8086", "http://localhost:8086", True),
        ("https://192.0.2.1", "https://192.0.2.1", False),
        ("https://[2001:db8::1]", "https://2001:db8::1", False),
        ("", "://", False),
    ],
)
def test_the_relying_party_is_the_console_s_address(url: str, origin: str, is_possible: bool) -> None:
    party = RelyingParty.at(url)
    assert party.is_possible is is_possible
    if is_possible:
        assert party.origin == origin


def test_who_gets_a_passkey_or_loses_one_is_told_by_mail_whoever_did_it(console: Console) -> None:
    console.made()
    before = {one.id for one in mails.listed(console.store, ACME)}
    added = add_passkey(console, Device())
    passkeys.remove(console.store, ACME, "1001", added.id, "operator")
    told = [one for one in mails.listed(console.store, ACME) if one.id not in before]
    assert sorted((str(one.kind), one.receiver) for one in told) == [("passkey-added", ANNA), ("passkey-removed", ANNA)]
