"""A link of an operator's signs somebody in, once and soon."""

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.store.accounts import accounts, sessions, sign_in_links
from fsplug.store.audit import trail
from tests.store.accountcast import ANNA, PASSWORD, Console
from tests.store.cast import ACME


def _link(console: Console) -> str:
    console.give("1001", email=ANNA, role="superuser")
    return sign_in_links.make(console.store, ACME, "1001", "operator")


def test_it_signs_its_user_in_once_and_the_trail_has_both(console: Console) -> None:
    token = _link(console)
    session = sessions.find(console.store, sign_in_links.use(console.store, token, "192.0.2.1", "Firefox"))
    assert session is not None and session.username == "1001"
    with pytest.raises(Refused, match="has been used"):
        sign_in_links.use(console.store, token, "192.0.2.1", "Firefox")
    logged = [(one.act, one.actor) for one in trail.listed(console.store, ACME, 2)]
    assert logged == [("sign-in", "1001@acme.example"), ("sign-in-link", "operator")]


def test_to_look_whose_it_is_uses_nothing_up(console: Console) -> None:
    token = _link(console)
    assert [sign_in_links.account_of(console.store, token).username for _ in range(3)] == ["1001"] * 3
    sign_in_links.use(console.store, token, "", "")


def test_after_ten_minutes_it_is_good_no_more(console: Console) -> None:
    token = _link(console)
    console.clock.turn(sign_in_links.LINK_SECONDS)
    with pytest.raises(Refused, match="too old"):
        sign_in_links.use(console.store, token, "", "")


def test_it_ends_with_the_role_and_with_a_new_password(console: Console) -> None:
    token = _link(console)
    console.give("1001", role=None)
    console.give("1001", email=ANNA, role="superuser")
    with pytest.raises(Refused):
        sign_in_links.account_of(console.store, token)
    token = _link(console)
    accounts.give_password(console.store, ACME, "1001", PASSWORD, console.passwords, "operator")
    with pytest.raises(Refused):
        sign_in_links.account_of(console.store, token)


def test_it_sets_no_password_and_a_password_s_link_signs_nobody_in(console: Console) -> None:
    token = _link(console)
    with pytest.raises(Refused):
        accounts.of_link(console.store, token)
    with pytest.raises(Refused):
        sign_in_links.use(console.store, accounts.new_link(console.store, ACME, "1001"), "", "")


def test_without_an_account_there_is_none(console: Console) -> None:
    with pytest.raises(Invalid, match="no console account"):
        sign_in_links.make(console.store, ACME, "1002", "operator")
