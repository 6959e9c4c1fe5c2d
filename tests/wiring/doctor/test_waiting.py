"""What the doctor says of things that wait, and of those that fail."""

from pathlib import Path

import pytest

from fsplug.media.record_folder import RecordFolder
from fsplug.store.calls import ledger
from fsplug.store.calls.entries import CallRefused, OutageSeen, TalkWitnessed
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import installation, waiting
from fsplug.wiring.doctor.findings import FindingState
from fsplug.wiring.doctor.role import MachineRole
from fsplug.wiring.settings import Settings, read
from tests.furnished import cast_store
from tests.store.cast import ACME
from tests.store.outbox.queued import PUT, QUEUES

SUBJECTS = {"mail": "mail queue", "sealing": "recordings to seal", "deletion": "recordings to destroy"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a store with the cast."""
    settings = read(tmp_path, {})
    cast_store(Path(settings.store)).close()
    return settings


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_queue_says_how_much_waits_and_what_fails(settings: Settings, name: str) -> None:
    store = Store(settings.store)
    [thing, _] = PUT[name](store, 2)
    found = {one.subject: (one.state, one.text) for one in waiting.every(settings)}
    assert found.keys() == set(SUBJECTS.values())
    assert found[SUBJECTS[name]] == (FindingState.OK, "2 waiting, none failed")
    lease = QUEUES[name].take(store, thing)
    assert lease is not None
    QUEUES[name].delay(store, lease, "away", "nobody answers at s3.example", pause=False)
    store.close()
    other = {one.subject: (one.state, one.text) for one in waiting.every(settings)}
    text = "2 waiting, 1 failed so far (tries: 1, next in 0 s): nobody answers at s3.example"
    assert other == {**found, SUBJECTS[name]: (FindingState.WARN, text)}


def test_talks_that_were_missed_or_not_asked_about_are_warned_of(settings: Settings) -> None:
    assert waiting.missed(settings, 2_000.0).state == FindingState.OK
    store, talk = Store(settings.store), ("A:B:0", "A", "switch", 1_000.0, 1_060.0, False, "a-dec")
    entries = [OutageSeen("out", "switch", "frozen", 990.0, 1_070.0), TalkWitnessed("a", ACME, *talk, "out")]
    ledger.apply(store, [*entries, TalkWitnessed("b", ACME, *talk)])
    store.close()
    found = waiting.missed(settings, 2_000.0)
    missed = "missed in the last 24 hours, and decided afterwards: 1 talk (frozen)"
    assert (found.state, found.text) == (FindingState.WARN, f"{missed}, and 2 began without a verdict in time")
    assert waiting.missed(settings, 2_000.0 + 2 * waiting.DAY_SECONDS).state == FindingState.OK


@pytest.mark.parametrize("fault", ["missing", "a file", "unreadable record"])
def test_a_folder_of_call_records_that_cant_be_used_is_wrong_or_warned_of(fault: str, settings: Settings) -> None:
    folder = RecordFolder(settings.records)
    folder.make()
    assert installation.records(settings).state == FindingState.OK
    if fault == "unreadable record":
        folder.save(b"{")
        folder.set_aside(folder.waiting()[0].name)
        assert installation.records(settings).state == FindingState.WARN
        return
    settings.records.rmdir()
    if fault == "a file":
        settings.records.write_text("")
    assert installation.records(settings).state == FindingState.WRONG


def test_a_store_that_is_not_there_is_said_once_and_is_not_made(tmp_path: Path) -> None:
    settings = read(tmp_path, {})
    subjects = [one.subject for one in installation.every(settings, MachineRole.ALL, True, None)]
    assert not set(SUBJECTS.values()) & set(subjects)
    assert not Path(settings.store).exists()


def test_calls_that_the_switch_refused_are_counted_by_profile_and_cause(settings: Settings) -> None:
    assert waiting.refused(settings, 2_000.0).state == FindingState.OK
    store = Store(settings.store)
    calls = [("a", "external"), ("b", "external"), ("b", "external"), ("c", "internal")]
    entries = [CallRefused(call, "switch", profile, "INCOMPATIBLE_DESTINATION", 1_000.0) for call, profile in calls]
    ledger.apply(store, entries)
    store.close()
    found = waiting.refused(settings, 2_000.0)
    assert found.state == FindingState.WARN
    assert found.text.endswith(
        "refused 3 calls before its dialplan: "
        "2 on external (INCOMPATIBLE_DESTINATION), 1 on internal (INCOMPATIBLE_DESTINATION)"
    )
    assert waiting.refused(settings, 2_000.0 + 2 * waiting.DAY_SECONDS).state == FindingState.OK
