"""What the doctor says of things that wait, and of those that fail."""

from pathlib import Path

import pytest

from fsplug.store.change import planning
from fsplug.store.db.database import Store
from fsplug.wiring.doctor import installation, waiting
from fsplug.wiring.doctor.findings import State
from fsplug.wiring.settings import Settings, read
from tests.store.cast import CAST
from tests.store.outbox.queued import PUT, QUEUES

SUBJECTS = {"mail": "mail queue", "sealing": "recordings to seal", "deletion": "recordings to destroy"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a store with the cast."""
    settings = read(tmp_path, {})
    store = Store(settings.store)
    store.migrate()
    planning.apply_plan(store, planning.plan(store, CAST), "the cast")
    store.close()
    return settings


@pytest.mark.parametrize("name", SUBJECTS)
def test_each_queue_says_how_much_waits_and_what_fails(settings: Settings, name: str) -> None:
    store = Store(settings.store)
    [thing, _] = PUT[name](store, 2)
    found = {one.subject: (one.state, one.text) for one in waiting.every(settings)}
    assert found.keys() == set(SUBJECTS.values())
    assert found[SUBJECTS[name]] == (State.OK, "2 waiting, none failed")
    lease = QUEUES[name].take(store, thing)
    assert lease is not None
    QUEUES[name].delay(store, lease, "away", "nobody answers at s3.example", pause=False)
    store.close()
    other = {one.subject: (one.state, one.text) for one in waiting.every(settings)}
    text = "2 waiting, 1 failed so far (tries: 1, next in 0 s): nobody answers at s3.example"
    assert other == {**found, SUBJECTS[name]: (State.WARN, text)}


def test_a_store_that_is_not_there_is_said_once_and_is_not_made(tmp_path: Path) -> None:
    settings = read(tmp_path, {})
    subjects = [one.subject for one in installation.every(settings, True, None)]
    assert not set(SUBJECTS.values()) & set(subjects)
    assert not Path(settings.store).exists()
