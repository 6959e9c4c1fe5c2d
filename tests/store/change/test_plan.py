"""The operator's document: planned, applied, exported; all of it or nothing."""

import tomllib

import pytest

from fsplug.errors import Refused
from fsplug.store.calls import decisions, ledger
from fsplug.store.change import edit_policy, planning
from fsplug.store.config import companies, groups, numbers, policies, users
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings
from tests.store.cast import ACME, BETA
from tests.store.change.documents import Document, apply_document, errors_of
from tests.store.story import recorded_call


def test_a_second_plan_has_nothing_to_change(store: Store, document: Document) -> None:
    plan = planning.plan(store, document)
    assert not plan
    assert str(plan) == "nothing to change"
    assert planning.apply_plan(store, plan, "operator") == {}
    assert policies.current_version(store, ACME) == 1


def test_an_empty_store_becomes_what_the_document_says(empty_url: str, document: Document) -> None:
    store = Store(empty_url)
    store.migrate()
    plan = planning.plan(store, document)
    assert plan and "acme.example: add user 1001: extension '1001', name 'Anna'" in str(plan)
    assert not companies.every(store)
    assert planning.apply_plan(store, plan, "operator") == {ACME: 1, BETA: 1}
    assert not planning.plan(store, document)
    store.close()


def test_each_change_is_a_line_that_people_can_read(store: Store, document: Document) -> None:
    acme = document["company"][0]
    acme["name"] = "Acme A/S"
    acme["user"][1]["department"] = "Support"
    acme["user"][1]["mobile_numbers"] = ["+4533333333"]
    acme["group"][0]["mode"] = "never"
    acme["excluded"] = []
    assert str(planning.plan(store, document)).splitlines() == [
        "acme.example: change company: name 'Acme' -> 'Acme A/S'",
        "acme.example: change user 1002: department 'Sales' -> 'Support'",
        "acme.example: add user's number +4533333333: username '1002', kind 'mobile', position 0, verified False",
        "acme.example: change group policy 2001: mode 'always' -> 'never'",
        "acme.example: remove excluded number +4570101155",
    ]


def test_a_plan_makes_one_version_for_each_company_it_changes(store: Store, document: Document) -> None:
    document["company"][0]["user"].pop()
    document["company"][0]["excluded"].append({"number": "+45 33 33 33 33"})
    assert apply_document(store, document) == {ACME: 2}
    assert (policies.current_version(store, ACME), policies.current_version(store, BETA)) == (2, 1)
    [change, *_] = policies.history(store, ACME)
    assert change.by == "operator"
    assert change.what["changes"] == [["remove", "user", "1003"], ["add", "excluded number", "+4533333333"]]


def test_what_the_document_leaves_out_of_a_company_is_removed(store: Store) -> None:
    apply_document(store, {"company": [{"domain": ACME, "name": "Acme", "country": "DK"}]})
    assert users.users(store, ACME, 2) == []
    assert groups.groups(store, ACME, 2) == []
    snapshot = policies.snapshot(store, ACME)
    assert (snapshot.departments, snapshot.groups, snapshot.excluded) == ({}, {}, frozenset())
    assert len(users.users(store, ACME, 1)) == 3


def test_a_company_the_document_does_not_name_stays_as_it_is(store: Store, document: Document) -> None:
    document["company"].pop(0)
    assert not planning.plan(store, document)
    assert len(users.users(store, ACME, policies.current_version(store, ACME))) == 3


def test_calls_of_the_past_are_never_touched(store: Store) -> None:
    ledger.apply(store, recorded_call())
    before = decisions.listed(store, ACME), recordings.listed(store, ACME)
    apply_document(store, {"company": [{"domain": ACME, "name": "Acme", "country": "DK"}]})
    assert (decisions.listed(store, ACME), recordings.listed(store, ACME)) == before


def test_export_is_the_inverse_of_apply(store: Store, empty_url: str) -> None:
    exported = {
        "company": [company for domain in (ACME, BETA) for company in planning.export(store, domain)["company"]]
    }
    assert not planning.plan(store, exported)
    other = Store(empty_url)
    other.migrate()
    apply_document(other, exported)
    assert [planning.export(other, domain) for domain in (ACME, BETA)] == [
        planning.export(store, domain) for domain in (ACME, BETA)
    ]
    other.close()


def test_export_writes_numbers_as_e164_and_every_term(store: Store) -> None:
    [acme] = planning.export(store, ACME)["company"]
    assert acme["user"][0] == {
        "username": "1001",
        "extension": "1001",
        "name": "Anna",
        "email": "",
        "department": "Sales",
        "record": True,
        "fixed_number": "+4570101001",
        "mobile_numbers": ["+4520101001"],
        "verified_numbers": ["+4520101001"],
    }
    assert acme["range"] == [{"first": "+4570101000", "last": "+4570102999"}]
    assert acme["group"][0]["members"] == ["1001", "1002"]
    assert (acme["group"][0]["mode"], acme["group"][0]["on_failure"]) == ("always", "open")
    assert acme["number"] == [{"number": "+4570101001", "user": "1001"}, {"number": "+4570102001", "group": "2001"}]


def test_two_users_may_swap_extensions_and_numbers(store: Store, document: Document) -> None:
    anna, bo, _ = document["company"][0]["user"]
    anna["extension"], bo["extension"] = "1002", "1001"
    bo["mobile_numbers"] = anna.pop("mobile_numbers")
    bo["verified_numbers"] = anna.pop("verified_numbers")
    assert apply_document(store, document) == {ACME: 2}
    found = users.by_extension(store, ACME, "1001", 2), users.by_number(store, ACME, "+4520101001", 2)
    assert [user.name for user in found if user] == ["Bo", "Bo"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_number_may_move_from_one_company_to_another(store: Store, document: Document, order: int) -> None:
    acme, beta = document["company"]
    acme["number"].pop(0)
    acme["user"][0].pop("fixed_number")
    acme["range"] = [{"first": "+4570102001"}]
    beta["range"] = [{"first": "+4570101001"}]
    beta["number"] = [{"number": "+4570101001", "user": "1001"}]
    assert apply_document(store, {"company": document["company"][::order]}) == {ACME: 2, BETA: 2}
    assert numbers.owner(store, "+4570101001") == BETA


def test_a_number_of_a_company_outside_the_document_is_not_taken(store: Store) -> None:
    beta = {"domain": BETA, "name": "Beta", "country": "SE", "user": [{"username": "b", "extension": "1"}]}
    numbers = ["+4570101001", "+4570199999"]
    beta["number"] = [{"number": number, "user": "b"} for number in numbers]
    # Of a number that is another company's the same is said as of one that is nobody's.
    assert errors_of(store, {"company": [beta]}) == [
        f"company beta.example, number {number}: {number} is not one of the company's numbers; the operator of this "
        f"fsplug gives it with: fsplug number range add --company beta.example {number}"
        for number in numbers
    ]


def test_a_plan_is_refused_once_the_store_has_moved_on(store: Store, document: Document) -> None:
    document["company"][0]["user"].pop()
    plan = planning.plan(store, document)
    edit_policy.exclude(store, ACME, {"+4533333333": ""}, "anna")
    with pytest.raises(Refused, match=r"acme\.example has changed since the plan was made; plan again"):
        planning.apply_plan(store, plan, "operator")
    assert len(users.users(store, ACME, 2)) == 3


def test_a_plan_for_a_new_company_is_refused_when_somebody_else_made_it(store: Store) -> None:
    document = {"company": [{"domain": "new.example", "name": "New", "country": "DK"}]}
    plan = planning.plan(store, document)
    apply_document(store, document)
    with pytest.raises(Refused, match="plan again"):
        planning.apply_plan(store, plan, "operator")


def test_all_of_a_plan_is_applied_or_none(store: Store, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    document["company"][0]["user"].pop()
    document["company"][1]["name"] = "Beta AB"
    plan = planning.plan(store, document)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("fsplug.store.change.revisions.Revision.finish", fail)
        with pytest.raises(ZeroDivisionError):
            planning.apply_plan(store, plan, "operator")
    assert len(users.users(store, ACME, 1)) == 3
    assert companies.get(store, BETA).name == "Beta"
    assert planning.apply_plan(store, plan, "operator") == {ACME: 2, BETA: 2}


def test_the_document_reads_as_toml(store: Store) -> None:
    toml = """
        [[company]]
        domain = "gamma.example"
        name = "Gamma"
        country = "NO"
        language = "nb-NO"
        timezone = "Europe/Oslo"
          [[company.user]]
          username = "1001"
          extension = "1001"
          record = true
          [[company.policy]]
          department = "*"
          outgoing = true
          on_failure = "closed"
    """
    assert apply_document(store, tomllib.loads(toml)) == {"gamma.example": 1}
    assert policies.snapshot(store, "gamma.example").departments["*"].terms.on_failure == "closed"


@pytest.mark.parametrize("name", ["${system(touch x)}", "$${x}", 'O\'Brien "Bo" <&>', "Zoë 🎧", "; DROP TABLE user"])
def test_a_name_is_kept_as_it_was_written(store: Store, document: Document, name: str) -> None:
    document["company"][0]["user"][0]["name"] = name
    apply_document(store, document)
    user = users.user_at(store, ACME, "1001", 2)
    assert user is not None and user.name == name
