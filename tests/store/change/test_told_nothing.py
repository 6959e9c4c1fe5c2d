"""A change of a user out of reach is refused before anything is said of that user, by every door."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import FsplugError, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope
from fsplug.store.change import edit_entry, edit_users, planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.sheets import headings, importing, reading
from fsplug.store.db.database import Store
from tests.store.cast import ACME

SUB_ADMIN = Actor("1002", AdminScope.SUB_ADMIN, company=ACME, departments=frozenset({"Sales"}))
# Of Support.
THERE = {
    "name": "Clara Dahl",
    "email": "clara@acme.example",
    "device": [{"kind": "desk", "password": "an-old-one-of-hers-long-enough"}],
}
ANOTHER = {"name": "Bodil Krog", "email": "bodil@acme.example"}
WRONG: tuple[dict[str, Any], ...] = (
    ANOTHER,
    {**ANOTHER, "extension": "1001"},
    {**ANOTHER, "extension": "x"},
    {**ANOTHER, "role": "boss"},
    {**ANOTHER, "department": "Sales"},
    {"device": [{"kind": "desk", "password": "short-one"}]},
)


@pytest.fixture
def staffed(store: Store) -> Store:
    """Clara has a name, an address and a phone."""
    _set(store, "operator", THERE)
    return store


def _set(store: Store, by: str | Actor, given: dict[str, Any]) -> None:
    edit(store, ACME, by, lambda draft: draft.put("user", {**draft.entry("user", "1003"), **given}, "1003"))


def _save(store: Store, given: dict[str, Any]) -> None:
    entry = Draft(store, ACME).entry("user", "1003")
    edit_entry.save(store, ACME, "user", "1003", {**entry, **given}, SUB_ADMIN, edit_entry.word_for(entry))


def _apply(store: Store, given: dict[str, Any]) -> None:
    document = planning.export(store, ACME)
    [clara] = [one for one in document["company"][0]["user"] if one["username"] == "1003"]
    clara |= given
    planning.plan(store, document, by=SUB_ADMIN)


def _import(store: Store, given: dict[str, Any]) -> None:
    cells = {"username": "1003", **{name: value for name, value in given.items() if isinstance(value, str)}}
    sheet = reading.read("\n".join(map(",".join, (cells, cells.values()))).encode())
    importing.preview(store, ACME, sheet, headings.guessed(sheet.headings), SUB_ADMIN)


def _mark(store: Store, given: dict[str, Any]) -> None:
    wanted = edit_users.UserEdit(email=given.get("email"), department=given.get("department"))
    edit_users.preview(store, ACME, ["1003"], wanted, SUB_ADMIN)


DOORS: dict[str, Callable[[Store, dict[str, Any]], None]] = {
    "command": lambda store, given: _set(store, SUB_ADMIN, given),
    "page": _save,
    "document": _apply,
    "import": _import,
    "marked users": _mark,
}


@pytest.mark.parametrize("door", DOORS)
def test_whatever_is_wrong_with_it_nothing_is_said_of_who_is_there(staffed: Store, door: str) -> None:
    for given in WRONG:
        with pytest.raises(FsplugError) as refused:
            DOORS[door](staffed, given)
        said = f"{refused.value.text} {refused.value.facts}"
        assert isinstance(refused.value, Refused) or refused.value.code in ("unknown-user", "invalid-document"), given
        assert not any(secret in said for secret in ("Clara", "clara@", "an-old-one-of-hers-long-enough")), (
            given,
            said,
        )


@pytest.mark.parametrize(
    "given", [ANOTHER, {"device": [{"kind": "desk", "password": "short-one"}]}], ids=["who", "phone"]
)
@pytest.mark.parametrize("door", ["command", "page", "document"])
def test_what_would_be_wrong_reads_as_what_is_merely_not_allowed(staffed: Store, door: str, given: Any) -> None:
    said = []
    for one in (given, {"name": "Clara D."}):
        with pytest.raises(Refused) as refused:
            DOORS[door](staffed, one)
        said.append(refused.value.text)
    assert len(set(said)) == 1
    assert "users of other departments" in said[0]


def test_who_is_within_reach_is_told_what_is_wrong(staffed: Store) -> None:
    within = Actor("1002", AdminScope.SUB_ADMIN, company=ACME, departments=frozenset({"Sales", "Support"}))
    for given, told in ((ANOTHER, "another person than 'Clara'"), ({"role": "boss"}, "role: 'boss'")):
        with pytest.raises(FsplugError, match=told):
            _set(staffed, within, given)
