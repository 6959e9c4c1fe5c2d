"""Calls of before there were conversations are joined in the background, however often that is interrupted."""

from collections.abc import Callable, Iterator

import pytest

from fsplug.store.calls import calls, ledger
from fsplug.store.calls.conversation_entries import CallJoined
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.calls.past_conversations import PastConversations, unjoined
from fsplug.store.db.database import Store
from tests.store.cast import ACME, BETA
from tests.store.story import decided, seen


def talk(company: str, call: str, legs: str, at: float, caller: str, answerer: str) -> JournalEntry:
    name = f"{company}-{legs.replace(':', '-')}"
    ends = {end: _party(who) for end, who in (("caller", caller), ("answerer", answerer))}
    facts = {"company": company, "decision": name, "talk": f"{legs}:0", "at": at, "inputs": ends}
    return decided(call, **{**facts, "caller": caller, "answerer": answerer, "record": False, "recording": None})


def _party(who: str) -> dict[str, object]:
    return {"user": {"username": who} if len(who) == 4 else None, "numbers": [who]}


def transfers(company: str, mark: str, at: float) -> Iterator[JournalEntry]:
    """An attended transfer, whose answerer is then sent on by the customer, and calls somebody."""
    a, b, c, d = (f"{mark}{leg}" for leg in "ABCD")
    yield seen(a, company=company, at=at)
    yield talk(company, a, f"{a}:{b}", at + 1, "+4522334455", "1001")
    yield seen(c, company=company, at=at + 2)
    yield talk(company, c, f"{c}:{d}", at + 3, "1001", "1003")
    yield talk(company, a, f"{a}:{d}", at + 5, "+4522334455", "1003")
    yield seen(d, company=company, at=at + 7)
    yield talk(company, d, f"{d}:{mark}E", at + 8, "1003", "1004")


@pytest.fixture
def old(store: Store) -> Store:
    """A store of before, just brought up to date."""
    with store.atomic():
        store.run("DROP TABLE unjoined_calls")
        store.run("DELETE FROM migration WHERE name = '0037_unjoined_calls'")
    entries = [one for n in range(4) for one in transfers(ACME, f"x{n}", 100.0 + 10 * n)]
    ledger.apply(store, [*entries, *transfers(BETA, "y", 100.0)])
    assert ledger.rejects(store) == []
    assert "0037_unjoined_calls" in store.migrate()
    return store


def conversations(store: Store, company: str = ACME) -> dict[str, str | None]:
    return {one.id: one.conversation for one in calls.listed(store, company)}


JOINED = {f"x{n}{leg}": None if leg == "A" else f"x{n}A" for n in range(4) for leg in "ACD"}


def finish(working: Callable[[], PastConversations]) -> int:
    rounds = 0
    while working().work():
        rounds += 1
    return rounds


def test_calls_of_before_are_joined_by_the_legs_of_their_talks_in_each_company(old: Store) -> None:
    assert {one.domain for one in unjoined(old)} == {ACME, BETA}
    working = PastConversations(old)
    finish(lambda: working)
    assert (conversations(old), unjoined(old)) == (JOINED, [])
    assert conversations(old, BETA) == {"yA": None, "yC": "yA", "yD": "yA"}


@pytest.mark.parametrize("some", [1, 2, 3, 16])
def test_interrupted_after_any_talk_it_goes_on_there(old: Store, some: int) -> None:
    rounds = finish(lambda: PastConversations(old, some))
    assert rounds >= 16 / some
    assert (conversations(old), unjoined(old)) == (JOINED, [])


def test_it_is_killed_in_the_middle_of_a_transaction_and_nothing_is_half_done(
    old: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(Exception):
        pass

    def is_killed(self: PastConversations, *_: object) -> None:
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(PastConversations, "_join", is_killed)
        with pytest.raises(Killed):
            PastConversations(old).work()
    assert [one.at for one in unjoined(old)] == [0.0, 0.0]
    finish(lambda: PastConversations(old))
    assert conversations(old) == JOINED


def test_what_was_joined_since_as_it_happened_is_left_as_it_is(old: Store) -> None:
    ledger.apply(old, [seen("later"), CallJoined("x0C", ACME, "later", 5_000.0)])
    finish(lambda: PastConversations(old))
    assert conversations(old)["x0C"] == "later"


def test_talks_of_since_are_not_looked_at(old: Store) -> None:
    ledger.apply(old, list(transfers(ACME, "z", 9_000.0)))
    finish(lambda: PastConversations(old))
    found = conversations(old)
    assert [found[f"z{leg}"] for leg in "ACD"] == [None, None, None]


def test_a_new_installation_has_nothing_to_join(store: Store) -> None:
    assert unjoined(store) == []
    assert not PastConversations(store).work()
