"""A store with recordings to look for."""

import pytest

from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from tests.store.cast import BETA
from tests.store.recordings.lookedfor import TALKS, recorded_talk
from tests.store.story import recorded_call


@pytest.fixture
def busy(store: Store) -> Store:
    """Seven recordings of Acme's, a second between each, and one of Beta's with the same customer."""
    for number, (call, talk) in enumerate(TALKS.items()):
        ledger.apply(store, recorded_talk(call, 100.0 + number, **talk))
    ledger.apply(store, recorded_call("beta", BETA, 103.0))
    return store
