"""Seven recorded talks to look for."""

from dataclasses import replace
from typing import Any

from fsplug.policy.entities import Direction, Party, Talk, User
from fsplug.policy.recording.facts import talk_facts
from fsplug.store.calls.entries import JournalEntry
from fsplug.store.recordings.search.results import RecordingPage
from tests.store.cast import ACME
from tests.store.story import decided, sealed, seen, started, stopped

ANNA = User("1001", "1001", "Anna", "Sales", True, ("+4570101001",))
BO = User("1002", "1002", "Bo", "Sales")
CLARA = User("1003", "1003", "Clara", "Support", True)
CUSTOMER, OTHER = "22334455", "+46 8 123 456 78"


def talk_of(caller: User | str, answerer: User | str, group: str | None = None) -> dict[str, Any]:
    """What a decision on their talk is written with; a user's party goes by the extension."""
    ends = [
        Party(one, (one.extension,)) if isinstance(one, User) else Party(None, (one,)) for one in (caller, answerer)
    ]
    direction = Direction.INTERNAL if ends[0].user and ends[1].user else None
    direction = direction or (Direction.OUTGOING if ends[0].user else Direction.INCOMING)
    recorded = ends[0].user or ends[1].user
    talk = Talk(ACME, *ends, direction, (group,) if group else ())
    texts = {"caller": ends[0].numbers[0], "answerer": ends[1].numbers[0]}
    user = recorded.username if recorded else None
    return {"inputs": talk_facts(talk), "direction": str(direction), "group": group, "user": user, **texts}


TALKS = {
    "a": talk_of(CUSTOMER, ANNA, "2001"),
    "b": talk_of(ANNA, CUSTOMER),
    "c": talk_of(ANNA, CLARA),
    "d": talk_of(OTHER, CLARA),
    "e": talk_of(CLARA, "anonymous"),
    "f": talk_of("+4533445566", BO, "2001"),
    "g": talk_of(BO, ANNA),
}


# In seconds; of the others as long as of the story.
LENGTHS = {"a": 9.0, "b": 3.0, "c": 12.0, "d": 3.0}


def recorded_talk(call: str, at: float, **talk: Any) -> list[JournalEntry]:
    kept = replace(sealed(call), seconds=LENGTHS.get(call, 7.0))
    return [seen(call, at=at), decided(call, at=at, **talk), started(call, at=at), stopped(call), kept]


def longest_first(calls: str) -> str:
    return "".join(sorted(calls, key=lambda call: (LENGTHS.get(call, 7.0), call), reverse=True))


def calls_of(leaf: RecordingPage) -> str:
    return "".join(one.id.removesuffix("-rec") for one in leaf.recordings)
