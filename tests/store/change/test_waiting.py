"""Nobody becomes somebody who hears, alone and unseen: what waits, for whom, and what becomes of it."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.access.waiting import DAY_SECONDS, LONGEST_SECONDS, Wait
from fsplug.store.accounts import accounts, sessions, sign_in_links
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.change import carrying, planning, rejecting, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import devices, policies
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from fsplug.store.recordings import shares
from fsplug.store.recordings.shares import Offer
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
    state,
)
from tests.store.story import recorded_call

# Each is a way in which a company administrator could come to hear, and whether a day alone lets it through.
WAYS: dict[str, tuple[Callable[[Company], object], bool]] = {
    "makes themself a superuser": (lambda c: c.put(ADMIN, role="superuser"), False),
    "makes themself hear their own calls": (lambda c: c.put(ADMIN, role="my-console"), True),
    "makes a new user a superuser": (lambda c: c.put("1099", role="superuser", email=NEW), False),
    "makes a colleague a superuser": (lambda c: c.put(CLARA, role="superuser"), False),
    "gives somebody with another address their recordings": (lambda c: c.put(DORA, role="my-console", email=NEW), True),
    "gives one who listens in their recordings at another address": (
        lambda c: c.put(BO, role="my-console", email=NEW),
        False,
    ),
    "changes the superuser's address": (lambda c: c.put(CHIEF, email=NEW), False),
    "changes the address of one who hears their own": (lambda c: c.put(CLARA, email=NEW), True),
    "makes a second administrator of their own": (lambda c: c.put("1099", admin="company-admin", email=NEW), False),
    "takes over the other administrator's address": (lambda c: c.put(OTHER, email=NEW), True),
    "gives themself the right to listen in": (lambda c: c.put(ADMIN, rights=["listen-in"]), True),
    "gives it to a new user with their phone": (
        lambda c: c.put("1099", rights=["listen-in"], device=[DESK]),
        True,
    ),
    "gives one who listens in another phone": (
        lambda c: c.put(BO, device=[DESK]),
        False,
    ),
    "gives one who listens in another number": (lambda c: c.put(BO, mobile_numbers=["+45 20 10 10 99"]), False),
    "turns off the superuser's one-time codes": (lambda c: codes_off(c, CHIEF), False),
    "deletes somebody and makes them anew": (lambda c: (c.remove(CLARA), _anew(c, CLARA)), True),
    "deletes the superuser and makes them anew": (
        lambda c: (c.remove(CHIEF), c.put(CHIEF, role="superuser", email=NEW)),
        False,
    ),
    "gives the number of another to one who hears": (
        lambda c: (c.put(OTHER, mobile_numbers=[]), c.put(CLARA, mobile_numbers=[SPARE])),
        True,
    ),
}


def _anew(company: Company, username: str) -> None:
    company.put(username, role="my-console", email=NEW)


@pytest.mark.parametrize("way", WAYS)
def test_a_company_administrator_comes_to_hear_by_no_way_alone_and_unseen(acme: Company, way: str) -> None:
    act, is_made_after_a_day = WAYS[way]
    acme.put(OTHER, operator("root"), mobile_numbers=[SPARE])
    act(acme)
    [change] = acme.waits()
    told = acme.told(MailKind.CHANGE_WAITS)
    assert told - {"anna@acme.example", NEW}, "somebody else is told, at an address from before"
    assert NEW not in told
    before = state(acme)
    is_own = change.username == CHIEF and not change.request.gives
    for who in (ADMIN,) if is_own else (ADMIN, change.username):
        with pytest.raises((Refused, Invalid)):
            carrying.confirm(acme.store, ACME, change.id, acme.actor(who))
    acme.clock.turn(DAY_SECONDS - 60)
    carrying.carry_out(acme.store)
    assert state(acme) == before, "a day is a day"
    acme.clock.turn(120)
    carrying.carry_out(acme.store)
    assert (state(acme) != before) is is_made_after_a_day
    if not is_made_after_a_day:
        acme.clock.turn(LONGEST_SECONDS)
        carrying.carry_out(acme.store)
        assert waiting_rows.get(acme.store, ACME, change.id).state == "dropped"
        assert state(acme) == before


@pytest.mark.parametrize(
    ("way", "second"), [(way, ("another person", "the operator")[at % 2]) for at, way in enumerate(WAYS)]
)
def test_a_second_person_makes_it_true_at_once(acme: Company, way: str, second: str) -> None:
    acme.put(OTHER, operator("root"), mobile_numbers=[SPARE])
    WAYS[way][0](acme)
    [change] = acme.waits()
    before = state(acme)
    by_user = acme.actor(SECOND if change.takes is Wait.SUPERUSER else OTHER)
    by = operator("root") if second == "the operator" or change.username == OTHER else by_user
    made = carrying.confirm(acme.store, ACME, change.id, by)
    assert (made.state, made.ended_by) == ("made", by.logged_name)
    assert state(acme) != before
    [entry] = [one for one in trail.listed(acme.store, ACME, 20) if one.act == "change-made"]
    assert entry.facts["made_by"] == f"{ADMIN}@{ACME}" and "->" in entry.facts["items"][0]
    with pytest.raises(Refused, match="no longer waits"):
        carrying.confirm(acme.store, ACME, change.id, by)


def test_whom_a_change_concerns_is_told_at_the_old_address_and_the_trail_names_both(acme: Company) -> None:
    acme.put(CLARA, email=NEW)
    assert acme.told(MailKind.CHANGE_WAITS) == {CLARAS}
    [entry] = [one for one in trail.listed(acme.store, ACME) if one.act == "change-waits"]
    assert (entry.actor, entry.people) == (f"{ADMIN}@{ACME}", (CLARA,))
    assert entry.facts["items"] == [f"email: {CLARAS} -> {NEW}"]
    assert accounts.get(acme.store, ACME, CLARA).email == CLARAS
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.told(MailKind.CHANGE_MADE) == {CLARAS}
    named = [one.facts.get("turned") for one in trail.listed(acme.store, ACME) if one.act == "rights"]
    assert named[0] == [f"user {CLARA}: e-mail address {CLARAS} -> {NEW}"]


@pytest.mark.parametrize(
    "given", [{"email": NEW}, {"role": "my-console"}, {"admin": "sub-admin", "admin_departments": ["Sales"]}]
)
def test_another_address_role_or_scope_ends_what_is_open_and_is_told(acme: Company, given: dict[str, Any]) -> None:
    accounts.give_password(acme.store, ACME, CHIEF, "a long password", acme.console.passwords, "root")
    session = sessions.begin(acme.store, ACME, CHIEF, "192.0.2.1", "Firefox")
    link = sign_in_links.make(acme.store, ACME, CHIEF, "root")
    reset = accounts.new_link(acme.store, ACME, CHIEF)
    acme.put(CHIEF, operator("root"), **given)
    assert sessions.find(acme.store, session) is None
    for ask in (lambda: sign_in_links.account_of(acme.store, link), lambda: accounts.of_link(acme.store, reset)):
        with pytest.raises(Refused, match="link"):
            ask()
    assert acme.told(MailKind.CHANGE_MADE) == {OLD}


def test_what_takes_access_away_is_made_at_once_and_told(acme: Company) -> None:
    acme.put(CHIEF, role="none")
    acme.put(BO, rights=[])
    acme.remove(CLARA)
    assert acme.waits() == []
    assert (acme.row(CHIEF).role, acme.rights(BO)) == ("none", set())
    assert acme.told(MailKind.CHANGE_MADE) == {OLD, CLARAS}


def test_a_newcomer_s_role_and_what_is_no_way_to_hear_wait_for_nothing(acme: Company) -> None:
    acme.put("1098", role="my-console", email="new@acme.example", mobile_numbers=["+45 20 10 10 97"])
    acme.put(CHIEF, name="The chief", department="Sales")
    acme.put(CLARA, admin="sub-admin", admin_departments=["Support"])
    acme.put("1003", licences=["contact-pro"])
    assert acme.waits() == []
    assert accounts.get(acme.store, ACME, "1098").role == "my-console"


def test_an_operator_waits_for_nothing_and_superusers_are_told_of_a_new_one(acme: Company) -> None:
    acme.put(CLARA, operator("root"), role="superuser")
    carrying.remove_codes(acme.store, ACME, CHIEF, operator("root"))
    assert (acme.waits(), acme.row(CLARA).role) == ([], "superuser")
    assert acme.told(MailKind.CHANGE_MADE) == {OLD, CHIEFS, CLARAS}


def test_a_new_superuser_is_told_to_all_superusers_before_and_may_be_rejected_by_them(acme: Company) -> None:
    acme.put(CLARA, role="superuser")
    assert acme.told(MailKind.CHANGE_WAITS) == {OLD, CHIEFS, CLARAS}
    [change] = acme.waits()
    for stranger in (acme.actor(BO), Actor("1001", acme.actor(ADMIN).scope, company="beta.example")):
        with pytest.raises(Refused):
            rejecting.reject(acme.store, ACME, change.id, stranger)
    assert rejecting.reject(acme.store, ACME, change.id, acme.actor(CHIEF)).state == "rejected"
    acme.clock.turn(LONGEST_SECONDS + DAY_SECONDS)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).role == "my-console"


def test_the_mailed_link_rejects_until_the_change_is_over(acme: Company) -> None:
    acme.put(CHIEF, email=NEW)
    [change] = acme.waits()
    link, other = (rejecting.new_link(acme.store, ACME, change.id, CHIEF) for _ in range(2))
    assert rejecting.of_link(acme.store, link).id == change.id
    assert rejecting.reject_by_link(acme.store, link).state == "rejected"
    [entry] = trail.listed(acme.store, ACME, limit=1)
    assert (entry.act, entry.actor) == ("change-rejected", f"<mail to {CHIEF}>")
    for used in (link, other, "x" * 43, ""):
        with pytest.raises(Refused, match="link"):
            rejecting.reject_by_link(acme.store, used)


def test_nothing_is_planted_while_a_role_or_a_right_waits(acme: Company) -> None:
    acme.put("1098", operator("root"), email="real@acme.example")
    acme.put("1098", role="my-console")
    acme.put("1098", email=NEW)
    assert acme.row("1098").email == "real@acme.example"
    acme.put("1097", operator("root"), email="other@acme.example")
    acme.put("1097", rights=["listen-in"])
    acme.put("1097", device=[DESK])
    assert acme.phones("1097") == set()


def test_the_same_wish_again_waits_no_longer_and_tells_nobody_twice(acme: Company) -> None:
    acme.put(CLARA, email=NEW)
    [first] = acme.waits()
    acme.clock.turn(3_600)
    acme.put(CLARA, email=NEW)
    assert acme.waits() == [first]
    assert len(mails.listed(acme.store, ACME)) == 1


def test_where_nobody_would_object_a_day_is_not_enough(acme: Company) -> None:
    for superuser in (CHIEF, SECOND):
        acme.put(superuser, operator("root"), role="none")
    acme.put("1099", rights=["listen-in"], email=NEW)
    [change] = acme.waits()
    assert change.takes_second
    acme.put("1098", operator("root"))
    acme.put("1098", role="my-console", email=NEW)
    assert acme.waits()[0].takes_second, "there is no address from before"


def test_a_superuser_s_shares_end_with_the_role(acme: Company) -> None:
    ledger.apply(acme.store, recorded_call("a"))
    share, _ = shares.create(acme.store, ACME, Offer("a-rec", "x@outside.example", "Our call"), acme.actor(CHIEF))
    acme.put(CHIEF, role="my-console")
    assert shares.get(acme.store, ACME, share.id).revoked_by == f"{ADMIN}@{ACME}"


def test_a_password_of_a_phone_that_waited_is_kept_no_longer(acme: Company) -> None:
    acme.put(BO, device=[DESK])
    [change] = acme.waits()
    kept = str(acme.store.rows("SELECT items FROM waiting_change"))
    carrying.confirm(acme.store, ACME, change.id, acme.actor(SECOND))
    [device] = Draft(acme.store, ACME).rows(devices.DEVICE, "username", BO)
    assert device.password and device.password in kept
    assert device.password not in str(acme.store.rows("SELECT items FROM waiting_change"))


def test_what_can_t_be_without_the_part_that_waits_is_refused_whole(acme: Company) -> None:
    version = policies.current_version(acme.store, ACME)

    def swap(draft: Draft) -> None:
        for username, email in ((CHIEF, "clara@acme.example"), ("1006", OLD)):
            before = draft.entry("user", username) if draft.has("user", username) else {"username": username}
            known = username if draft.has("user", username) else None
            draft.put("user", {"extension": username, **before, "role": "my-console", "email": email}, known)
        draft.remove("user", CLARA)

    with pytest.raises(Refused, match="one after the other"):
        edit(acme.store, ACME, acme.actor(ADMIN), swap)
    assert (policies.current_version(acme.store, ACME), acme.waits()) == (version, [])


def test_a_document_is_no_other_door(acme: Company) -> None:
    document = planning.export(acme.store, ACME)
    [company] = document["company"]
    for user in company["user"]:
        if user["username"] == CHIEF:
            user["email"] = NEW
        if user["username"] == CLARA:
            user |= {"role": "superuser", "name": "Clara Holm"}
    made = planning.make(acme.store, planning.plan(acme.store, document), acme.actor(ADMIN))
    assert [one.username for one in made.waiting] == [CLARA, CHIEF]
    assert (acme.row(CHIEF).email, acme.row(CLARA).role, acme.row(CLARA).name) == (OLD, "my-console", "Clara Holm")
    planning.make(acme.store, planning.plan(acme.store, document), operator("root"))
    assert (acme.row(CHIEF).email, acme.row(CLARA).role) == (NEW, "superuser")
