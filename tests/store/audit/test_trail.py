"""The audit trail: who did what, company by company, and nobody bends it without being seen."""

from collections.abc import Callable
from threading import Thread

import pytest

from fsplug.errors import Invalid
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.store.audit import trail, verification
from fsplug.store.audit.chain import Written
from fsplug.store.audit.verification import Checkpoint, Fault, TrailTrouble
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import ListenBegan, ListenEnded
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Wanted
from tests.store.cast import ACME, BETA, FIRST_ENTRY


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
    assert verification.verify(filled, BETA).checked == FIRST_ENTRY


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
        FIRST_ENTRY + 100, verification.verify(open_store(), ACME).checkpoint, None
    )


def test_trouble_says_what_and_where(filled: Store) -> None:
    _at(filled, "DELETE FROM audit_entry WHERE number = 5")
    assert verification.verify(filled, ACME).trouble == TrailTrouble(5, Fault.MISSING, "after 4 comes 6")
