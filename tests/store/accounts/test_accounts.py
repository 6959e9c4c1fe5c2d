"""Accounts come with a role and go with it; passwords are set by links that are good once."""

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.entities import Role
from fsplug.store.accounts import accounts, sessions
from fsplug.store.audit import trail, verification
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.outbox import mails
from tests.store.accountcast import ANNA, BO, PASSWORD, Console
from tests.store.cast import ACME, BETA


def _queued(console: Console) -> list[tuple[str, str, str]]:
    return sorted((str(mail.kind), mail.subject, mail.receiver) for mail in mails.listed(console.store, ACME))


def test_a_role_makes_an_account_and_queues_two_mails(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    [account] = accounts.listed(console.store, ACME)
    assert (account.username, account.email, account.role, account.password_at) == ("1001", ANNA, Role.SUPERUSER, None)
    assert _queued(console) == [("password", "1001", ANNA), ("user-id", "1001", ANNA)]


def test_nobody_without_a_role_gets_an_account_or_mail(console: Console) -> None:
    console.give("1001", email=ANNA, admin="company-admin", licences=["contact-pro"])
    assert (accounts.listed(console.store, ACME), _queued(console)) == ([], [])


@pytest.mark.parametrize("email", [None, "anna@acme", "anna@127.0.0.1", f"{'a' * 65}@acme.example"])
def test_a_role_without_an_address_that_mail_can_be_sent_to_is_refused_and_says_so(
    console: Console, email: str | None
) -> None:
    with pytest.raises(Invalid, match="user 1001: email: ") as refused:
        console.give("1001", email=email, role="my-console")
    assert "anna@acme.example" in refused.value.text
    assert accounts.listed(console.store, ACME) == []


@pytest.mark.parametrize(
    "email", ["a\n@acme.example", 'a"b@acme.example', f"a@{'b.' * 150}example", "a@acme.example\r\nBcc: x@y.example"]
)
def test_hostile_addresses_make_no_account(console: Console, email: str) -> None:
    with pytest.raises(Invalid):
        console.give("1001", email=email, role="my-console")
    assert (accounts.listed(console.store, ACME), _queued(console)) == ([], [])


def test_two_people_cannot_sign_in_by_one_address_in_any_spelling(console: Console) -> None:
    console.give("1001", email="anna@blåbær.dk", role="superuser")
    with pytest.raises(Invalid, match="signs in to the console"):
        console.give("1002", email="ANNA@xn--blbr-roah.dk", role="my-console")


def test_two_people_may_exchange_their_addresses(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    console.give("1002", email=BO, role="my-console")

    def change(draft: Draft) -> None:
        for username, email in (("1001", BO), ("1002", ANNA)):
            draft.put("user", {**draft.entry("user", username), "email": email}, username)

    edit(console.store, ACME, "operator", change)
    found = {account.username: account.email for account in accounts.listed(console.store, ACME)}
    assert found == {"1001": BO, "1002": ANNA}


def test_a_changed_address_voids_the_links_sent_to_the_old_one(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    console.give("1001", email=BO)
    with pytest.raises(Refused, match="have a new one sent"):
        accounts.set_password(console.store, token, PASSWORD, console.passwords)


def test_a_mended_address_gets_both_mails_until_there_is_a_password_and_then_the_first(console: Console) -> None:
    console.give("1001", email="anan@acme.example", role="superuser")
    console.give("1001", email=ANNA)
    assert [one[0] for one in _queued(console) if one[2] == ANNA] == ["password", "user-id"]
    console.made()
    console.give("1001", email=BO)
    assert [one[0] for one in _queued(console) if one[2] == BO] == ["user-id"]


def test_another_role_keeps_the_account_and_sends_a_notice_alone(console: Console) -> None:
    console.made()
    before = len(_queued(console))
    console.give("1001", role="my-console")
    assert console.sign_in().username == "1001"
    assert [kind for kind, _, _ in _queued(console)[: len(_queued(console)) - before]] == ["change-made"]


@pytest.mark.parametrize("lost", ["role", "user"])
def test_a_lost_role_ends_sessions_at_once_and_the_password_with_them(console: Console, lost: str) -> None:
    console.made("1003")
    session = console.sign_in().session
    if lost == "role":
        console.give("1003", role=None)
    else:

        def change(draft: Draft) -> None:
            draft.remove("user", "1003")

        edit(console.store, ACME, "operator", change)
    assert sessions.find(console.store, session) is None
    assert accounts.listed(console.store, ACME) == []
    with pytest.raises(Refused, match="is wrong"):
        console.sign_in()
    if lost == "role":
        console.give("1003", role="superuser")
        assert accounts.get(console.store, ACME, "1003").password_at is None
        assert sessions.find(console.store, session) is None


def test_a_removed_company_has_no_accounts(console: Console) -> None:
    console.made()
    session = console.sign_in().session
    planning.apply_plan(console.store, planning.removal(console.store, ACME), "operator")
    assert sessions.find(console.store, session) is None
    with pytest.raises(Refused, match="is wrong"):
        console.sign_in()


def test_a_link_sets_a_password_once(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    first, second = (accounts.new_link(console.store, ACME, "1001") for _ in range(2))
    accounts.set_password(console.store, first, PASSWORD, console.passwords)
    assert console.sign_in().company == ACME
    for token in (first, second, "", "x" * 43):
        with pytest.raises(Refused) as refused:
            accounts.set_password(console.store, token, "another password", console.passwords)
        assert refused.value.code == "link-not-good"


def test_a_password_that_will_not_do_leaves_the_link_good(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    for bad in ("short", "aaaaaaaaaaaaaaa", ANNA, ACME, "é" * 2000):
        with pytest.raises(Invalid, match="the password"):
            accounts.set_password(console.store, token, bad, console.passwords)
    accounts.set_password(console.store, token, PASSWORD, console.passwords)


def test_a_link_is_good_for_a_day(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    console.clock.turn(86_399)
    assert accounts.of_link(console.store, token).username == "1001"
    console.clock.turn(2)
    with pytest.raises(Refused):
        accounts.of_link(console.store, token)


def test_a_clock_that_is_put_back_makes_no_link_young_again(console: Console) -> None:
    console.give("1001", email=ANNA, role="superuser")
    token = accounts.new_link(console.store, ACME, "1001")
    console.clock.turn(-3600)
    with pytest.raises(Refused):
        accounts.of_link(console.store, token)


def test_a_new_password_ends_the_sessions_of_the_old_one(console: Console) -> None:
    console.made()
    session = console.sign_in().session
    accounts.give_password(console.store, ACME, "1001", "tr0ub4dor & three", console.passwords, "root")
    assert sessions.find(console.store, session) is None
    with pytest.raises(Refused):
        console.sign_in()
    assert console.sign_in(password="tr0ub4dor & three")


def test_another_company_s_account_is_not_there(console: Console) -> None:
    console.made()
    for act in (accounts.get, accounts.new_link):
        with pytest.raises(Invalid, match="no console account") if act is accounts.get else pytest.raises(Refused):
            token = act(console.store, BETA, "1001")
            accounts.of_link(console.store, str(token))
    for by_name in (accounts.invite, accounts.ask_reset, accounts.unlock):
        with pytest.raises(Invalid, match="no console account"):
            by_name(console.store, BETA, "1001", "operator")


def test_every_act_on_an_account_is_in_the_trail(console: Console) -> None:
    console.made()
    signed_in = console.sign_in()
    accounts.invite(console.store, ACME, "1001", "root")
    accounts.ask_reset(console.store, ACME, "1001", "root")
    accounts.unlock(console.store, ACME, "1001", "root")
    [session] = sessions.listed(console.store, ACME, "1001")
    sessions.end(console.store, ACME, session.id, "root")
    assert sessions.find(console.store, signed_in.session) is None
    acts = [entry.act for entry in trail.listed(console.store, ACME)]
    assert acts[:7] == ["sign-out", "unlock", "password-reset", "invite", "sign-in", "password-set", "rights"]
    assert verification.verify(console.store, ACME).trouble is None
