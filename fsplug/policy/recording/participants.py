"""The people heard in a talk, as its decision knew them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Participant:
    """One end of a talk, or somebody else in a conference.

    A user has a `username`, and the name and department of that time. `numbers` are all numbers of this end, in the
    switch's spelling; `text` is the first of them. `picked_up` is whether this end took a call that rang elsewhere.
    """

    text: str
    username: str | None = None
    name: str = ""
    department: str | None = None
    numbers: tuple[str, ...] = ()
    picked_up: bool = False


def both(inputs: Mapping[str, Any], caller: str | None, answerer: str | None) -> tuple[Participant, Participant]:
    """The caller and the answerer of a decision with these inputs; an unknown one is left out."""
    picked_up = bool(inputs.get("picked_up_by"))
    return _participant(inputs.get("caller"), caller), _participant(inputs.get("answerer"), answerer, picked_up)


def everybody(inputs: Mapping[str, Any], caller: str | None, answerer: str | None) -> tuple[Participant, ...]:
    """The caller, the answerer, and whoever else was in their conference."""
    others = inputs.get("others")
    more = [_participant(one, None) for one in others] if isinstance(others, list) else []
    return (*both(inputs, caller, answerer), *more)


def people(ends: Iterable[Participant], recorded: str | None) -> list[str]:
    """The users who are heard, including the one whose leg is recorded."""
    return sorted({username for username in (recorded, *(end.username for end in ends)) if username})


def _participant(party: Any, text: str | None, picked_up: bool = False) -> Participant:
    party = party if isinstance(party, dict) else {}
    user = party.get("user") if isinstance(party.get("user"), dict) else {}
    numbers = tuple(str(number) for number in party.get("numbers") or ())
    return Participant(
        text=text or next(iter(numbers), ""),
        username=user.get("username"),
        name=user.get("name") or "",
        department=user.get("department"),
        numbers=numbers,
        picked_up=picked_up,
    )
