"""What somebody sees of a conversation, and which recordings of it they may hear."""

from collections.abc import Iterator

import pytest

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.conversation.shapes import TurnKind
from fsplug.policy.entities import AdminScope, Role
from fsplug.store.calls import conversation_access, conversations, ledger
from fsplug.store.db.database import Store
from fsplug.store.recordings import access, deletions
from tests.store.cast import ACME, BETA
from tests.store.longconversation import long_conversation
from tests.tables import table

SUPERUSER = Actor("1009", AdminScope.NONE, Role.SUPERUSER, ACME)
ANNA, BO, CLARA, DAVID = (
    Actor(name, AdminScope.NONE, Role.MY_CONSOLE, ACME) for name in ("1001", "1002", "1003", "1004")
)
FIRST, SECOND = "call-call-b-rec", "call-call-ask-b-rec"


@pytest.fixture
def long(store: Store) -> Iterator[Store]:
    """The conversation with everything in it."""
    ledger.apply(store, long_conversation())
    yield store


def test_each_sees_the_calls_in_which_they_took_part(long: Store) -> None:
    both = ["call", "call-ask"]
    with table() as rows:
        for actor, calls, hidden in (
            (None, both, 0),
            (operator("root"), both, 0),
            (SUPERUSER, both, 0),
            (ANNA, both, 0),
            (CLARA, both, 0),
            (DAVID, ["call"], 1),
        ):
            with rows.row(actor):
                seen = conversation_access.seen(long, ACME, "call-ask", actor)
                assert ([one.id for one in seen.calls], seen.hidden) == (calls, hidden)


def test_a_call_that_joined_a_conversation_names_it_in_its_own_company(long: Store) -> None:
    asked = ["call", "call-ask", "nobodys"]
    assert conversations.by_call(long, ACME, asked) == {"call-ask": "call"}
    assert conversations.by_call(long, BETA, asked) == {}


def test_who_only_listened_in_has_taken_part_in_nothing(long: Store) -> None:
    with pytest.raises(Refused, match="their own"):
        conversation_access.seen(long, ACME, "call", BO)


def test_another_company_has_no_such_conversation(long: Store) -> None:
    with pytest.raises(Invalid, match="no conversation"):
        conversation_access.seen(long, BETA, "call", None)


def test_who_listened_to_a_colleague_is_the_colleagues_and_the_superusers_to_know(long: Store) -> None:
    with table() as rows:
        for actor, is_told in ((SUPERUSER, True), (ANNA, True), (CLARA, False)):
            with rows.row(actor):
                turns = conversation_access.seen(long, ACME, "call", actor).timeline(long).turns
                assert (TurnKind.LISTEN in [turn.kind for turn in turns]) == is_told


def test_those_recordings_are_reachable_that_each_would_get(long: Store) -> None:
    ledger.apply(long, long_conversation(2_000.0, "betas", BETA))
    wanted = [FIRST, SECOND, "betas-betas-b-rec", "nobodys"]
    deletions.delete(long, ACME, [SECOND], operator("root"))
    with table() as rows:
        for actor in (SUPERUSER, ANNA, BO, CLARA, DAVID):
            with rows.row(actor):
                assert access.reachable(long, ACME, wanted, actor) == {one for one in wanted if _gets(long, one, actor)}
    assert access.reachable(long, ACME, wanted, ANNA) == {FIRST}


def _gets(store: Store, recording: str, actor: Actor) -> bool:
    try:
        access.recording(store, ACME, recording, actor)
    except Invalid:
        return False
    return True
