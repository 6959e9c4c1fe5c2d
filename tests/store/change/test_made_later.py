"""What became of a change when its time came: made, or dropped and told."""

from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import operator
from fsplug.policy.access.waiting import DAY_SECONDS, LONGEST_SECONDS, Wait
from fsplug.store.audit import trail
from fsplug.store.change import carrying, planning, waiting_rows
from fsplug.store.change.draft import Draft
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.outbox.mails import MailKind
from tests.store.cast import ACME
from tests.store.change.staff import ADMIN, CHIEF, CHIEFS, CLARA, CLARAS, DORA, NEW, OLD, OTHER, Company


def test_one_who_grants_no_more_has_nothing_made_of_what_they_asked_for(acme: Company) -> None:
    acme.put(CLARA, email=NEW)
    acme.put(ADMIN, operator("root"), admin="none")
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == CLARAS
    assert [
        one.state
        for one in waiting_rows.listed(acme.store, ACME, operator("root"), CLARA)
        if one.made_by.startswith(ADMIN)
    ] == ["dropped"]


def _dropped(company: Company, change: WaitingChange) -> str:
    """Why the change was dropped, which the trail has, too."""
    found = waiting_rows.get(company.store, ACME, change.id)
    assert (found.state, found.ended_by) == ("dropped", carrying.ITSELF)
    [entry] = [one for one in trail.listed(company.store, ACME, 20) if one.act == "change-dropped"]
    assert entry.facts["reason"] == found.reason and entry.people == (change.username,)
    return found.reason or ""


def test_one_who_hears_less_by_then_has_nothing_made_of_what_they_asked_for(acme: Company) -> None:
    acme.put(ADMIN, operator("root"), role="superuser")
    acme.clock.turn(40 * DAY_SECONDS)
    acme.put(CHIEF, email=NEW)
    [change] = acme.waits()
    assert change.takes is Wait.DAY
    acme.put(ADMIN, operator("root"), role="none")
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CHIEF).email == OLD
    assert "a day is not enough any more" in _dropped(acme, change)
    assert acme.told(MailKind.CHANGE_DROPPED) == {"anna@acme.example", OLD, CHIEFS}


@pytest.mark.parametrize("raised", [{"role": "superuser"}, {"licences": ["contact-pro"], "rights": ["listen-in"]}])
def test_of_one_who_hears_more_by_then_a_superuser_confirms_or_nothing_is_made(
    acme: Company, raised: dict[str, Any]
) -> None:
    acme.put(CLARA, email=NEW)
    [change] = acme.waits()
    acme.put(CLARA, operator("root"), **raised)
    [seen] = [one for one in waiting_rows.listed(acme.store, ACME, acme.actor(CHIEF)) if one.is_waiting]
    assert (seen.id, seen.by_superuser) == (change.id, True)
    with pytest.raises(Refused, match="a superuser"):
        carrying.confirm(acme.store, ACME, change.id, acme.actor(OTHER))
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == CLARAS
    assert "a day is not enough any more" in _dropped(acme, change)
    acme.put(CLARA, email=NEW)
    carrying.confirm(acme.store, ACME, acme.waits()[0].id, acme.actor(CHIEF))
    assert acme.row(CLARA).email == NEW


def test_another_person_with_the_username_of_who_asked_has_nothing_made_of_it(acme: Company) -> None:
    acme.put(CLARA, OTHER, email=NEW)
    [change] = acme.waits()
    acme.clock.turn(60)
    acme.remove(OTHER)
    acme.put(OTHER, operator("root"), admin="company-admin", email="newest@acme.example")
    acme.clock.turn(DAY_SECONDS)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == CLARAS
    assert "another person" in _dropped(acme, change)
    assert acme.told(MailKind.CHANGE_DROPPED) == {CLARAS}


def test_what_nobody_confirmed_is_told_to_who_asked_and_whom_it_concerns(acme: Company) -> None:
    acme.put(CHIEF, email=NEW)
    [change] = acme.waits()
    acme.clock.turn(LONGEST_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert "nobody confirmed" in _dropped(acme, change)
    assert acme.told(MailKind.CHANGE_DROPPED) == {"anna@acme.example", OLD, CHIEFS}


def test_a_sub_admin_whose_wider_scope_waits_covers_the_same_departments_until_it_is_made(acme: Company) -> None:
    def covered() -> tuple[object, ...]:
        found = Draft(acme.store, ACME).entry("user", DORA)
        return found["admin"], found.get("admin_departments")

    acme.put(DORA, operator("root"), admin="sub-admin", admin_departments=["Sales"])
    acme.put(DORA, admin="company-admin", admin_departments=[])
    [change] = acme.waits()
    assert covered() == ("sub-admin", ["Sales"])
    carrying.confirm(acme.store, ACME, change.id, operator("root"))
    assert covered() == ("company-admin", None)


def test_what_somebody_else_changed_meanwhile_is_left_as_it_is(acme: Company) -> None:
    acme.put(CLARA, email=NEW)
    acme.put(CLARA, operator("root"), email="third@acme.example")
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == "third@acme.example"


def test_what_waits_of_a_removed_user_becomes_true_of_nobody_who_gets_the_name(acme: Company) -> None:
    acme.put(CLARA, role="superuser")
    [change] = acme.waits()
    acme.remove(CLARA)
    acme.put(CLARA, operator("root"), email=NEW)
    with pytest.raises(Refused, match="no longer waits"):
        carrying.confirm(acme.store, ACME, change.id, acme.actor(OTHER))
    assert acme.row(CLARA).role == "none"


@pytest.mark.parametrize("seconds", [-40 * DAY_SECONDS, -3_600.0])
def test_a_clock_that_is_put_back_makes_it_wait_a_day_from_then_and_no_longer(acme: Company, seconds: float) -> None:
    acme.put(CLARA, email=NEW)
    acme.clock.turn(seconds)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == CLARAS
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == NEW


def test_what_waits_in_a_company_that_is_removed_is_dropped_with_it(acme: Company) -> None:
    acme.put(CLARA, email=NEW)
    planning.apply_plan(acme.store, planning.removal(acme.store, ACME), "root")
    waited = "SELECT state, reason FROM waiting_change WHERE state <> 'made'"
    assert acme.store.rows(waited) == [("dropped", "the user was removed")]
    acme.clock.turn(DAY_SECONDS + 1)
    assert carrying.carry_out(acme.store) == 0
