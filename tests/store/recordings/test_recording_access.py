"""Who plays a recording without a share, and whose call it was."""

from dataclasses import asdict

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import AdminScope, Direction, Party, Role, Talk, User
from fsplug.store.audit import trail
from fsplug.store.calls import ledger
from fsplug.store.db.database import Store
from fsplug.store.recordings import access, recordings
from tests.store.accountcast import Console
from tests.store.cast import ACME
from tests.store.story import decided, recorded_call

LISTENER = Actor("1001", AdminScope.NONE, Role.MY_CONSOLE, ACME)


@pytest.fixture
def store(console: Console) -> Store:
    """One of Acme's calls is recorded and sealed."""
    ledger.apply(console.store, recorded_call("a"))
    return console.store


def test_a_user_plays_only_their_own_and_playing_makes_an_entry(store: Store) -> None:
    assert access.play(store, ACME, "a-rec", LISTENER).id == "a-rec"
    bo = Actor("1002", AdminScope.NONE, Role.MY_CONSOLE, ACME)
    with pytest.raises(Invalid, match="there is no recording a-rec"):
        access.play(store, ACME, "a-rec", bo)
    with pytest.raises(Refused):
        access.play(store, ACME, "a-rec", Actor("1001", AdminScope.COMPANY_ADMIN, Role.NONE, ACME))
    plays = [(entry.actor, entry.people) for entry in trail.listed(store, ACME) if entry.act == "play"]
    assert plays == [(f"1001@{ACME}", ("1001",))]


def test_both_ends_of_an_internal_call_are_its_people(store: Store) -> None:
    anna, bo = User("1001", "1001"), User("1002", "1002")
    talk = Talk(ACME, Party(anna, ("1001",)), Party(bo, ("1002",)), Direction.INTERNAL)
    story = [entry for entry in recorded_call("c") if not type(entry).__name__.startswith("Decision")]
    ledger.apply(store, [*story, decided("c", inputs=asdict(talk))])
    found = recordings.get(store, ACME, "c-rec")
    assert found is not None
    assert access.people_of(store, found) == ["1001", "1002"]
