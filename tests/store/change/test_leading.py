"""Where calls are led: the trail names where they went and where they go, and who is led past is told."""

from typing import Any

import pytest

from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.audit import trail
from fsplug.store.change import waiting, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailKind
from tests.store.accountcast import Console
from tests.store.cast import ACME

CHIEF = Actor("1003", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)
OUTSIDE, HOURS = "+4522334455", ["mon-fri 08:00-16:00"]
DIRECT, SALES = "+4570101001", "+4570102001"
IVR = {"number": "301", "name": "Menu", "default": {"group": "2001"}, "choices": {"1": {"user": "1001"}}}


def _put(console: Console, kind: str, entry: str, by: Actor | str = "operator", **given: Any) -> None:
    def change(draft: Draft) -> None:
        there = draft.has(kind, entry)
        draft.put(kind, {**(draft.entry(kind, entry) if there else {}), **given}, entry if there else None)

    edit(console.store, ACME, by, change)


def _led(console: Console) -> list[str]:
    [entry, *_] = trail.listed(console.store, ACME)
    return list(entry.facts.get("led", ()))


def _told(console: Console) -> dict[str, set[str]]:
    """What was told, as the mails have it, and at which addresses."""
    found: dict[str, set[str]] = {}
    for mail in mails.listed(console.store, ACME):
        if mail.kind is MailKind.CHANGE_MADE:
            change = waiting_rows.get(console.store, ACME, mail.subject.partition(":")[0])
            if change.items[0].table == "leading":
                text = f"{change.username}: {'; '.join(waiting.in_words(change))}"
                found.setdefault(text, set()).add(mail.receiver.partition("@")[0])
    return found


@pytest.fixture(autouse=True)
def people(console: Console) -> None:
    """Anna, Bo, and two administrators, Clara and Dora; a menu."""
    console.give("1001", email="anna@acme.example")
    console.give("1002", email="bo@acme.example")
    console.give("1003", email="clara@acme.example", admin="company-admin")
    _put(console, "user", "1004", username="1004", extension="1004", email="dora@acme.example", admin="company-admin")
    _put(console, "ivr", "301", **IVR)


@pytest.mark.parametrize(
    ("kind", "name", "given", "line"),
    [
        ("number", DIRECT, {"user": None, "group": "2001"}, f"number {DIRECT}: open: user 1001 -> group 2001"),
        (
            "number",
            DIRECT,
            {"hours": HOURS, "closed": {"number": OUTSIDE}},
            f"number {DIRECT}: closed: - -> number {OUTSIDE}",
        ),
        ("group", "2001", {"overflow": {"user": "1003"}}, "group 2001: overflow: - -> user 1003"),
        ("ivr", "301", {"default": {"number": OUTSIDE}}, f"ivr 301: default: group 2001 -> number {OUTSIDE}"),
        ("ivr", "301", {"choices": {"1": {"number": OUTSIDE}}}, f"ivr 301: choice 1: user 1001 -> number {OUTSIDE}"),
        ("ivr", "301", {"choices": {}}, "ivr 301: choice 1: user 1001 -> -"),
    ],
)
def test_the_trail_has_where_calls_went_and_where_they_go(
    console: Console, kind: str, name: str, given: dict[str, Any], line: str
) -> None:
    _put(console, kind, name, **given)
    assert _led(console) == [line]


def test_what_leads_nobody_elsewhere_says_nothing_of_it(console: Console) -> None:
    _put(console, "group", "2001", name="Sales team")
    assert _led(console) == []


def test_whose_number_is_led_outside_is_told_and_so_are_the_other_administrators(console: Console) -> None:
    _put(console, "number", DIRECT, CHIEF, hours=HOURS, closed={"number": OUTSIDE})
    assert _told(console) == {f"{DIRECT}: closed: - -> {OUTSIDE}": {"anna", "dora"}}


def test_the_members_of_a_group_are_told(console: Console) -> None:
    _put(console, "group", "2001", overflow={"number": OUTSIDE})
    _put(console, "number", SALES, hours=HOURS, closed={"number": OUTSIDE})
    assert _told(console) == {
        f"Sales (2001): overflow: - -> {OUTSIDE}": {"anna", "bo", "clara", "dora"},
        f"{SALES}: closed: - -> {OUTSIDE}": {"anna", "bo", "clara", "dora"},
    }
    _put(console, "group", "2001", overflow={"number": "+4599887766"})
    assert _told(console)[f"Sales (2001): overflow: {OUTSIDE} -> +4599887766"] == {"anna", "bo", "clara", "dora"}


def test_of_a_menu_the_administrators_are_told(console: Console) -> None:
    _put(console, "ivr", "301", choices={"1": {"number": OUTSIDE}})
    assert _told(console) == {f"301: choice: 1: 1001 -> 1: {OUTSIDE}": {"clara", "dora"}}


def test_calls_that_stay_inside_are_told_to_nobody(console: Console) -> None:
    _put(console, "group", "2001", overflow={"user": "1003"})
    _put(console, "number", DIRECT, user="1002")
    assert _told(console) == {}
