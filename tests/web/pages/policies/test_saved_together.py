"""Several people save policies at once, or one of them twice: nobody's change is lost or taken for another's."""

import re
from typing import Any

from fsplug.policy.entities import DepartmentPolicy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import policies
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser
from tests.web.pages.policies.policyform import add, filled, review, save


def test_of_two_admins_the_slower_is_warned_and_loses_nothing(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    console.made("1002", "bo@acme.example", "superuser")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    bo.post("/language", language="en", back="/")
    hers = review(anna, add(anna, anna.get("/policies"), "70101166"), internal=["Sales"])
    save(bo, review(bo, bo.get("/policies"), outgoing=[], incoming=["Sales"]))
    refused = save(anna, hers)
    assert refused.status_code == 422
    assert "Somebody else has changed the policy" in refused.text
    assert "<strong>Sales</strong>, outgoing calls: recorded → <strong>not recorded</strong>" in refused.text
    fields = filled(refused.text)
    assert fields["internal"] == ["Sales"] and fields["exclude"] == ["+4570101166"]
    assert "outgoing" not in fields, "what she had not touched is as he made it"
    assert save(anna, review(anna, refused)).status_code == 303
    found = policies.snapshot(console.store, ACME)
    assert found.departments["Sales"] == DepartmentPolicy("Sales", False, True, True)
    assert "+4570101166" in found.excluded


def test_saved_twice_it_is_saved_once_and_nobody_else_is_blamed(anna: Browser, console: Console) -> None:
    hers = review(anna, add(anna, anna.get("/policies"), "70101166"), internal=["Sales"])
    save(anna, hers)
    said = re.search(r"Saved at [0-9:]+", anna.get("/policies").text)
    version = policies.current_version(console.store, ACME)
    console.clock.turn(90.0)
    again = save(anna, hers)
    assert (again.status_code, again.headers["Location"]) == (303, "/policies")
    assert said is not None and said[0] in anna.get("/policies").text
    assert policies.current_version(console.store, ACME) == version


def test_a_change_that_somebody_else_made_first_names_that_person(
    anna: Browser, console: Console, new_browser: Any
) -> None:
    console.made("1002", "bo@acme.example", "superuser")
    bo = new_browser()
    bo.sign_in(email="bo@acme.example")
    hers = review(anna, anna.get("/policies"), internal=["Sales"])
    save(bo, review(bo, bo.get("/policies"), internal=["Sales"]))
    answer = save(anna, hers)
    assert answer.status_code == 422 and "Somebody else has changed the policy" in answer.text


def test_a_change_of_something_else_meanwhile_is_in_nobody_s_way(anna: Browser, console: Console) -> None:
    hers = review(anna, anna.get("/policies"), internal=["Sales"])
    console.give("1003", name="Clara B.")
    assert save(anna, hers).status_code == 303


def test_a_department_that_is_gone_meanwhile_is_said_and_the_rest_stays(anna: Browser, console: Console) -> None:
    page = add(anna, anna.get("/policies"), "70101166")
    console.give("1003", department="Sales")

    def change(draft: Draft) -> None:
        draft.remove("department", "Support")

    edit(console.store, ACME, "operator", change)
    answer = review(anna, page)
    assert answer.status_code == 422 and "no longer exists" in answer.text
    assert filled(answer.text)["exclude"] == ["+4570101166"] and "Support" not in filled(answer.text)["department"]
