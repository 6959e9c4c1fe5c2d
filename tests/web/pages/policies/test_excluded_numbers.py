"""The list of numbers that are never recorded: put there, found, taken off, and what is no number."""

import pytest

from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import policies
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.web.conftest import Browser
from tests.web.pages.policies.policyform import add, changed, filled, review, save


@pytest.mark.parametrize(
    "spelled", ["70101166", "70 10 11 66", "+45 70101166", "0045 70 10 11 66", "+45 (0)70-10-11-66"]
)
def test_a_number_in_any_spelling_comes_to_the_list_and_is_saved_by_apply_only(
    anna: Browser, console: Console, spelled: str
) -> None:
    page = add(anna, anna.get("/policies"), spelled, "a patient")
    assert filled(page.text)["exclude"] == ["+4570101166"] and "not saved yet" in page.text
    assert "+4570101166" not in policies.snapshot(console.store, ACME).excluded
    reviewed = review(anna, page)
    assert "+4570101166</strong> is excluded and never recorded" in reviewed.text
    assert "+4570101166" not in policies.snapshot(console.store, ACME).excluded
    answer = save(anna, reviewed)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/policies")
    assert ". The policy applies from the next call" in anna.get("/policies").text
    found = {one.number: one for one in policies.excluded(console.store, ACME)}
    assert found["+4570101166"].note == "a patient" and found["+4570101166"].by == f"1001@{ACME}"


def test_what_is_not_saved_survives_adding_dropping_and_errors(anna: Browser, console: Console) -> None:
    version = policies.current_version(console.store, ACME)
    page = anna.get("/policies")
    page = anna.post("/policies", **{**changed(page, internal=["Sales", "*"]), "number": "", "act": "add"})
    page = add(anna, page, "70101166")
    page = add(anna, page, "70101177")
    wrong = add(anna, page, "not a number")
    assert wrong.status_code == 422 and 'value="not a number"' in wrong.text
    fields = filled(wrong.text)
    assert fields["internal"] == ["Sales", "*"] and fields["exclude"] == ["+4570101166", "+4570101177"]
    dropped = anna.post("/policies", **{**fields, "drop": "+4570101166"})
    assert filled(dropped.text)["exclude"] == ["+4570101177"]
    bad = review(anna, dropped, **{"purpose.department.Sales": [""]})
    assert bad.status_code == 422 and filled(bad.text)["exclude"] == ["+4570101177"]
    back = anna.post("/policies", **{**filled(review(anna, dropped).text), "act": "edit"})
    assert filled(back.text)["internal"] == ["Sales", "*"] and filled(back.text)["exclude"] == ["+4570101177"]
    assert policies.current_version(console.store, ACME) == version


def test_a_number_on_the_list_is_not_added_twice(anna: Browser) -> None:
    answer = add(anna, anna.get("/policies"), "+45 70 10 11 55")
    assert answer.status_code == 422 and "already on the list" in answer.text


def test_a_number_that_was_typed_and_not_added_is_looked_at_and_saved_all_the_same(
    anna: Browser, console: Console
) -> None:
    reviewed = review(anna, anna.get("/policies"), number=["45 70 10 11 77"], note=["the doctor"])
    assert reviewed.status_code == 200 and "+4570101177" in reviewed.text
    assert save(anna, reviewed).status_code == 303
    assert "+4570101177" in policies.snapshot(console.store, ACME).excluded


@pytest.mark.parametrize(("typed", "said"), [("7010", "not a phone number"), ("70101155", "already on the list")])
def test_what_can_not_be_added_is_said_by_apply_too_and_the_rest_stays(anna: Browser, typed: str, said: str) -> None:
    answer = review(anna, anna.get("/policies"), number=[typed], note=["the doctor"], internal=["Sales"])
    assert answer.status_code == 422 and said in answer.text
    fields = filled(answer.text)
    assert (fields["number"], fields["note"], fields["internal"]) == ([typed], ["the doctor"], ["Sales"])


def test_of_a_long_list_every_number_can_be_found_and_taken_off(
    anna: Browser, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fsplug.web.pages.policies.views.SHOWN_NUMBERS", 3)

    def change(draft: Draft) -> None:
        for number in range(6):
            draft.put("excluded", {"number": f"7010119{number}"})

    edit(console.store, ACME, "operator", change)
    page = anna.get("/policies")
    assert "These are the first 3 of 7" in page.text and "+4570101195" not in page.text
    found = add(anna, page, "70 10 11 95")
    assert found.status_code == 422 and 'name="allow" value="+4570101195"' in found.text
    page = anna.post("/policies", **changed(found, number=[""], allow=["+4570101195"], act=["add"]))
    assert filled(page.text)["allow"] == ["+4570101195"]
    save(anna, review(anna, page))
    assert "+4570101195" not in policies.snapshot(console.store, ACME).excluded


def test_a_number_taken_off_is_decided_by_policy_again(anna: Browser, console: Console) -> None:
    reviewed = review(anna, anna.get("/policies"), allow=["+4570101155"])
    assert "is no longer excluded" in reviewed.text
    save(anna, reviewed)
    assert policies.snapshot(console.store, ACME).excluded == frozenset()


@pytest.mark.parametrize("typed", ["+4570101166\nx", '"><script>', "1" * 300, "' OR 1=1", "\0", "112", "++++"])
def test_what_is_no_number_is_refused_and_shown_again_as_text(anna: Browser, typed: str) -> None:
    answer = add(anna, anna.get("/policies"), typed)
    assert answer.status_code == 422
    assert "<script>" not in answer.text[answer.text.index("<main") :]
