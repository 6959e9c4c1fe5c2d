"""What a grant will reach: by whom it was set, also by somebody who could not grant."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.change.reached import Grantee, seen
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from tests.store.cast import ACME, CAST

SUB_ADMIN = Actor("1003", AdminScope.SUB_ADMIN, company=ACME, departments=frozenset({"Sales"}))
CHIEF = Actor("1001", AdminScope.COMPANY_ADMIN, company=ACME)
PHONE = {"name": "mine", "kind": "desk", "sip_username": "mine"}


@pytest.fixture
def staffed(store: Store) -> Store:
    """Anna administers the company and Clara Sales; Bo has an address and a phone of the operator's."""
    _set(store, "operator", "1001", admin="company-admin")
    _set(store, "operator", "1003", admin="sub-admin", admin_departments=["Sales"])
    _set(store, "operator", "1002", email="bo@acme.example", device=[{"kind": "desk"}])
    return store


def _set(store: Store, by: Actor | str, username: str, **given: Any) -> None:
    edit(store, ACME, by, _put(username, **given))


def _put(username: str, **given: Any) -> Callable[[Draft], None]:
    return lambda draft: draft.put("user", {**draft.entry("user", username), **given}, username)


def _reached(store: Store, **given: Any) -> list[Grantee]:
    found: list[Grantee] = []
    edit(store, ACME, CHIEF, _put("1002", **given), dry_run=True, confirm=found.extend)
    return found


def _things(found: list[Grantee]) -> list[tuple[str, str, str, bool]]:
    return [(str(one.kind), one.name, one.set_by, one.is_doubtful) for grantee in found for one in grantee.things]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rights": ["listen-in"]}, "right listen-in"),
        ({"licences": ["contact-pro"]}, "licence contact-pro"),
        ({"role": "my-console"}, "role my-console"),
        ({"admin": "company-admin"}, "admin scope company-admin"),
    ],
)
def test_whatever_is_granted_shows_what_it_reaches(staffed: Store, given: dict[str, Any], said: str) -> None:
    [found] = _reached(staffed, **given)
    assert (found.domain, found.username, found.grants) == (ACME, "1002", (said,))
    own = [("email", "bo@acme.example", "operator", False), ("phone", "desk (1002)", "operator", False)]
    assert _things([found]) == own


def test_what_an_admin_of_less_power_planted_is_doubtful(staffed: Store) -> None:
    before = Draft(staffed, ACME).entry("user", "1002")
    _set(staffed, SUB_ADMIN, "1002", device=[*before["device"], PHONE], mobile_numbers=["+4522334499"])
    _set(staffed, SUB_ADMIN, "1002", email="mine@acme.example")
    # Whoever changes something else of the user later has not set them.
    _set(staffed, CHIEF, "1002", name="Bo Lund", department="Support")
    assert _things(_reached(staffed, rights=["listen-in"])) == [
        ("email", "mine@acme.example", f"1003@{ACME}", True),
        ("phone", "desk (1002)", "operator", False),
        ("phone", "mine (mine)", f"1003@{ACME}", True),
        ("number", "+4522334499", f"1003@{ACME}", True),
    ]


def test_a_number_that_nobody_has_verified_is_doubtful_whoever_set_it(staffed: Store) -> None:
    _set(staffed, CHIEF, "1002", mobile_numbers=["+4522334499"])
    *_, number = [thing for one in _reached(staffed, rights=["listen-in"]) for thing in one.things]
    assert (number.by_granter, number.verified, number.is_doubtful) == (True, False, True)


def test_who_could_grant_when_they_set_it_is_trusted_whatever_became_of_them(staffed: Store) -> None:
    _set(staffed, CHIEF, "1002", email="bo.lund@acme.example")
    _set(staffed, "operator", "1001", admin="none")
    _set(staffed, "operator", "1003", admin="company-admin", admin_departments=[])
    [email, *_] = _things(_reached(staffed, rights=["listen-in"]))
    assert email == ("email", "bo.lund@acme.example", f"1001@{ACME}", False)


def test_nothing_is_asked_of_what_grants_nothing_or_reaches_nothing(staffed: Store) -> None:
    assert _reached(staffed, name="Bo Lund") == []
    nobody = {"username": "new", "extension": "1099", "email": "new@acme.example", "rights": ["listen-in"]}
    found: list[Grantee] = []
    edit(staffed, ACME, "operator", lambda draft: draft.put("user", nobody), dry_run=True, confirm=found.extend)
    edit(staffed, ACME, "operator", _put("1003", rights=["listen-in"]), dry_run=True, confirm=found.extend)
    assert found == []
    assert _reached(staffed, rights=["listen-in"], email="now@acme.example", device=[]) == []


def test_who_must_not_grant_is_told_nothing(staffed: Store) -> None:
    asked: list[Grantee] = []
    with pytest.raises(Refused):
        edit(staffed, ACME, SUB_ADMIN, _put("1002", rights=["listen-in"]), confirm=asked.extend)
    assert asked == []


def test_nothing_is_saved_that_is_not_confirmed(staffed: Store) -> None:
    version = policies.current_version(staffed, ACME)

    def refuse(found: list[Grantee]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        edit(staffed, ACME, CHIEF, _put("1002", rights=["listen-in"]), confirm=refuse)
    assert policies.current_version(staffed, ACME) == version


def test_a_document_shows_it_too(staffed: Store) -> None:
    [acme] = planning.export(staffed, ACME)["company"]
    acme["user"][1]["rights"] = ["listen-in"]
    acme["user"].append({"username": "new", "extension": "1099", "role": "superuser", "email": "new@acme.example"})
    plan = planning.plan(staffed, {"company": [acme, {**copy.deepcopy(CAST["company"][1]), "domain": "new.example"}]})
    [found] = planning.grantees(staffed, plan)
    assert (found.username, len(found.things)) == ("1002", 2)


def test_the_word_for_a_list_is_another_once_something_was_planted(staffed: Store) -> None:
    before = seen(_reached(staffed, rights=["listen-in"]))
    assert seen(_reached(staffed, rights=["listen-in"])) == before
    _set(staffed, SUB_ADMIN, "1002", email="mine@acme.example")
    assert seen(_reached(staffed, rights=["listen-in"])) != before
