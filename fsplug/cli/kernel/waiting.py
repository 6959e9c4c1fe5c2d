"""What a command says of a change that waits."""

from collections.abc import Sequence
from typing import Any

from fsplug.cli.kernel.output import cell, when
from fsplug.store.change import waiting
from fsplug.store.change.shown import shown
from fsplug.store.change.waiting_items import Held
from fsplug.store.change.waiting_rows import WaitingChange


def facts_of(one: WaitingChange) -> dict[str, Any]:
    """The change for programs; times are epoch seconds."""
    names = ("id", "company", "username", "made_by", "made_at", "due_at", "takes_second", "by_superuser", "state")
    facts = {name: getattr(one, name) for name in (*names, "ended_at", "ended_by", "reason")}
    return {**facts, "changes": waiting.in_words(one)}


def lines_of(found: Sequence[WaitingChange]) -> list[str]:
    """For people: what waits, and for what."""
    return [cell(_line(one)) for one in found]


def lines_of_held(held: Sequence[Held]) -> list[str]:
    """For people: what would wait."""
    return [
        cell(f"would wait: user {one.username}, {'; '.join(map(str, (x for i in one.items for x in shown(i))))}")
        for one in held
    ]


def _line(one: WaitingChange) -> str:
    confirm = f"fsplug change confirm --company {one.company} {one.id}"
    what = f"waits: user {one.username}, {'; '.join(waiting.in_words(one))}"
    if one.takes_second:
        who = "a superuser" if one.by_superuser else "another administrator"
        return f"{what}; {who} or the operator confirms it by {when(one.due_at)} with: {confirm}"
    return f"{what}; made {when(one.due_at)}, unless it is rejected; or at once by a second person with: {confirm}"
