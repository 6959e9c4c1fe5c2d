"""Signed entries and checkpoints: who can only write the store can't make a trail that passes."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from fsplug.store.audit import chain, checkpoints, signatures, signing, trail, verification
from fsplug.store.audit.chain import Written
from fsplug.store.audit.checkpoints import TrailCheckpoint
from fsplug.store.audit.verification import Fault
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA

KEY, LATER = signing.new_key(), signing.new_key()


@pytest.fixture
def signed(store: Store) -> Store:
    """Ten entries in Acme's trail, all signed."""
    for domain in (ACME, BETA):
        store.audit_keys = [KEY]
        signatures.sign(store, domain, signatures.unsigned(store, domain, 99))
    for number in range(2, 11):
        trail.add(store, ACME, "anna", "play", f"recording {number}", ["1001"], seconds=number)
    return store


def _fault(store: Store, domain: str = ACME) -> tuple[int, str] | None:
    found = verification.verify(store, domain).trouble
    return found and (found.number, str(found.fault))


def _sign(store: Store, last: int, again: bool = False) -> int:
    return signatures.sign(store, ACME, signatures.unsigned(store, ACME, last, again))


def _rewritten(store: Store, first: int, sign: Callable[[str, str], str | None]) -> None:
    """Everything from entry `first` on, as somebody would write it who can write the database and knows the hashes."""
    company = company_id(store, ACME)
    columns = "number, at, actor, act, subject, people, facts, before, hash, signature"
    with store.atomic():
        last = ""
        for row in store.rows(f"SELECT {columns} FROM audit_entry WHERE company = ? ORDER BY number", company):
            entry = Written(*row)
            if entry.number >= first:
                entry = replace(entry, actor="nobody", before=last or entry.before)
                entry = replace(entry, hash=entry.digest(company))
                sql = "UPDATE audit_entry SET actor = ?, before = ?, hash = ?, signature = ?"
                signature = sign(company, entry.hash) or entry.signature
                where = (company, entry.number)
                store.run(
                    f"{sql} WHERE company = ? AND number = ?", entry.actor, entry.before, entry.hash, signature, *where
                )
            last = entry.hash
        store.run("UPDATE audit_head SET hash = ? WHERE company = ?", last, company)


def _shortened(store: Store, last: int) -> None:
    company = company_id(store, ACME)
    with store.atomic():
        store.run("DELETE FROM audit_entry WHERE company = ? AND number > ?", company, last)
        store.run("DELETE FROM audit_about WHERE company = ? AND number > ?", company, last)
        [(digest,)] = store.rows("SELECT hash FROM audit_entry WHERE company = ? AND number = ?", company, last)
        store.run("UPDATE audit_head SET number = ?, hash = ? WHERE company = ?", last, digest, company)


def test_signed_entries_pass_and_so_do_those_of_an_earlier_key(signed: Store) -> None:
    signed.audit_keys = [LATER, KEY]
    trail.add(signed, ACME, "anna", "play", "the eleventh")
    assert _fault(signed) is None
    signed.audit_keys = [KEY]
    assert _fault(signed) == (11, Fault.FORGED)


@pytest.mark.parametrize(
    "sign",
    [
        lambda company, digest: None,
        lambda company, digest: signing.sign_entry([LATER], company, digest),
        lambda company, digest: signing.sign_entry([KEY], f"{company}x", digest),
        lambda company, digest: signing.sign_checkpoint([KEY], company, digest),
        lambda company, digest: "æ" * 64,
    ],
    ids=["the old signatures", "another key", "of another company", "of a checkpoint", "no signature at all"],
)
def test_a_trail_that_was_written_anew_is_named_from_its_first_changed_entry(
    signed: Store, sign: Callable[[str, str], str | None]
) -> None:
    _rewritten(signed, 4, sign)
    assert _fault(signed) == (4, Fault.FORGED)
    signed.audit_keys = ()
    assert _fault(signed) is None


def test_an_entry_without_a_signature_is_named(signed: Store) -> None:
    signed.audit_keys = ()
    trail.add(signed, ACME, "nobody", "play", "unseen")
    signed.audit_keys = [KEY]
    assert _fault(signed) == (11, Fault.UNSIGNED)
    assert [(one.number, one.actor) for one in signatures.unsigned(signed, ACME, 11)] == [(11, "nobody")]
    assert _sign(signed, 10) == 0
    assert _sign(signed, 11) == 1
    assert _fault(signed) is None


def test_false_signatures_stay_as_they_are_unless_a_lost_key_made_them(signed: Store) -> None:
    _rewritten(signed, 4, lambda company, digest: signing.sign_entry([LATER], company, digest))
    assert _sign(signed, 99) == 0
    assert _fault(signed) == (4, Fault.FORGED)
    assert _sign(signed, 99, again=True) == 7
    assert _fault(signed) is None


def test_a_shorter_trail_passes_by_itself_and_not_by_a_checkpoint(signed: Store) -> None:
    [acme, beta] = checkpoints.since(signed, {})
    assert (acme.company, acme.number, beta.company) == (ACME, 10, BETA)
    _shortened(signed, 7)
    assert _fault(signed) is None
    found = checkpoints.trouble(signed, acme.trail, [acme.checkpoint])
    assert found and (found.number, found.fault) == (10, Fault.MISSING)
    for number in range(8, 13):
        trail.add(signed, ACME, "anna", "play", f"another {number}")
    [later] = checkpoints.since(signed, {beta.trail: str(beta.checkpoint)})
    found = checkpoints.trouble(signed, acme.trail, [acme.checkpoint, later.checkpoint])
    assert found and (found.number, found.fault) == (10, Fault.CHANGED)


def test_only_trails_that_went_on_get_another_checkpoint(signed: Store) -> None:
    known = {one.trail: str(one.checkpoint) for one in checkpoints.since(signed, {})}
    assert checkpoints.since(signed, known) == []
    trail.add(signed, BETA, "bo", "play", "one")
    assert [one.company for one in checkpoints.since(signed, known)] == [BETA]


def test_a_checkpoint_is_read_from_a_line_of_any_log_and_its_signature_covers_all_that_it_says(signed: Store) -> None:
    [acme, _] = checkpoints.since(signed, {})
    assert checkpoints.read(f"Nov 30 01:02:03 host fsplug-audit: {acme.line}\r\n") == acme
    assert acme.is_signed(signed)
    changes = [{"company": BETA}, {"trail": "x"}, {"number": 9}, {"hash": "x"}, {"at": 1.0}, {"signature": None}]
    for changed in changes:
        assert not replace(acme, **changed).is_signed(signed), changed
    assert not replace(acme, signature=signing.sign_entry([KEY], acme.trail, acme.hash)).is_signed(signed)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "nothing",
        '{"company":',
        '{"company":"a"}',
        '{"company":"a","trail":"b","number":-1,"hash":"c","at":1}',
        '{"company":"a","trail":"b","number":"x","hash":"c","at":1}',
        '{"company":"a","trail":{},"number":1,"hash":"c","at":1}',
        '{"company":"a","trail":"b","number":1,"hash":"c","at":"now"}',
        '{"company":"a","trail":"b","number":1,"hash":"c","at":1,"more":2}',
    ],
)
def test_any_other_line_is_no_checkpoint(line: str) -> None:
    assert checkpoints.read(line) is None


def test_a_head_of_another_company_is_another_trail(signed: Store) -> None:
    made = TrailCheckpoint(ACME, company_id(signed, ACME), 1, chain.head(signed, BETA).hash, 1.0)
    assert checkpoints.trouble(signed, company_id(signed, BETA), [made.checkpoint]) is not None
