"""Who is in a call on which node, on both databases: as each node says, and for as long as it serves."""

from collections.abc import Callable

import pytest

from fsplug.errors import Unavailable
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.db.database import Store
from fsplug.store.nodes import live, names, presence
from fsplug.store.nodes.live import Publisher, elsewhere, node_of_talk
from fsplug.store.nodes.names import LEASE_SECONDS, Claim
from tests.store.accountcast import Clock
from tests.store.cast import ACME, BETA

ANNA, BO, CLARA = "1001", "1002", "1003"
TALK = UserTalk(ANNA, 100.0, 1, BO, (CLARA,))
OTHER_END = UserTalk(BO, 101.0, 1, ANNA)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(open_store: Callable[..., Store], clock: Clock) -> Store:
    """fs1 and fs2 serve."""
    store = open_store(database_clock=clock)
    for name in ("fs1", "fs2"):
        presence.hold(store, Claim(name, f"{name}-host", "/data", "/archive"), [], name)
    return store


def _calls(*talks: UserTalk, busy: str = "") -> dict[str, CompanyCalls]:
    return {ACME: CompanyCalls({one.username: one for one in talks}, frozenset(busy.split()))}


def _shown(store: Store, own: str = "fs2", domain: str = ACME) -> tuple[dict[str, UserTalk], set[str]]:
    found = elsewhere(store, domain, own)
    return dict(found.talks), set(found.busy)


def test_each_change_is_what_others_see_and_nobody_sees_their_own(store: Store) -> None:
    here = Publisher(store, "fs1")
    on_fs1 = {one.username: UserTalk(*_fields(one), "fs1") for one in (TALK, OTHER_END)}
    for calls, shown in (
        (_calls(busy=ANNA), ({}, {ANNA})),
        (_calls(TALK, OTHER_END, busy=f"{ANNA} {BO} {CLARA}"), (on_fs1, {ANNA, BO, CLARA})),
        (_calls(OTHER_END, busy=BO), ({BO: on_fs1[BO]}, {BO})),
        ({}, ({}, set())),
    ):
        assert here.is_news(calls)
        here.publish(calls)
        assert not here.is_news(calls)
        assert _shown(store) == shown
        assert _shown(store, "fs1") == _shown(store, domain=BETA) == ({}, set())


def _fields(talk: UserTalk) -> tuple[object, ...]:
    return talk.username, talk.since, talk.version, talk.other, talk.listeners


def test_the_node_of_a_talk_is_known_while_it_serves(store: Store, clock: Clock) -> None:
    Publisher(store, "fs1").publish(_calls(TALK, busy=f"{ANNA} {CLARA}"))
    assert [node_of_talk(store, ACME, one, "fs2") for one in (ANNA, BO, CLARA)] == ["fs1", "", ""]
    assert node_of_talk(store, ACME, ANNA, "fs1") == node_of_talk(store, BETA, ANNA, "fs2") == ""
    clock.turn(LEASE_SECONDS + 1)
    assert node_of_talk(store, ACME, ANNA, "fs2") == ""
    assert elsewhere(store, ACME, "fs2") is None
    presence.hold(store, Claim("fs2", "fs2-host", "/data", "/archive"), ["fs2"], "fs2")
    assert _shown(store, "console") == ({}, set())


def test_a_node_that_stops_shows_nothing(store: Store) -> None:
    Publisher(store, "fs1").publish(_calls(TALK))
    names.release(store, "fs1", "fs1")
    assert elsewhere(store, ACME, "fs2") is None


def test_of_talks_on_two_nodes_the_last_one_counts(store: Store) -> None:
    Publisher(store, "fs1").publish(_calls(TALK))
    Publisher(store, "fs2").publish(_calls(UserTalk(ANNA, 200.0)))
    assert node_of_talk(store, ACME, ANNA, "console") == "fs2"
    assert _shown(store, "console")[0][ANNA].node == "fs2"
    own = CompanyCalls({ANNA: UserTalk(ANNA, 150.0)}, frozenset({ANNA}), "console")
    found = own.beside(elsewhere(store, ACME, "console"))
    assert (found.talks[ANNA].node, found.busy, found.node) == ("fs2", {ANNA}, "console")
    assert own.beside(elsewhere(store, ACME, "fs2")).talks[ANNA].node == ""


def test_the_next_process_of_a_node_begins_anew(store: Store) -> None:
    Publisher(store, "fs1").publish(_calls(TALK, OTHER_END))
    heir = Publisher(store, "fs1")
    assert heir.is_news({})
    heir.publish({})
    assert _shown(store) == ({}, set())


def test_after_a_failed_write_everything_is_published_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    here = Publisher(store, "fs1")
    here.publish(_calls(TALK))

    def fails(*_: object) -> None:
        raise Unavailable("store-gone", "it does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(live._PUT, "run_many", fails)
        with pytest.raises(Unavailable):
            here.publish(_calls(OTHER_END))
    assert set(_shown(store)[0]) == {ANNA}
    assert here.is_news(_calls(TALK))
    here.publish(_calls(OTHER_END))
    assert set(_shown(store)[0]) == {BO}


def test_a_call_marked_with_an_unknown_company_keeps_no_other_from_being_published(store: Store) -> None:
    here = Publisher(store, "fs1")
    here.publish({**_calls(TALK), "nobody.example": CompanyCalls({ANNA: TALK})})
    assert set(_shown(store)[0]) == {ANNA}
    here.publish({})
    assert _shown(store) == ({}, set())
