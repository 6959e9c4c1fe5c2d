"""What somebody writes into the store becomes true of nobody."""

import pytest

from fsplug.errors import Refused
from fsplug.policy.access.scopes import operator
from fsplug.policy.access.waiting import DAY_SECONDS, LONGEST_SECONDS
from fsplug.store.audit import trail
from fsplug.store.change import carrying, planning, rejecting, waiting_rows
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import actors
from tests.store.cast import ACME, BETA
from tests.store.change.staff import CLARA, CLARAS, DORA, NEW, OTHER, Company, state

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
    before = state(acme)
    acme.store.run(_FORGERIES[forgery])
    if forgery == "a row of one's own":
        acme.store.run("DELETE FROM waiting_change WHERE id <> 'forged'")
    acme.clock.turn(LONGEST_SECONDS if "nobody" in forgery else DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    assert state(acme) == before
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


@pytest.mark.parametrize("is_forged", [True, False])
def test_a_row_of_a_removed_company_holds_up_no_other(signing_acme: Company, is_forged: bool) -> None:
    acme = signing_acme
    acme.put(CLARA, email=NEW)
    [(signature,)] = acme.store.rows("SELECT signature FROM waiting_change")
    planning.apply_plan(acme.store, planning.removal(acme.store, ACME), "root")
    kept = "" if is_forged else signature
    put_back = f"UPDATE waiting_change SET state = 'waiting', ended_at = NULL, signature = '{kept}'"
    acme.store.run(f"{put_back} WHERE state = 'dropped'")
    edit(acme.store, BETA, operator("root"), _staffed)
    edit(acme.store, BETA, actors.actor(acme.store, BETA, "admin"), _moved)
    acme.clock.turn(DAY_SECONDS + 1)
    carrying.carry_out(acme.store)
    states = dict(acme.store.rows("SELECT username, state FROM waiting_change"))
    assert (states[CLARA], states["clara"]) == ("dropped", "made")


def _staffed(draft: Draft) -> None:
    for username, extension, given in (
        ("admin", "7001", {"admin": "company-admin"}),
        ("clara", "7002", {"role": "my-console"}),
    ):
        address = {"email": f"{username}@beta.example"}
        draft.put("user", {"username": username, "extension": extension, **address, **given})


def _moved(draft: Draft) -> None:
    draft.put("user", {**draft.entry("user", "clara"), "email": "clara.holm@beta.example"}, "clara")
