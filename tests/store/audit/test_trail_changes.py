"""What is changed in the configuration stands in the audit trail: who, what, from what to what, and no secret."""

from collections.abc import Callable
from typing import Any

import pytest

from fsplug.errors import Refused
from fsplug.policy.entities import DepartmentPolicy
from fsplug.store.audit import trail, verification
from fsplug.store.change import edit_policy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config.devices import DEVICE
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from tests.policysets import set_department_policy
from tests.store.cast import ACME, FIRST_ENTRY


def _exclude(store: Store) -> None:
    edit_policy.exclude(store, ACME, {"+4533333333": ""}, "anna")


def _set_policy(store: Store) -> None:
    set_department_policy(store, ACME, DepartmentPolicy("Support", incoming=True), "anna")


def _rename(store: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "1002"), "name": "Bodil"}, "1002")

    edit(store, ACME, "anna", change)


def _grant(store: Store) -> None:
    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "1002"), "rights": ["listen-in"]}, "1002")

    edit(store, ACME, "anna", change)


@pytest.mark.parametrize(
    ("change", "act"),
    [(_exclude, "policy"), (_set_policy, "policy"), (_rename, "configuration"), (_grant, "rights")],
)
def test_a_change_of_the_configuration_is_one_entry(store: Store, change: Callable[[Store], None], act: str) -> None:
    change(store)
    [entry, _] = trail.listed(store, ACME)
    assert (entry.actor, entry.act, entry.facts["version"]) == ("anna", act, 2)
    change(store)
    assert len(trail.listed(store, ACME)) == FIRST_ENTRY + 1, "nothing was changed the second time"


def _turn(store: Store, record: bool, allow: bool) -> None:
    def change(draft: Draft) -> None:
        profile = {"name": "At lunch", "allow_listen": allow, "active": True}
        draft.put("user", {**draft.entry("user", "1002"), "record": record, "profile": [profile]}, "1002")

    edit(store, ACME, "anna", change)


def test_what_was_granted_to_whom_is_listed(store: Store) -> None:
    _grant(store)
    [entry, _] = trail.listed(store, ACME)
    assert (entry.people, entry.facts["granted"]) == (("1002",), ["user 1002: right - -> listen-in"])


def test_changes_of_recording_and_of_listening_are_listed_by_user(store: Store) -> None:
    _turn(store, record=False, allow=False)
    _turn(store, record=True, allow=True)
    _turn(store, record=False, allow=False)
    [off, on, *_] = trail.listed(store, ACME)
    assert (off.people, on.people) == (("1002",), ("1002",))
    assert on.facts["turned"] == ["user 1002: recording no -> yes", "user 1002: allow listen-in (At lunch) no -> yes"]
    assert off.facts["turned"] == ["user 1002: recording yes -> no", "user 1002: allow listen-in (At lunch) yes -> no"]


def test_a_change_names_its_old_and_new_values_and_no_secret(store: Store) -> None:
    desk = {"kind": "desk", "name": "desk", "password": "long-enough-now"}

    def change(draft: Draft) -> None:
        draft.put("user", {**draft.entry("user", "1002"), "name": "Bo B", "department": "Support"}, "1002")
        draft.put("user", {**draft.entry("user", "1003"), "device": [desk]}, "1003")
        draft.put("group", {**draft.entry("group", "2001"), "name": "Sale", "ring_seconds": 30}, "2001")
        draft.put("number", {"number": "+4570102002", "group": "2001"})
        draft.put_detail({**draft.detail(), "name": "Acme A/S"})

    edit(store, ACME, "anna", change)
    entry = trail.listed(store, ACME)[0]
    found = {(noun, key): values[0] for _, noun, key, *values in entry.facts["changes"]}
    assert found["company", ""] == {"name": ["Acme", "Acme A/S"]}
    assert found["user", "1002"] == {"name": ["Bo", "Bo B"], "department": ["Sales", "Support"]}
    assert found["group", "2001"]["name"] == ["Sales", "Sale"]
    assert found["number", "+4570102002"] == {"group": [None, "2001"]}
    assert found["device", "1003 desk"] == {"kind": [None, "desk"], "sip_username": [None, _sip_username(store)]}
    assert entry.facts["passwords"] == ["device 1003 desk"]
    edit(store, ACME, "anna", lambda draft: draft.remove("number", "+4570102002"))
    [gone] = trail.listed(store, ACME)[0].facts["changes"]
    assert gone == ["remove", "number", "+4570102002", {"group": ["2001", None]}]


def _sip_username(store: Store) -> Any:
    [row] = Draft(store, ACME).rows(DEVICE, "username", "1003")
    return row.sip_username


def test_an_act_of_many_changes_names_every_one_in_as_many_entries_as_it_needs(store: Store) -> None:
    def change(draft: Draft) -> None:
        for number in range(250):
            username = f"n{number}"
            new = {"username": username, "extension": str(3_000 + number), "role": "my-console"}
            its = {"email": f"{username}@acme.example", "rights": ["listen-in"]}
            phone = {"name": "desk", "kind": "desk", "password": "long-enough-now"}
            draft.put("user", {**new, **its, "device": [phone]})

    edit(store, ACME, "anna", change)
    entries = trail.listed(store, ACME, limit=20)[:-FIRST_ENTRY]
    assert [one.facts["part"] for one in reversed(entries)] == [
        f"{n}/{len(entries)}" for n in range(1, len(entries) + 1)
    ]
    assert {one.facts["version"] for one in entries} == {2}
    everybody = {f"n{number}" for number in range(250)}
    granted = [text for one in entries for text in one.facts.get("granted", ())]
    assert sorted(granted) == sorted(
        text
        for name in everybody
        for text in (f"user {name}: role none -> my-console", f"user {name}: right - -> listen-in")
    )
    assert {text for one in entries for text in one.facts.get("passwords", ())} == {
        f"device {n} desk" for n in everybody
    }
    assert {name for one in entries for name in one.people} == everybody
    assert {key for one in entries for _, noun, key, *_ in one.facts["changes"] if noun == "user"} == everybody
    assert {one.act for one in entries if "granted" in one.facts} == {"rights"}
    assert verification.verify(store, ACME).trouble is None
    assert len(trail.listed(store, ACME, wanted=Wanted(person="n249"))) == 2


def test_an_act_that_comes_to_nothing_leaves_no_entry(store: Store) -> None:
    with pytest.raises(Refused), store.atomic():
        _exclude(store)
        raise Refused("no", "no")
    assert len(trail.listed(store, ACME)) == FIRST_ENTRY
