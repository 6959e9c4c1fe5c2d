"""Policies, their versions, and snapshots of any of them."""

from collections.abc import Callable

import pytest

from fsplug.errors import Invalid
from fsplug.policy.entities import DepartmentPolicy, GroupMode, GroupPolicy, PolicySnapshot
from fsplug.policy.terms import Channels, OnFailure, Terms
from fsplug.store.change import edit_policy, planning
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config import companies, policies
from fsplug.store.db.database import Store
from tests.policysets import set_department_policy, set_group_policy
from tests.store.cast import ACME, BETA

STRICT = Terms(OnFailure.CLOSED, Channels.MONO, "evidence")


def test_a_snapshot_holds_the_companys_whole_recording_policy(store: Store) -> None:
    assert policies.snapshot(store, ACME) == PolicySnapshot(
        company=ACME,
        version=1,
        country="DK",
        departments={"Sales": DepartmentPolicy("Sales", outgoing=True, incoming=True)},
        groups={"2001": GroupPolicy("2001", GroupMode.ALWAYS)},
        excluded=frozenset({"+4570101155"}),
    )


def test_nothing_of_one_company_shows_in_anothers_snapshot(store: Store) -> None:
    assert policies.snapshot(store, BETA) == PolicySnapshot(company=BETA, version=1, country="SE")


def test_an_exclusion_holds_from_the_next_version_on_and_the_one_before_can_be_read_back(store: Store) -> None:
    assert edit_policy.exclude(store, ACME, {"+4511223344": "a journalist"}, "anna")
    assert policies.current_version(store, ACME) == 2
    assert policies.snapshot(store, ACME).excluded == {"+4570101155", "+4511223344"}
    assert policies.snapshot(store, ACME, 1).excluded == {"+4570101155"}


def test_taking_an_exclusion_back_is_a_version_too(store: Store) -> None:
    assert edit_policy.unexclude(store, ACME, ["+4570101155"], "anna")
    assert [policies.snapshot(store, ACME, version).excluded for version in (1, 2)] == [{"+4570101155"}, set()]
    assert edit_policy.exclude(store, ACME, {"+4570101155": ""}, "anna")
    assert policies.snapshot(store, ACME).excluded == {"+4570101155"}


def test_changing_nothing_makes_no_version(store: Store) -> None:
    assert not edit_policy.exclude(store, ACME, {"+4570101155": "the doctor"}, "anna")
    assert not edit_policy.unexclude(store, ACME, ["+4599999999"], "anna")
    same = DepartmentPolicy("Sales", outgoing=True, incoming=True)
    assert set_department_policy(store, ACME, same, "anna") == 1
    assert set_group_policy(store, ACME, GroupPolicy("2001", GroupMode.ALWAYS), "anna") == 1
    assert policies.current_version(store, ACME) == 1
    assert len(policies.history(store, ACME)) == 1


def test_a_change_of_one_company_leaves_the_others_version(store: Store) -> None:
    edit_policy.exclude(store, ACME, {"+4511223344": ""}, "anna")
    assert policies.current_version(store, BETA) == 1


def test_boxes_and_terms_of_a_department_are_kept_as_they_were_set(store: Store) -> None:
    policy = DepartmentPolicy("Support", internal=True, terms=STRICT)
    assert set_department_policy(store, ACME, policy, "anna") == 2
    assert policies.snapshot(store, ACME).departments["Support"] == policy
    assert "Support" not in policies.snapshot(store, ACME, 1).departments


def test_the_star_serves_every_department(store: Store) -> None:
    policy = DepartmentPolicy("*", outgoing=True)
    set_department_policy(store, ACME, policy, "anna")
    assert policies.snapshot(store, ACME).departments["*"] == policy


def test_mode_and_terms_of_a_group_are_kept_as_they_were_set(store: Store) -> None:
    policy = GroupPolicy("2001", GroupMode.NEVER, STRICT)
    assert set_group_policy(store, ACME, policy, "anna") == 2
    assert policies.snapshot(store, ACME).groups == {"2001": policy}


def test_an_unknown_department_or_group_is_refused_with_those_there_are(store: Store) -> None:
    with pytest.raises(Invalid, match="no department Slaes; there are: Sales, Support"):
        set_department_policy(store, ACME, DepartmentPolicy("Slaes"), "anna")
    with pytest.raises(Invalid, match="no group 9999; there are: 2001"):
        set_group_policy(store, ACME, GroupPolicy("9999"), "anna")
    with pytest.raises(Invalid, match="no group 2001; there are: none yet"):
        set_group_policy(store, BETA, GroupPolicy("2001"), "birgitta")


@pytest.mark.parametrize("number", ["70101155", "+45 70101155", "", "+", "+45x", "+４５７０"])
def test_an_exclusion_must_be_e164(store: Store, number: str) -> None:
    with pytest.raises(Invalid, match=r"is not an E\.164 number"):
        edit_policy.exclude(store, ACME, {number: ""}, "anna")


def test_an_unknown_company_is_invalid_everywhere(store: Store) -> None:
    for asking in (policies.snapshot, policies.current_version, policies.excluded, policies.history, companies.get):
        with pytest.raises(Invalid, match=r"there is no company nobody\.example") as unknown:
            asking(store, "nobody.example")
        assert unknown.value.code == "unknown-company"


@pytest.mark.parametrize("version", [0, -1, 2])
def test_a_version_that_never_was_is_invalid(store: Store, version: int) -> None:
    with pytest.raises(Invalid, match=r"no policy version -?\d; they go from 1 to 1"):
        policies.snapshot(store, ACME, version)


def test_the_history_says_what_who_and_when_newest_first(open_store: Callable[..., Store]) -> None:
    store = open_store(clock=lambda: 1234.5)
    edit_policy.exclude(store, ACME, {"+4511223344": "a journalist"}, "anna")
    newest, oldest = policies.history(store, ACME)
    assert (newest.version, newest.at, newest.by) == (2, 1234.5, "anna")
    assert newest.what == {"changes": [["add", "excluded number", "+4511223344"]]}
    assert (oldest.version, oldest.by) == (1, "the cast")


def test_the_list_of_exclusions_says_since_when_and_by_whom(open_store: Callable[..., Store]) -> None:
    store = open_store(clock=lambda: 1234.5)
    edit_policy.exclude(store, ACME, {"+4511223344": "a journalist"}, "anna")
    listed = policies.excluded(store, ACME)
    assert listed[0] == policies.ExcludedNumber("+4511223344", "a journalist", 2, 1234.5, "anna")
    assert [each.number for each in listed] == ["+4511223344", "+4570101155"]


def test_several_changes_in_one_transaction_make_one_version(store: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("excluded", {"number": "+4511111111", "note": "one"})
        draft.put("excluded", {"number": "+4511111111", "note": "two"}, "+4511111111")
        draft.put("excluded", {"number": "+4522222222"})
        draft.remove("excluded", "+4522222222")
        draft.remove("excluded", "+4570101155")

    edit(store, ACME, "anna", change)
    assert policies.current_version(store, ACME) == 2
    assert [(each.number, each.note) for each in policies.excluded(store, ACME)] == [("+4511111111", "two")]
    assert policies.snapshot(store, ACME, 2).excluded == {"+4511111111"}
    assert policies.snapshot(store, ACME, 1).excluded == {"+4570101155"}


def test_a_change_that_fails_makes_no_version_and_is_not_remembered(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.atomic():
        edit_policy.exclude(store, ACME, {"+4511223344": ""}, "anna")
        assert policies.snapshot(store, ACME).excluded == {"+4570101155", "+4511223344"}
        raise ZeroDivisionError
    edit_policy.exclude(store, ACME, {"+4555555555": ""}, "anna")
    assert policies.snapshot(store, ACME, 2).excluded == {"+4570101155", "+4555555555"}


def test_a_snapshot_is_read_once_per_version(store: Store) -> None:
    assert policies.snapshot(store, ACME) is policies.snapshot(store, ACME, 1)
    edit_policy.exclude(store, ACME, {"+4511223344": ""}, "anna")
    assert policies.snapshot(store, ACME) is not policies.snapshot(store, ACME, 1)


def test_a_change_by_another_process_is_seen_at_once(store: Store, open_store: Callable[..., Store]) -> None:
    assert policies.snapshot(store, ACME).version == 1
    edit_policy.exclude(open_store(), ACME, {"+4511223344": ""}, "anna")
    assert "+4511223344" in policies.snapshot(store, ACME).excluded


def test_version_numbers_go_on_when_the_clock_goes_back(open_store: Callable[..., Store]) -> None:
    now = 2000.0
    store = open_store(clock=lambda: now)
    edit_policy.exclude(store, ACME, {"+4511111111": ""}, "anna")
    now = 1000.0
    edit_policy.exclude(store, ACME, {"+4522222222": ""}, "anna")
    assert [(each.version, each.at) for each in policies.history(store, ACME)][:2] == [(3, 1000.0), (2, 2000.0)]
    assert len(policies.snapshot(store, ACME, 2).excluded) == 2
    assert len(policies.snapshot(store, ACME, 3).excluded) == 3


def test_only_one_row_of_a_number_can_be_current(store: Store) -> None:
    with pytest.raises(Invalid), store.atomic():
        store.run(
            "INSERT INTO excluded_number (company, number, note, since) "
            "SELECT company, number, note, 7 FROM excluded_number"
        )


def test_a_new_company_shows_its_details(store: Store) -> None:
    said = {"name": "Gamma", "country": "NO", "language": "nb", "timezone": "Europe/Oslo"}
    planned = planning.plan(store, {"company": [{"domain": "gamma.example", **said}]})
    planning.apply_plan(store, planned, "operator")
    assert companies.get(store, "gamma.example") == companies.Company(
        "gamma.example", "Gamma", "NO", "nb", "Europe/Oslo", version=1, languages=("nb",)
    )
    assert [company.domain for company in companies.every(store)] == [ACME, BETA, "gamma.example"]


def test_the_version_in_force_at_a_time_can_be_found(open_store: Callable[..., Store]) -> None:
    began = policies.history(open_store(), ACME)[0].at
    store = open_store(clock=lambda: began + 100)
    edit_policy.exclude(store, ACME, {"+4511223344": ""}, "anna")
    times = (began, began + 99, began + 100, began + 1000)
    assert [policies.version_at(store, ACME, at) for at in times] == [1, 1, 2, 2]
    with pytest.raises(Invalid) as error:
        policies.version_at(store, ACME, began - 1)
    assert error.value.code == "no-version-then"
