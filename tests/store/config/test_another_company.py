"""Each door of the store by itself: an id of another company's is an id of nothing, whoever asked before."""

from collections.abc import Callable

import pytest

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import operator
from fsplug.store.accounts import sessions
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.store.outbox import mails
from fsplug.store.recordings import deletions, recordings, shares
from fsplug.store.recordings.shares import Offer, Share
from tests.store.accountcast import Console
from tests.store.cast import ACME, BETA
from tests.store.story import recorded_call

ROOT = operator("root")


@pytest.fixture
def store(console: Console) -> Store:
    """Two recordings of Acme's."""
    ledger.apply(console.store, recorded_call("a"))
    ledger.apply(console.store, recorded_call("b"))
    return console.store


@pytest.fixture
def share(store: Store) -> Share:
    """One of Acme's, with its mails."""
    return shares.create(store, ACME, Offer("a-rec", "customer@outside.example", "Our call"), ROOT)[0]


def _unknown(act: Callable[[], object]) -> bool:
    with pytest.raises(Invalid) as unknown:
        act()
    return unknown.value.code.startswith("unknown-")


def test_a_recording_and_its_shares_are_there_for_their_company_only(store: Store, share: Share) -> None:
    assert recordings.get(store, BETA, "a-rec") is None
    assert shares.of_recording(store, BETA, "a-rec") == []
    assert _unknown(lambda: shares.get(store, BETA, share.id))
    assert _unknown(lambda: shares.revoke(store, BETA, share.id, ROOT))
    assert shares.get(store, ACME, share.id) == share


def test_a_deletion_is_undone_by_its_company_only(store: Store) -> None:
    batch = deletions.delete(store, ACME, ["b-rec"], ROOT)
    assert _unknown(lambda: deletions.get(store, BETA, "b-rec"))
    assert _unknown(lambda: deletions.undelete(store, BETA, ["b-rec"], ROOT))
    with pytest.raises(Invalid) as unknown:
        deletions.undelete_batch(store, BETA, batch.id, ROOT)
    assert "b-rec" not in unknown.value.text
    assert deletions.pending(store, BETA) == []
    assert deletions.undelete_batch(store, ACME, batch.id, ROOT) == 1


def test_a_mail_is_there_for_its_company_only(store: Store, share: Share) -> None:
    for mail in mails.listed(store, ACME):
        assert _unknown(lambda mail=mail: mails.get(store, BETA, mail.id))
        assert _unknown(lambda mail=mail: mails.retry(store, BETA, mail.id))
    assert mails.about(store, BETA, [share.id]) == {share.id: []}


def test_a_session_is_ended_by_its_company_only(console: Console) -> None:
    store = console.store
    sessions.begin(store, ACME, console.made(), "192.0.2.1", "Firefox")
    [session] = sessions.listed(store, ACME)
    assert sessions.listed(store, BETA) == []
    assert _unknown(lambda: sessions.end(store, BETA, session.id, "root"))
    sessions.end_all(store, BETA, "1001", "root")
    assert sessions.listed(store, ACME) == [session]
