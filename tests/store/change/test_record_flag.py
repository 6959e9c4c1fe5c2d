"""Whether a user is recorded is policy: who may say so, by which door."""

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change import edit_policy, planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.db.database import Store
from tests.store.cast import ACME, CAST
from tests.tables import table

ADMINS = [Actor("boss", scope, Role.NONE, ACME, frozenset({"Sales"})) for scope in AdminScope if scope != "none"]
SUPERUSER = Actor("boss", AdminScope.NONE, Role.SUPERUSER, ACME)
BOTH = Actor("boss", AdminScope.COMPANY_ADMIN, Role.SUPERUSER, ACME)


def _turn(draft: Draft) -> None:
    draft.put("user", {**draft.entry("user", "1001"), "record": False}, "1001")


def _turn_and_rename(draft: Draft) -> None:
    draft.put("user", {**draft.entry("user", "1001"), "record": False, "name": "Anne"}, "1001")


def _add(draft: Draft) -> None:
    draft.put("user", {"username": "1009", "extension": "1009", "department": "Sales", "record": True})


def _allowed(store: Store, actor: Actor, change: object) -> bool:
    try:
        return edit(store, ACME, actor, change, dry_run=True).changed  # type: ignore[arg-type]
    except Refused as refused:
        assert "is recorded" in refused.text
        return False


@pytest.mark.parametrize("change", [_turn, _turn_and_rename, _add])
def test_an_administrator_says_who_is_recorded_only_where_the_company_lets_them(store: Store, change: object) -> None:
    with table() as rows:
        for actor in ADMINS:
            with rows.row(actor.scope):
                assert not _allowed(store, actor, change)
        with rows.row("company-admin who is superuser too"):
            assert _allowed(store, BOTH, change)
        edit_policy.set_admins_set_record(store, ACME, True, "operator")
        for actor in ADMINS:
            with rows.row(actor.scope, "where the company lets them"):
                assert _allowed(store, actor, change)


def test_a_superuser_turns_recording_and_changes_nothing_else_of_a_user(store: Store) -> None:
    assert _allowed(store, SUPERUSER, _turn)
    with pytest.raises(Refused, match="not allowed to change user 1001"):
        edit(store, ACME, SUPERUSER, _turn_and_rename)
    with pytest.raises(Refused, match="not allowed to change user 1009"):
        edit(store, ACME, SUPERUSER, _add)


def test_who_sets_no_policy_lets_nobody_set_it_not_even_beside_another_change(store: Store) -> None:
    chief = ADMINS[-1]
    for policy in ({"admins_set_record": True}, {"when_away": "refused"}):
        for beside in ({}, {"name": "New A/S"}):

            def put(draft: Draft, table: dict[str, object] = {**policy, **beside}) -> None:  # noqa: B006
                draft.put_detail({**draft.detail(), **table})

            with pytest.raises(Refused, match="not allowed"):
                edit(store, ACME, chief, put)
            assert edit(store, ACME, BOTH, put, dry_run=True).changed
    edit(store, ACME, chief, lambda draft: draft.put_detail({**draft.detail(), "name": "New A/S"}))


def test_how_a_company_s_numbers_are_read_is_the_operator_s_to_change(store: Store) -> None:
    """Elsewhere a customer's number reads as an extension, and an excluded number as another."""

    def put(draft: Draft) -> None:
        draft.put_detail({**draft.detail(), "country": "SE"})

    for actor in (*ADMINS, SUPERUSER, BOTH):
        with pytest.raises(Refused, match="ask the operator"):
            edit(store, ACME, actor, put)
    assert edit(store, ACME, "operator", put, dry_run=True).changed


def test_a_document_turns_no_more_than_its_bearer_may(store: Store) -> None:
    document = {"company": [{**CAST["company"][0]}]}
    document["company"][0]["user"] = [
        {**user, "record": False} if user["username"] == "1001" else user for user in document["company"][0]["user"]
    ]
    for is_set in (False, True):
        document["company"][0]["admins_set_record"] = is_set
        with pytest.raises(Refused, match="whether 1001 is recorded"):
            planning.plan(store, document, by=ADMINS[-1])
        # A plan of somebody who may is nobody else's.
        with pytest.raises(Refused, match="whether 1001 is recorded"):
            planning.apply_plan(store, planning.plan(store, document, by=BOTH), ADMINS[-1])
    plan = planning.plan(store, document, by=BOTH)
    planning.apply_plan(store, plan, BOTH)
