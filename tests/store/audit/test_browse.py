"""The trail as people look through it, and the day at a glance, on both databases."""

from dataclasses import replace

import pytest

from fsplug.store.audit import browse
from fsplug.store.audit import trail as audit
from fsplug.store.audit.browse import AuditFilter
from fsplug.store.calls import ledger, my_calls, overview
from fsplug.store.calls.entries import GapFound
from fsplug.store.calls.overview import Growth
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call


def _subjects(store: Store, sought: AuditFilter, before: int | None = None, limit: int = 50) -> list[str]:
    return [one.subject for one in browse.search(store, ACME, sought, limit, before) if one.subject]


@pytest.fixture
def trail(store: Store) -> Store:
    """Four entries of Acme's and one of Beta's."""
    audit.add(store, ACME, f"1002@{ACME}", "play", "one", ["1001"])
    audit.add(store, ACME, f"1002@{ACME}", "delete", "two", ["1003"])
    audit.add(store, ACME, "root", "play", "three", ["1003", "1001"])
    audit.add(store, ACME, f"1001@{ACME}", "share", "four", ["1001"])
    audit.add(store, BETA, f"1001@{BETA}", "play", "theirs", ["1001"])
    return store


@pytest.mark.parametrize(
    ("sought", "wanted"),
    [
        (AuditFilter(), ["four", "three", "two", "one"]),
        (AuditFilter(acts=("play",)), ["three", "one"]),
        (AuditFilter(acts=("play", "share"), not_by="root"), ["four", "one"]),
        (AuditFilter(actors=("root", "nobody")), ["three"]),
        (AuditFilter(people=("1001",)), ["four", "three", "one"]),
        (AuditFilter(people=("1001", "1003")), ["four", "three", "two", "one"]),
        (AuditFilter(people=("1001",), acts=("play",), not_by="root"), ["one"]),
        (AuditFilter(people=()), []),
        (AuditFilter(since=1e12), []),
        (AuditFilter(until=0.0), []),
        (AuditFilter(since=0.0, until=1e12, people=("1003",)), ["three", "two"]),
    ],
)
def test_entries_are_found_by_what_is_sought_from_either_end(
    trail: Store, sought: AuditFilter, wanted: list[str]
) -> None:
    assert _subjects(trail, sought) == wanted
    assert _subjects(trail, replace(sought, oldest=True)) == wanted[::-1]


def test_a_page_goes_on_beyond_the_number_of_the_last(trail: Store) -> None:
    about = AuditFilter(people=("1001", "1003"))
    for sought, rest in ((about, ["two", "one"]), (replace(about, oldest=True), ["three", "four"])):
        first = browse.search(trail, ACME, sought, 2)
        assert _subjects(trail, sought, first[-1].number) == rest


def test_the_last_check_is_kept_company_by_company(trail: Store) -> None:
    assert browse.last_check(trail, ACME) is None
    made = browse.check(trail, ACME)
    assert made.is_whole and browse.last_check(trail, ACME) == made
    assert browse.last_check(trail, BETA) is None


def test_an_entry_changed_afterwards_is_found_by_the_next_check_though_the_last_was_well(trail: Store) -> None:
    browse.check(trail, ACME)
    with trail.atomic():
        trail.run("UPDATE audit_entry SET actor = 'nobody' WHERE subject = 'two'")
    found = browse.check(trail, ACME)
    assert found.trouble is not None and not found.is_whole
    assert browse.last_check(trail, ACME) == found


def test_what_others_did_with_a_user_s_calls_is_found_with_the_call(trail: Store) -> None:
    ledger.apply(trail, recorded_call("a"))
    audit.add(trail, ACME, f"1002@{ACME}", "play", "a-rec", ["1001"])
    found = my_calls.about(trail, ACME, "1001").deeds
    assert [one.entry.subject for one in found] == ["a-rec", "three", "one"]
    assert found[0].call_at is not None and found[0].caller is not None and found[0].caller.text == "+4522334455"
    assert my_calls.about(trail, BETA, "1001").deeds == []


def test_a_day_s_hours_gaps_and_mails_are_counted_for_their_company_alone(store: Store) -> None:
    ledger.apply(store, [*recorded_call("a", at=7_300.0), *recorded_call("b", company=BETA, at=7_300.0)])
    ledger.apply(store, [GapFound(ACME, "a", "a-dec", "a-rec", "short", "2 s too short", 7_400.0)])
    hours = overview.hours(store, ACME, 0.0, 4 * 3_600.0)
    assert [(one.calls, one.recordings) for one in hours] == [(0, 0), (0, 0), (1, 1), (0, 0)]
    assert overview.recorded_bytes(store, ACME, 0.0) == 224_044
    assert overview.growth(store, ACME, 0.0) == Growth(224_044, 7_301.0, 0)
    assert [(one.code, one.gaps) for one in overview.gap_causes(store, ACME, 0.0)] == [("short", 1)]
    assert overview.gap_causes(store, BETA, 0.0) == []
    mail = mails.queue(store, ACME, mails.MailKind.RESET, "1001", "gone@acme.example", "en")
    mails.failed(store, mail, "mail-no-mailbox", "550 5.1.1 no such mailbox")
    assert overview.mail_states(store, ACME, 0.0) == {"failed": 1}
    [failed] = overview.failed_mails(store, ACME, 0.0)
    assert (failed.receiver, failed.code, failed.mails) == ("gone@acme.example", "mail-no-mailbox", 1)
