"""The audit trail: who did what, company by company, and nobody bends it without being seen."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.policy.entities import DepartmentPolicy
from fsplug.store.audit import trail, verification
from fsplug.store.audit.chain import Written
from fsplug.store.audit.verification import Checkpoint, Fault, TrailTrouble
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import ListenBegan, ListenEnded
from fsplug.store.change import edit_policy
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config.devices import DEVICE
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from tests.policysets import set_department_policy
from tests.store.cast import ACME, BETA

FIRST = 1  # what making the cast wrote


@pytest.fixture
def filled(store: Store) -> Store:
    """Ten entries in Acme's trail."""
    for number in range(2, 11):
        trail.add(store, ACME, "anna", "play", f"recording {number}", ["1001"], seconds=number)
    return store


def _trouble(store: Store, since: Checkpoint | None = None) -> tuple[int, str] | None:
    found = verification.verify(store, ACME, since).trouble
    return found and (found.number, found.fault)


def _at(store: Store, sql: str, *params: object) -> None:
    with store.atomic():
        store.run(f"{sql} AND company = ?", *params, company_id(store, ACME))


def _rewrite(store: Store, number: int, actor: str) -> None:
    """As somebody would who knows how an entry is hashed."""
    sql = "SELECT at, act, subject, people, facts, before FROM audit_entry WHERE number = ? AND company = ?"
    company = company_id(store, ACME)
    [(at, act, subject, people, facts, before)] = store.rows(sql, number, company)
    digest = Written(number, at, actor, act, subject, people, facts, before).digest(company)
    _at(store, "UPDATE audit_entry SET actor = ?, hash = ? WHERE number = ?", actor, digest, number)


def _shift(store: Store, first: int, by: int, last: int = 99) -> None:
    _at(store, "UPDATE audit_entry SET number = -number - ? WHERE number BETWEEN ? AND ?", by, first, last)
    _at(store, "UPDATE audit_entry SET number = -number WHERE number < 0")


def test_a_trail_as_it_was_written_is_whole(filled: Store) -> None:
    found = verification.verify(filled, ACME)
    assert (found.checked, found.checkpoint.number, found.trouble) == (10, 10, None)
    assert verification.verify(filled, BETA).checked == FIRST


def test_entries_are_listed_newest_first_in_pages(filled: Store) -> None:
    first = trail.listed(filled, ACME, limit=4)
    assert [entry.number for entry in first] == [10, 9, 8, 7]
    assert (first[0].actor, first[0].act, first[0].subject) == ("anna", "play", "recording 10")
    assert (first[0].people, first[0].facts) == (("1001",), {"seconds": 10})
    assert [entry.number for entry in trail.listed(filled, ACME, 4, first[-1].cursor)] == [6, 5, 4, 3]


def test_a_person_finds_the_entries_about_them_and_only_in_their_company(filled: Store) -> None:
    trail.add(filled, ACME, "anna", "play", "r", ["1002"])
    assert [entry.number for entry in trail.listed(filled, ACME, wanted=Wanted(person="1002"))] == [11]
    assert trail.listed(filled, BETA, wanted=Wanted(person="1001")) == []


@pytest.mark.parametrize("column", ["at", "actor", "act", "subject", "people", "facts", "before", "hash"])
def test_a_changed_column_is_named(filled: Store, column: str) -> None:
    value = 1.5 if column == "at" else "[]"
    _at(filled, f"UPDATE audit_entry SET {column} = ? WHERE number = 5", value)
    assert _trouble(filled) == (5, Fault.CHANGED)


def test_who_hashes_a_changed_entry_anew_is_betrayed_by_the_next_one(filled: Store) -> None:
    _rewrite(filled, 5, "nobody")
    assert _trouble(filled) == (5, Fault.CHANGED)


def test_the_last_entry_hashed_anew_is_named(filled: Store) -> None:
    _rewrite(filled, 10, "nobody")
    assert _trouble(filled) == (10, Fault.CHANGED)


def test_people_taken_out_of_what_entries_are_found_by_are_missed(filled: Store) -> None:
    _at(filled, "DELETE FROM audit_about WHERE number = 5")
    assert _trouble(filled) == (5, Fault.CHANGED)


@pytest.mark.parametrize("number", [1, 5, 10])
def test_a_missing_entry_is_named(filled: Store, number: int) -> None:
    _at(filled, "DELETE FROM audit_entry WHERE number = ?", number)
    assert _trouble(filled) == (number, Fault.MISSING)


def test_a_missing_entry_is_named_when_the_others_have_closed_ranks(filled: Store) -> None:
    _at(filled, "DELETE FROM audit_entry WHERE number = 5")
    _shift(filled, 6, -1)
    assert _trouble(filled) == (5, Fault.MISSING)


def test_an_inserted_entry_is_named(filled: Store) -> None:
    _shift(filled, 5, 1)
    company = company_id(filled, ACME)
    [(before,)] = filled.rows("SELECT hash FROM audit_entry WHERE company = ? AND number = 4", company)
    for digest in (Written(5, 1.0, "x", "play", "", "[]", "{}", before).digest(company), "forged"):
        _at(filled, "DELETE FROM audit_entry WHERE number = 5")
        row = (company, 5, 1.0, "x", "play", "", "[]", "{}", before, digest, None)
        with filled.atomic():
            filled.run(f"INSERT INTO audit_entry VALUES ({', '.join('?' * len(row))})", *row)
        assert _trouble(filled) == (5, Fault.INSERTED)


@pytest.mark.parametrize("number", [0, -5])
def test_an_entry_before_the_first_is_named_also_from_a_checkpoint_on(filled: Store, number: int) -> None:
    checkpoint = verification.verify(filled, ACME).checkpoint
    row = (company_id(filled, ACME), number, 1.0, "x", "play", "", "[]", "{}", "", "forged", None)
    with filled.atomic():
        filled.run(f"INSERT INTO audit_entry VALUES ({', '.join('?' * len(row))})", *row)
    assert _trouble(filled) == _trouble(filled, checkpoint) == (number, Fault.INSERTED)


def test_bytes_where_text_was_are_a_change(filled: Store) -> None:
    # PostgreSQL's columns hold text alone.
    value = b"\xff" if filled.dialect == "sqlite" else "\\xff"
    _at(filled, "UPDATE audit_entry SET actor = ? WHERE number = 5", value)
    assert _trouble(filled) == (5, Fault.CHANGED)


def test_entries_that_changed_places_are_named(filled: Store) -> None:
    _at(filled, "UPDATE audit_entry SET number = 99 WHERE number = 5")
    _at(filled, "UPDATE audit_entry SET number = 5 WHERE number = 6")
    _at(filled, "UPDATE audit_entry SET number = 6 WHERE number = 99")
    assert _trouble(filled) == (5, Fault.MOVED)


def test_a_checkpoint_goes_on_where_it_ended_and_knows_a_trail_written_anew(filled: Store) -> None:
    checkpoint = Checkpoint.read(str(verification.verify(filled, ACME).checkpoint))
    trail.add(filled, ACME, "anna", "play")
    assert verification.verify(filled, ACME, checkpoint).checked == 1
    _at(filled, "DELETE FROM audit_entry WHERE number > 5")
    _at(filled, "DELETE FROM audit_about WHERE number > 5")
    _at(filled, "UPDATE audit_head SET number = 5, hash = (SELECT hash FROM audit_entry WHERE number = 5) WHERE 1 = 1")
    assert _trouble(filled) is None
    assert _trouble(filled, checkpoint) == (10, Fault.MISSING)


@pytest.mark.parametrize("text", ["", "12", "x:y", "-1:ab", "9" * 30 + ":ab"])
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="NUMBER:HASH"):
        Checkpoint.read(text)


def test_hostile_text_is_kept_and_still_fits_its_hash(store: Store) -> None:
    trail.add(store, ACME, "a\0\ud800" + "x" * 600, "sign-in-refused", "\r\n<script>", typed="\0\ud800")
    assert verification.verify(store, ACME).trouble is None
    assert len(trail.listed(store, ACME)[0].actor) == 500


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
    assert len(trail.listed(store, ACME)) == FIRST + 1, "nothing was changed the second time"


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
    entries = trail.listed(store, ACME, limit=20)[:-FIRST]
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
    assert len(trail.listed(store, ACME)) == FIRST


def test_a_listen_in_makes_one_entry_that_the_target_finds(store: Store) -> None:
    began = ListenBegan("l1", ACME, "fs1", "1002", "1001", "*28*1001", "star-code", "call", "leg", "other", 5.0)
    for entries in ([began, began], [began], [ListenEnded("l1", 9.0, "hung-up")]):
        ledger.apply(store, entries)
    [entry] = trail.listed(store, ACME, wanted=Wanted(person="1001"))
    assert (entry.act, entry.actor, entry.people) == ("listen", f"1002@{ACME}", ("1001", "1002"))
    assert entry.facts == {"listen": "l1", "call": "call", "door": "star-code"}


def test_many_writers_make_one_chain(open_store: Callable[..., Store]) -> None:
    def write() -> None:
        store = open_store()
        for _ in range(25):
            trail.add(store, ACME, "anna", "play")

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert verification.verify(open_store(), ACME) == verification.Verified(
        FIRST + 100, verification.verify(open_store(), ACME).checkpoint, None
    )


def test_trouble_says_what_and_where(filled: Store) -> None:
    _at(filled, "DELETE FROM audit_entry WHERE number = 5")
    assert verification.verify(filled, ACME).trouble == TrailTrouble(5, Fault.MISSING, "after 4 comes 6")
