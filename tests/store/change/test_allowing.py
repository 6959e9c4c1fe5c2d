"""Being listened to is a person's own choice, or granted as a right is: told to the person, and named in the trail."""

from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import trail
from fsplug.store.change import own_profile, waiting, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import Console
from tests.store.cast import ACME

CHIEF = Actor("1001", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)
SUB_ADMIN = Actor("1001", AdminScope.SUB_ADMIN, Role.NONE, ACME, frozenset({"Sales"}))
BO, ADDRESS = "1002", "bo@acme.example"
MEETING = {"name": "meeting", "allow_listen": False, "active": True}
OPEN = {"name": "open", "allow_listen": True, "active": False}
CLOSED = {**OPEN, "allow_listen": False}
OPEN_IN_USE, MEETING_LEFT = {**OPEN, "active": True}, {**MEETING, "active": False}


def _profiles(console: Console, *its: dict[str, Any], by: Actor | str = "operator", username: str = BO) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", username), "profile": list(its)}, username)

    edit(console.store, ACME, by, change)


def _told(console: Console) -> list[str]:
    """What was told of Bo's changes, to Bo."""
    sent = [one for one in mails.listed(console.store, ACME) if one.kind is MailKind.CHANGE_MADE]
    assert {one.receiver for one in sent} <= {ADDRESS}
    found = (waiting_rows.get(console.store, ACME, one.subject.partition(":")[0]) for one in sent)
    return [line for one in found for line in waiting.in_words(one)]


@pytest.fixture(autouse=True)
def bo(console: Console) -> None:
    """Bo has an address."""
    console.give(BO, email=ADDRESS)


# What an administrator makes of Bo's profiles, before and after, that lets others listen to Bo.
OPENED: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]] = {
    "allowed": ([MEETING, CLOSED], [MEETING, OPEN], ["allow-listen: - -> open"]),
    "put in use": ([MEETING, OPEN], [MEETING_LEFT, OPEN_IN_USE], ["profile-in-use: - -> open"]),
    "added": ([MEETING], [MEETING, OPEN], ["allow-listen: - -> open"]),
    "the first": ([], [OPEN_IN_USE], ["allow-listen: - -> open", "profile-in-use: - -> open"]),
}


@pytest.mark.parametrize("how", OPENED)
def test_who_may_not_grant_lets_nobody_be_listened_to(console: Console, how: str) -> None:
    before, after, _ = OPENED[how]
    _profiles(console, *before)
    with pytest.raises(Refused) as refused:
        _profiles(console, *after, by=SUB_ADMIN)
    assert "whether 1002 may be listened to" in refused.value.text


@pytest.mark.parametrize("how", OPENED)
def test_an_administrator_s_act_is_told_to_the_person_and_named_in_the_trail(console: Console, how: str) -> None:
    before, after, told = OPENED[how]
    _profiles(console, *before)
    earlier = _told(console)
    _profiles(console, *after, by=CHIEF)
    assert [one for one in _told(console) if one not in earlier] == told
    [entry, *_] = trail.listed(console.store, ACME)
    assert BO in entry.people
    assert any("listen-in" in one for one in entry.facts["turned"])
    assert entry.act == ("configuration" if how == "put in use" else "rights")


def test_the_operator_s_act_is_told_too(console: Console) -> None:
    _profiles(console, OPEN_IN_USE)
    assert _told(console) == ["allow-listen: - -> open", "profile-in-use: - -> open"]


@pytest.mark.parametrize("by", [SUB_ADMIN, CHIEF])
def test_what_ends_it_takes_no_right_and_no_mail(console: Console, by: Actor) -> None:
    _profiles(console, MEETING_LEFT, OPEN_IN_USE)
    told = _told(console)
    _profiles(console, MEETING, OPEN, by=by)
    _profiles(console, MEETING, CLOSED, by=by)
    _profiles(console, MEETING, by=by)
    assert _told(console) == told


def test_one_s_own_choice_is_told_to_nobody(console: Console) -> None:
    _profiles(console, MEETING, OPEN)
    told = _told(console)
    own_profile.choose(console.store, Actor(BO, AdminScope.NONE, Role.NONE, ACME), "open")
    assert _told(console) == told
    [entry, *_] = trail.listed(console.store, ACME)
    assert (entry.act, entry.people) == ("configuration", (BO,))


def test_a_sub_admin_says_so_of_their_own_profile(console: Console) -> None:
    _profiles(console, MEETING, CLOSED, username="1001")
    _profiles(console, MEETING, OPEN, by=SUB_ADMIN, username="1001")
