"""Previews what a drafted policy would have recorded in a company's last days."""

from collections.abc import Iterator
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.entities import Direction, PolicySnapshot, Talk
from fsplug.policy.recording.preview import Again, Outcome, Tally, again
from fsplug.store.calls import decisions
from fsplug.store.calls.decisions import Decision
from fsplug.store.calls.replay import talk_of
from fsplug.store.config import policies
from fsplug.store.db.database import Store
from fsplug.store.db.pages import Cursor, Wanted

# The number of talks read at once.
_STRETCH = 50
SHOWN_EXAMPLES = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A talk that the draft decides differently."""

    decision: Decision
    again: Again


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """How the talks since epoch seconds `since` would be decided; `is_capped`: there were more talks than were looked
    at.

    `by_department` counts a talk in every department of its users, in "" for users without one. `unreadable` counts
    decisions whose inputs are damaged; they are counted nowhere else.
    """

    since: float
    total: Tally
    by_direction: dict[Direction, Tally]
    by_department: dict[str, Tally]
    examples: tuple[Example, ...]
    is_capped: bool = False
    unreadable: int = 0


def preview(store: Store, domain: str, drafted: PolicySnapshot, since: float, most: int | None = None) -> PolicyPreview:
    """Decide the company's talks since `since` again, at most the newest `most`; nothing is changed.

    The cost grows with the number of talks; no lock is held.
    """
    today = policies.snapshot(store, domain)
    total, by_direction, by_department = Tally(), dict.fromkeys(Direction, Tally()), dict[str, Tally]()
    examples, unreadable = list[Example](), 0
    is_capped = False
    for looked_at, decision in enumerate(_newest(store, domain, since)):
        if is_capped := looked_at == most:
            break
        try:
            one = again(talk_of(decision), Outcome.of(decision.record, decision.waits), today, drafted)
        except Invalid:
            unreadable += 1
            continue
        total = total.and_one(one)
        by_direction[one.talk.direction] = by_direction[one.talk.direction].and_one(one)
        for name in _departments(one.talk):
            by_department[name] = by_department.get(name, Tally()).and_one(one)
        if one.differs and len(examples) < SHOWN_EXAMPLES:
            examples.append(Example(decision, one))
    in_order = dict(sorted(by_department.items()))
    return PolicyPreview(since, total, by_direction, in_order, tuple(examples), is_capped, unreadable)


def _departments(talk: Talk) -> set[str]:
    return {one.user.department or "" for one in (talk.caller, talk.answerer, *talk.others) if one.user}


def _newest(store: Store, domain: str, since: float) -> Iterator[Decision]:
    before: Cursor | None = None
    while found := decisions.listed(store, domain, _STRETCH, before, Wanted(since=since)):
        yield from found
        before = found[-1].cursor
