"""Who sets no policy leads no calls past a group whose policy says something, nor to one: then others are recorded."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store
from tests.store.cast import ACME
from tests.tables import table

CHIEF = Actor("1003", AdminScope.COMPANY_ADMIN, Role.NONE, ACME)
BOTH = Actor("1003", AdminScope.COMPANY_ADMIN, Role.SUPERUSER, ACME)
DIRECT, SALES, UNION, NEW = "+4570101001", "+4570102001", "+4570102002", "+4570102003"
HOURS = ["mon-fri 08:00-16:00"]
Change = Callable[[Draft], None]


@pytest.fixture
def company(store: Store) -> Store:
    """Acme, where 2001 is always recorded and 2004 too, 2002 never, and 2003 as its members' departments are."""

    def furnish(draft: Draft) -> None:
        for number, mode in (("2002", "never"), ("2003", "department"), ("2004", "always")):
            draft.put("group", {"number": number, "name": number, "members": ["1001"], "mode": mode})
        draft.put("group", {**draft.entry("group", "2004"), "overflow": {"group": "2003"}}, "2004")
        draft.put("ivr", {"number": "301", "name": "Menu", "default": {"user": "1001"}, "choices": _CHOICES})
        draft.put(
            "ivr", {"number": "302", "name": "Other", "default": {"group": "2003"}, "choices": {"1": {"user": "1002"}}}
        )
        draft.put("number", {"number": UNION, "group": "2002"})

    edit(store, ACME, "operator", furnish)
    return store


_CHOICES = {"1": {"group": "2001"}, "2": {"user": "1002"}}


def _put(kind: str, name: str, **values: Any) -> Change:
    def change(draft: Draft) -> None:
        there = draft.has(kind, name)
        before = draft.entry(kind, name) if there else {"number": name}
        its = {**before, **values}
        draft.put(kind, {key: value for key, value in its.items() if value is not None}, name if there else None)

    return change


def _lead(number: str, **to: Any) -> Change:
    return _put("number", number, **{"user": None, "group": None, "ivr": None, **to})


def _again(number: str, **to: Any) -> Change:
    def change(draft: Draft) -> None:
        draft.remove("number", number)
        draft.put("number", {"number": number, **to})

    return change


def _both(*changes: Change) -> Change:
    def change(draft: Draft) -> None:
        for one in changes:
            one(draft)

    return change


def _away(draft: Draft) -> None:
    draft.remove("number", SALES)


_ROWS: tuple[tuple[str, Change, bool], ...] = (
    ("past the group, to a user", _lead(SALES, user="1001"), True),
    ("past it, to another that is recorded otherwise", _lead(SALES, group="2003"), True),
    ("to another that is recorded as it is", _lead(SALES, group="2004"), False),
    ("past it, by a menu", _lead(SALES, ivr="302"), True),
    ("by a menu that leads on to it", _lead(SALES, ivr="301"), False),
    ("past it, when it is closed", _put("number", SALES, hours=HOURS, closed={"user": "1001"}), True),
    ("to one recorded alike, when it is closed", _put("number", SALES, hours=HOURS, closed={"group": "2004"}), False),
    ("a new one, by the hour", _put("number", NEW, group="2001", hours=HOURS, closed={"user": "1001"}), False),
    ("nowhere", _away, True),
    ("nowhere, and back elsewhere", _again(SALES, user="1001"), True),
    ("out of silence", _lead(UNION, group="2003"), True),
    ("into silence", _lead(DIRECT, group="2002"), True),
    ("a new one into silence", _lead(NEW, group="2002"), True),
    ("a new one to a recorded group", _lead(NEW, group="2001"), False),
    ("a user's to another user", _lead(DIRECT, user="1002"), False),
    ("a group of no policy, past nothing", _put("group", "2003", overflow={"user": "1002"}), False),
    ("on, sooner, to another way of recording", _put("group", "2004", ring_seconds=5), True),
    ("on, past nothing", _put("group", "2004", overflow=None), False),
    ("a choice, past it", _put("ivr", "301", choices={**_CHOICES, "1": {"user": "1002"}}), True),
    ("a choice beside it", _put("ivr", "301", choices={**_CHOICES, "2": {"user": "1003"}}), False),
    (
        "to a menu that is changed to lead there",
        _both(_put("ivr", "302", default={"group": "2004"}), _lead(SALES, ivr="302")),
        True,
    ),
)


def _refused(store: Store, actor: Actor, change: Change) -> str | None:
    try:
        assert edit(store, ACME, actor, change, dry_run=True).changed
    except Refused as refused:
        assert "whether calls to" in refused.text, refused.text
        return refused.code
    return None


def test_who_sets_no_policy_leads_no_calls_past_what_it_says(company: Store) -> None:
    with table() as rows:
        for name, change, is_policy in _ROWS:
            with rows.row(name):
                assert _refused(company, CHIEF, change) == ("not-superuser" if is_policy else None)
                assert _refused(company, BOTH, change) is None
                assert _refused(company, Actor("operator"), change) is None


def test_hours_that_choose_between_two_ways_of_recording_are_policy(company: Store) -> None:
    edit(company, ACME, "operator", _put("number", SALES, hours=HOURS, closed={"user": "1001"}))
    edit(company, ACME, "operator", _put("number", DIRECT, hours=HOURS, closed={"user": "1002"}))
    shut = ["sun 00:00-00:01"]
    assert _refused(company, CHIEF, _put("number", SALES, hours=shut)) == "not-superuser"
    assert _refused(company, CHIEF, _put("number", DIRECT, hours=shut)) is None


def test_a_document_is_no_other_door(company: Store) -> None:
    document = planning.export(company, ACME, by=CHIEF)
    [its] = document["company"]
    [number] = (one for one in its["number"] if one["number"] == SALES)
    number |= {"user": "1001"}
    del number["group"]
    with pytest.raises(Refused, match="whether calls to number"):
        planning.make(company, planning.plan(company, document, by=CHIEF), CHIEF)
