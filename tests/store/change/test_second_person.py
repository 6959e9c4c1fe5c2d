"""Who is a second person, and a witness: nobody whom the one who asks has made or changed."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import operator
from fsplug.policy.access.waiting import DAY_SECONDS, LONGEST_SECONDS, Wait
from fsplug.store.accounts import accounts, signin
from fsplug.store.change import carrying, rejecting, waiting, waiting_rows
from fsplug.store.outbox.mails import MailKind
from tests.store.cast import ACME
from tests.store.change.staff import (
    ADMIN,
    BO,
    CHIEF,
    CHIEFS,
    CLARA,
    CLARAS,
    DESK,
    DORA,
    NEW,
    OLD,
    OTHER,
    SECOND,
    SPARE,
    Company,
    codes_off,
)


def test_what_is_of_a_superuser_another_superuser_sees_confirms_or_rejects(acme: Company) -> None:
    acme.put(CHIEF, email=NEW)
    [change] = acme.waits()
    assert acme.told(MailKind.CHANGE_WAITS) == {OLD, CHIEFS} and change.takes is Wait.SUPERUSER
    for username, sees in ((SECOND, True), (CHIEF, True), (ADMIN, True), (CLARA, False), (BO, False)):
        seen = waiting_rows.listed(acme.store, ACME, acme.actor(username))
        assert [one.id for one in seen] == ([change.id] if sees else [])
    for username in (ADMIN, OTHER, CLARA):
        with pytest.raises(Refused):
            carrying.confirm(acme.store, ACME, change.id, acme.actor(username))
    rejecting.reject(acme.store, ACME, change.id, acme.actor(SECOND))
    acme.put(CHIEF, email=NEW)
    [change] = acme.waits()
    carrying.confirm(acme.store, ACME, change.id, acme.actor(CHIEF))
    assert acme.row(CHIEF).email == NEW, "it is the superuser's own address"


def test_one_superuser_changes_another_s_address_in_a_day_that_all_of_them_see(acme: Company) -> None:
    acme.put(ADMIN, operator("root"), role="superuser")
    acme.clock.turn(40 * DAY_SECONDS)
    acme.store.run("DELETE FROM mail")
    acme.put(CHIEF, email=NEW)
    assert acme.told(MailKind.CHANGE_WAITS) == {OLD, CHIEFS, "anna@acme.example"}
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CHIEF).email == NEW


@pytest.mark.parametrize("asker", [ADMIN, OTHER])
def test_two_of_whom_one_has_lately_changed_the_other_are_one_person(acme: Company, asker: str) -> None:
    acme.put(OTHER, email=NEW)
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    other = next(one for one in (ADMIN, OTHER) if one != asker)
    acme.put(CLARA, asker, admin="company-admin")
    [change] = acme.waits()
    assert acme.told(MailKind.CHANGE_WAITS).isdisjoint({NEW, "anna@acme.example"})
    with pytest.raises(Refused, match="lately"):
        carrying.confirm(acme.store, ACME, change.id, acme.actor(other))
    acme.clock.turn(LONGEST_SECONDS + 1)
    carrying.carry_out(acme.store)
    acme.put(CLARA, asker, admin="company-admin")
    [change] = acme.waits()
    carrying.confirm(acme.store, ACME, change.id, acme.actor(other))


def test_an_address_that_who_asks_has_put_there_is_no_witness(acme: Company) -> None:
    for superuser in (CHIEF, SECOND):
        acme.put(superuser, operator("root"), role="none")
    acme.put(DORA, email=NEW)
    acme.put(DORA, role="my-console")
    assert [one.takes for one in acme.waits()] == [Wait.SECOND_PERSON]
    acme.clock.turn(LONGEST_SECONDS + 1)
    carrying.carry_out(acme.store)
    acme.put(DORA, role="my-console")
    assert [one.takes for one in acme.waits()] == [Wait.DAY]


_LED: dict[str, Callable[[Company, str], object]] = {
    "invited": lambda c, who: accounts.invite(c.store, ACME, who, f"{ADMIN}@{ACME}"),
    "sent a new password": lambda c, who: accounts.ask_reset(c.store, ACME, who, f"{ADMIN}@{ACME}"),
}


@pytest.mark.parametrize("act", _LED)
def test_whom_somebody_has_lately_invited_or_sent_a_new_password_is_no_second_person_to_them(
    acme: Company, act: str
) -> None:
    acme.put(OTHER, operator("root"), role="my-console")
    acme.put("1099", operator("root"), email="newest@acme.example")
    acme.clock.turn(40 * DAY_SECONDS)
    _LED[act](acme, OTHER)
    acme.put("1099", admin="company-admin")
    [change] = acme.waits()
    assert "ole@acme.example" not in acme.told(MailKind.CHANGE_WAITS)
    with pytest.raises(Refused, match="lately"):
        carrying.confirm(acme.store, ACME, change.id, acme.actor(OTHER))
    acme.clock.turn(LONGEST_SECONDS + 1)
    carrying.carry_out(acme.store)
    acme.put("1099", admin="company-admin")
    carrying.confirm(acme.store, ACME, acme.waits()[0].id, acme.actor(OTHER))


@pytest.mark.parametrize("act", _LED)
def test_whom_somebody_has_lately_invited_or_sent_a_new_password_is_no_witness_to_them(acme: Company, act: str) -> None:
    _LED[act](acme, CLARA)
    acme.put(CLARA, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.SECOND_PERSON]


def test_a_new_password_that_somebody_asks_for_themself_changes_nothing(acme: Company) -> None:
    signin.ask_reset(acme.store, ACME, CLARAS)
    acme.put(CLARA, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.DAY]


def test_a_superuser_is_made_by_another_superuser_or_the_operator(acme: Company) -> None:
    acme.put(CLARA, role="superuser")
    [change] = acme.waits()
    assert change.takes is Wait.SUPERUSER
    for username in (ADMIN, OTHER, CLARA):
        with pytest.raises(Refused, match=r"superuser|own changes"):
            carrying.confirm(acme.store, ACME, change.id, acme.actor(username))
    carrying.confirm(acme.store, ACME, change.id, acme.actor(CHIEF))
    assert acme.row(CLARA).role == "superuser"


def test_whose_codes_somebody_had_turned_off_is_no_witness_to_them(acme: Company) -> None:
    codes_off(acme, CLARA)
    carrying.confirm(acme.store, ACME, acme.waits()[0].id, acme.actor(OTHER))
    acme.put(CLARA, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.SECOND_PERSON]


@pytest.mark.parametrize(
    ("username", "taken", "changed"),
    [(CHIEF, {"role": "none"}, {"email": NEW}), (BO, {"rights": []}, {"device": [DESK]})],
)
def test_who_loses_a_role_or_a_right_for_a_moment_is_taken_over_no_sooner(
    acme: Company, username: str, taken: dict[str, Any], changed: dict[str, Any]
) -> None:
    acme.put(username, **taken)
    acme.put(username, **changed)
    [change] = acme.waits()
    assert change.takes is Wait.SUPERUSER
    assert acme.told(MailKind.CHANGE_WAITS) >= {OLD, CHIEFS}
    acme.clock.turn(LONGEST_SECONDS + 1)
    carrying.carry_out(acme.store)
    acme.put(username, **changed)
    assert acme.waits() == [], "it was taken away for good"


@pytest.mark.parametrize(
    ("username", "taken", "given"),
    [
        (CLARA, {"role": "none"}, {"role": "my-console"}),
        (CHIEF, {"role": "none"}, {"role": "superuser"}),
        (BO, {"rights": []}, {"rights": ["listen-in"]}),
    ],
)
def test_with_what_is_given_back_it_is_told_what_has_changed_of_the_person_meanwhile(
    acme: Company, username: str, taken: dict[str, Any], given: dict[str, Any]
) -> None:
    before = acme.row(username).email
    acme.put(username, device=[DESK])
    for one in acme.waits():
        carrying.confirm(acme.store, ACME, one.id, acme.actor(SECOND))
    acme.put(username, **taken)
    acme.clock.turn(40 * DAY_SECONDS)
    acme.put(username, email=NEW, device=[])
    acme.put(username, mobile_numbers=[SPARE])
    assert acme.waits() == []
    acme.clock.turn(40 * DAY_SECONDS)
    acme.store.run("DELETE FROM mail")
    acme.put(username, **given)
    [change] = acme.waits()
    added = "; ".join(waiting.in_words(change))
    assert f"meanwhile-email: {before} -> {NEW}" in added
    assert "meanwhile-phone: desk" in added and "meanwhile-number: - -> +4520101098" in added
    assert acme.told(MailKind.CHANGE_WAITS) & {OLD, CHIEFS}, "who would object learns it"
    acme.put(username, **given)
    assert [one.id for one in acme.waits()] == [change.id]
    carrying.confirm(acme.store, ACME, change.id, acme.actor(SECOND if username == CHIEF else OTHER))
    assert (acme.row(username).role, acme.rights(username)) == (given.get("role", "none"), set(given.get("rights", [])))


def test_the_operator_s_new_superuser_who_was_one_before_is_told_with_what_has_changed(acme: Company) -> None:
    acme.put(CHIEF, role="none")
    acme.clock.turn(40 * DAY_SECONDS)
    acme.put(CHIEF, email=NEW)
    acme.store.run("DELETE FROM mail")
    acme.put(CHIEF, operator("root"), role="superuser")
    assert acme.told(MailKind.CHANGE_MADE) == {CHIEFS}
    [note] = [one for one in waiting_rows.listed(acme.store, ACME, operator("root"), CHIEF) if one.made_by == "root"]
    assert waiting.in_words(note)[-1] == f"meanwhile-email: {OLD} -> {NEW}"


def test_who_gets_it_back_as_they_were_or_for_the_first_time_is_told_of_nothing_else(acme: Company) -> None:
    acme.put(CLARA, role="none")
    acme.put(CLARA, role="my-console")
    acme.put(DORA, role="my-console")
    assert {len(one.items) for one in acme.waits()} == {1}


def test_who_was_a_superuser_until_lately_asks_as_one_who_is_none(acme: Company) -> None:
    acme.put(ADMIN, operator("root"), role="superuser")
    acme.put(ADMIN, operator("root"), role="none")
    acme.put(CHIEF, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.SUPERUSER]
