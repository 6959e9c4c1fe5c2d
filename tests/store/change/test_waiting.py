"""Nobody becomes somebody who hears, alone and unseen: what waits, for whom, and what becomes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access import totp
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.access.waiting import DAY_SECONDS, LONGEST_SECONDS, Wait
from fsplug.store.accounts import accounts, authenticators, sessions, sign_in_links, signin
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.change import carrying, planning, rejecting, waiting_rows
from fsplug.store.change.draft import Draft, Outcome, edit
from fsplug.store.change.waiting_rows import WaitingChange
from fsplug.store.config import actors, devices, grants, policies, users
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from fsplug.store.recordings import shares
from fsplug.store.recordings.shares import Offer
from tests.store.accountcast import Clock, Console
from tests.store.cast import ACME
from tests.store.story import recorded_call

ADMIN, OTHER, CHIEF, CLARA, BO, SECOND, DORA = "1001", "1004", "1005", "1003", "1002", "1010", "1011"
DESK = {"name": "desk", "kind": "desk"}
SPARE = "+45 20 10 10 98"
OLD, NEW, CHIEFS = "chief@acme.example", "mallory@evil.example", "second@acme.example"
CLARAS = "clara@acme.example"


@dataclass(frozen=True)
class Company:
    """Acme with two administrators, two superusers, somebody with their own recordings and somebody who listens in."""

    store: Store
    clock: Clock
    console: Console

    def actor(self, username: str) -> Actor:
        return actors.actor(self.store, ACME, username)

    def put(self, username: str, by: str | Actor = ADMIN, **given: Any) -> Outcome:
        """A user changed, or added."""

        def change(draft: Draft) -> None:
            is_known = draft.has("user", username)
            before = draft.entry("user", username) if is_known else {"username": username, "extension": username}
            draft.put("user", {**before, **given}, username if is_known else None)

        return edit(self.store, ACME, self.actor(by) if isinstance(by, str) else by, change)

    def remove(self, username: str) -> Outcome:
        return edit(self.store, ACME, self.actor(ADMIN), lambda draft: draft.remove("user", username))

    def row(self, username: str) -> Any:
        [found] = Draft(self.store, ACME).rows(users.USER, "username", username)
        return found

    def rights(self, username: str) -> set[str]:
        return {row.right_name for row in Draft(self.store, ACME).rows(grants.RIGHT, "username", username)}

    def phones(self, username: str) -> set[str]:
        rows = Draft(self.store, ACME).rows
        numbers = {row.number for row in rows(users.USER_NUMBER, "username", username)}
        return numbers | {row.name for row in rows(devices.DEVICE, "username", username)}

    def told(self, kind: MailKind) -> set[str]:
        return {mail.receiver for mail in mails.listed(self.store, ACME) if mail.kind is kind}

    def waits(self) -> list[WaitingChange]:
        return [one for one in waiting_rows.listed(self.store, ACME, operator("root")) if one.is_waiting]


@pytest.fixture
def acme(console: Console) -> Company:
    everybody = (
        (ADMIN, {"email": "anna@acme.example", "admin": "company-admin"}),
        (OTHER, {"email": "ole@acme.example", "admin": "company-admin"}),
        (CHIEF, {"email": OLD, "role": "superuser"}),
        (SECOND, {"email": CHIEFS, "role": "superuser"}),
        (CLARA, {"email": "clara@acme.example", "role": "my-console", "record": False}),
        (DORA, {"email": "dora@acme.example"}),
        (BO, {"email": "bo@acme.example", "licences": ["contact-pro"], "rights": ["listen-in"]}),
    )
    company = Company(console.store, console.clock, console)
    for username, given in everybody:
        company.put(username, operator("root"), **given)
    # What was sent before is not what is told now.
    console.store.run("DELETE FROM mail")
    console.clock.turn(40 * DAY_SECONDS)
    return company


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
    "turns off the superuser's one-time codes": (lambda c: _codes_off(c, CHIEF), False),
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


def _codes_off(company: Company, username: str) -> None:
    secret = authenticators.new(company.store, ACME, username, company.console.secret_keys)
    code = totp.code(secret, int(company.clock()) // 30)
    authenticators.confirm(company.store, ACME, username, code, company.console.secret_keys)
    carrying.remove_codes(company.store, ACME, username, company.actor(ADMIN))


def _state(company: Company) -> tuple[object, ...]:
    """Who could hear, and by what."""
    everybody = policies.current_version(company.store, ACME)
    found = users.users(company.store, ACME, everybody)
    rows = [company.row(one.username) for one in found]
    return (
        [
            (row.username, row.role, row.admin, row.email if row.role != "none" or row.admin != "none" else "")
            for row in rows
        ],
        [(one.username, sorted(company.rights(one.username)), company.phones(one.username)) for one in found],
        [(one.username, one.totp) for one in accounts.listed(company.store, ACME)],
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_company_administrator_comes_to_hear_by_no_way_alone_and_unseen(acme: Company, way: str) -> None:
    act, is_made_after_a_day = WAYS[way]
    acme.put(OTHER, operator("root"), mobile_numbers=[SPARE])
    act(acme)
    [change] = acme.waits()
    told = acme.told(MailKind.CHANGE_WAITS)
    assert told - {"anna@acme.example", NEW}, "somebody else is told, at an address from before"
    assert NEW not in told
    before = _state(acme)
    is_own = change.username == CHIEF and not change.asked.gives
    for who in (ADMIN,) if is_own else (ADMIN, change.username):
        with pytest.raises((Refused, Invalid)):
            carrying.confirm(acme.store, ACME, change.id, acme.actor(who))
    acme.clock.turn(DAY_SECONDS - 60)
    carrying.carry_out(acme.store)
    assert _state(acme) == before, "a day is a day"
    acme.clock.turn(120)
    carrying.carry_out(acme.store)
    assert (_state(acme) != before) is is_made_after_a_day
    if not is_made_after_a_day:
        acme.clock.turn(LONGEST_SECONDS)
        carrying.carry_out(acme.store)
        assert waiting_rows.get(acme.store, ACME, change.id).state == "dropped"
        assert _state(acme) == before


@pytest.mark.parametrize(
    ("way", "second"), [(way, ("another person", "the operator")[at % 2]) for at, way in enumerate(WAYS)]
)
def test_a_second_person_makes_it_true_at_once(acme: Company, way: str, second: str) -> None:
    acme.put(OTHER, operator("root"), mobile_numbers=[SPARE])
    WAYS[way][0](acme)
    [change] = acme.waits()
    before = _state(acme)
    by_user = acme.actor(SECOND if change.takes is Wait.SUPERUSER else OTHER)
    by = operator("root") if second == "the operator" or change.username == OTHER else by_user
    made = carrying.confirm(acme.store, ACME, change.id, by)
    assert (made.state, made.ended_by) == ("made", by.logged_name)
    assert _state(acme) != before
    [entry] = [one for one in trail.listed(acme.store, ACME, 20) if one.act == "change-made"]
    assert entry.facts["made_by"] == f"{ADMIN}@{ACME}" and "->" in entry.facts["items"][0]
    with pytest.raises(Refused, match="waits no more"):
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
    with pytest.raises(Refused, match="waits no more"):
        carrying.confirm(acme.store, ACME, change.id, acme.actor(OTHER))
    assert acme.row(CLARA).role == "none"


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


@pytest.mark.parametrize("seconds", [-40 * DAY_SECONDS, -3_600.0])
def test_a_clock_that_is_put_back_makes_it_wait_a_day_from_then_and_no_longer(acme: Company, seconds: float) -> None:
    acme.put(CLARA, email=NEW)
    acme.clock.turn(seconds)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == CLARAS
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert acme.row(CLARA).email == NEW


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
    _codes_off(acme, CLARA)
    carrying.confirm(acme.store, ACME, acme.waits()[0].id, acme.actor(OTHER))
    acme.put(CLARA, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.SECOND_PERSON]


@pytest.fixture
def signing_acme(acme: Company) -> Company:
    """Acme, with a key outside the store."""
    acme.store.run("DELETE FROM waiting_change")
    acme.store.audit_keys = ["11" * 32]
    return acme


_FORGERIES = {
    "a row of one's own": "INSERT INTO waiting_change (id, company, username, items, made_by, made_at, due_at,"
    " takes_second, of_hearer, state, signature) SELECT 'forged', company, username, items, made_by, made_at, due_at,"
    " takes_second, of_hearer, 'waiting', signature FROM waiting_change",
    "another value": "UPDATE waiting_change SET items = REPLACE(items, 'new@', 'mallory@')",
    "another time": "UPDATE waiting_change SET due_at = due_at - 80000",
    "another user": f"UPDATE waiting_change SET username = '{DORA}'",
    "nobody to confirm it": "UPDATE waiting_change SET takes_second = FALSE",
    "another who asks": f"UPDATE waiting_change SET made_by = '{OTHER}@{ACME}'",
    "no signature": "UPDATE waiting_change SET signature = NULL",
    "what can't be read": "UPDATE waiting_change SET items = '{'",
}


@pytest.mark.parametrize("forgery", _FORGERIES)
def test_what_somebody_wrote_into_the_store_is_not_made(signing_acme: Company, forgery: str) -> None:
    acme = signing_acme
    acme.put(CLARA, email="new@acme.example", **({"role": "superuser"} if "nobody" in forgery else {}))
    before = _state(acme)
    acme.store.run(_FORGERIES[forgery])
    if forgery == "a row of one's own":
        acme.store.run("DELETE FROM waiting_change WHERE id <> 'forged'")
    acme.clock.turn(LONGEST_SECONDS if "nobody" in forgery else DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert _state(acme) == before
    assert str(acme.store.rows("SELECT state FROM waiting_change")) == "[('dropped',)]"
    [entry] = [one for one in trail.listed(acme.store, ACME, 5) if one.act == "change-dropped"]
    assert "no key signed it" in entry.facts["reason"]


def test_nobody_confirms_what_no_key_signed(signing_acme: Company) -> None:
    signing_acme.put(CLARA, email=NEW)
    signing_acme.store.run("UPDATE waiting_change SET signature = NULL")
    [change] = signing_acme.waits()
    with pytest.raises(Refused, match="no key signed"):
        carrying.confirm(signing_acme.store, ACME, change.id, signing_acme.actor(OTHER))


def test_a_rejected_change_that_is_put_back_is_not_made(signing_acme: Company) -> None:
    store = signing_acme.store
    signing_acme.put(CLARA, email=NEW)
    [change] = signing_acme.waits()
    [(signature,)] = store.rows("SELECT signature FROM waiting_change")
    rejecting.reject(store, ACME, change.id, signing_acme.actor(CLARA))
    store.run(f"UPDATE waiting_change SET state = 'waiting', ended_at = NULL, signature = '{signature}'")
    signing_acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(store)
    assert signing_acme.row(CLARA).email == CLARAS
    assert waiting_rows.get(store, ACME, change.id).state == "dropped"


def test_a_signed_change_is_made_with_a_newer_key_and_after_the_clock_was_put_back(signing_acme: Company) -> None:
    signing_acme.put(CLARA, email=NEW)
    signing_acme.store.audit_keys = ["22" * 32, "11" * 32]
    signing_acme.clock.turn(-3_600.0)
    carrying.carry_out(signing_acme.store)
    signing_acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(signing_acme.store)
    assert signing_acme.row(CLARA).email == NEW


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


def test_who_was_a_superuser_until_lately_asks_as_one_who_is_none(acme: Company) -> None:
    acme.put(ADMIN, operator("root"), role="superuser")
    acme.put(ADMIN, operator("root"), role="none")
    acme.put(CHIEF, email=NEW)
    assert [one.takes for one in acme.waits()] == [Wait.SUPERUSER]
