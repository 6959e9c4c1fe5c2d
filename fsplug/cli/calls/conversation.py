"""`fsplug conversation`: calls that belong together, each as one thing in its order."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import click

from fsplug.cli.calls import words
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, in_some_company, listing_options, more
from fsplug.cli.kernel.output import sheet, table, when
from fsplug.cli.kernel.rules import CHECKED, RECORDINGS, CommandRule
from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Actor, Need, Reach, check_may
from fsplug.policy.conversation.events import Person
from fsplug.policy.conversation.shapes import Part, Timeline, Turn
from fsplug.store.calls import calls as stored_calls
from fsplug.store.calls import conversation_access, conversations, decisions
from fsplug.store.calls.calls import Call
from fsplug.store.calls.conversation_access import SeenConversation, took_part
from fsplug.store.calls.conversations import Conversation
from fsplug.store.calls.decisions import Decision
from fsplug.store.db.database import Store

Facts = dict[str, Any]
_TITLES = (
    *("conversation", "began", "company", "direction", "caller", "called"),
    *("ended", "calls", "talks", "recorded"),
)
_PART_TITLES = ("from", "to", "caller", "answerer", "kind", "verdict", "rule", "reason", "recording")
_TURN_TITLES = ("at", "what", "by", "whom", "until", "how", "place")


@click.group(cls=NounGroup)
def conversation() -> None:
    """Conversations: calls that belong together, whatever the telephones did meanwhile."""


@conversation.command(name="list", rule=RECORDINGS)
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List conversations, newest first: who called whom, how many calls and talks, and what is recorded."""
    with invocation.store() as store:
        found, cut = first(find(store, options, conversations.listed), options.limit)
        facts = list(_listed(store, invocation.actor, found))
    lines = table(_TITLES, map(_row, facts)) if facts else ["no conversations"]
    invocation.print(facts, *lines, *([more(options.limit)] if cut else []))


@conversation.command(rule=CommandRule(Need.RECORDINGS, own=CHECKED))
@click.argument("conversation", metavar="CONVERSATION")
@click.option("--company", metavar="DOMAIN", help="Only a conversation of this company.")
@pass_invocation
def show(invocation: Invocation, conversation: str, company: str | None) -> None:
    """Show one conversation, by its id or a call of it: who talked when, what is recorded, and what people did.

    A user who may see only their own calls sees only those calls of it.
    """
    with invocation.store() as store:
        known = in_some_company(store, company, partial(_get, store, conversation))
        if known is None:
            text = f"there is no conversation {conversation}; see: fsplug conversation list"
            raise Invalid("unknown-conversation", text, conversation=conversation)
        seen = conversation_access.seen(store, known.company, known.id, invocation.actor)
        found = seen.timeline(store)
    facts = _facts(seen, found)
    invocation.print(facts, *_lines(facts, found))


def _get(store: Store, call: str, domain: str) -> Call | None:
    return stored_calls.get(store, domain, call)


def _listed(store: Store, actor: Actor | None, found: Sequence[Conversation]) -> Iterator[Facts]:
    """Conversations, each in a line, by the calls of it that may be seen."""
    calls: dict[tuple[str, str], list[Call]] = {}
    for company in {one.company for one in found}:
        its = conversations.calls_of(store, company, [one.id for one in found if one.company == company])
        calls |= {(company, one): part for one, part in its.items()}
    made = decisions.of_companies(store, [(call.company, call.id) for part in calls.values() for call in part])
    for one in found:
        seen = calls[one.company, one.id]
        if actor is not None and check_may(actor, Need.RECORDINGS, one.company) is Reach.OWN:
            seen = [call for call in seen if took_part(actor, made[call.company, call.id])]
        if seen:
            yield _line(one, seen, [talk for call in seen for talk in made[call.company, call.id]])


def _line(one: Conversation, seen: Sequence[Call], talks: Sequence[Decision]) -> Facts:
    return {
        "conversation": one.id,
        "company": one.company,
        "direction": seen[0].direction,
        "group": seen[0].group,
        "caller": seen[0].caller,
        "called": seen[0].called,
        "began_at": seen[0].at,
        "ended_at": _ended_at(seen),
        "calls": [call.id for call in seen],
        "talks": len(talks),
        "recorded": sum(talk.record for talk in talks),
        "users": sorted({talk.user for talk in talks if talk.user}),
    }


def _ended_at(calls: Sequence[Call]) -> float | None:
    ends = [call.ended_at for call in calls]
    return None if None in ends else max(end for end in ends if end is not None)


def _row(facts: Facts) -> tuple[object, ...]:
    named = (facts[name] for name in ("company", "direction", "caller", "called"))
    ended = when(facts["ended_at"]) if facts["ended_at"] else "goes on"
    return (
        facts["conversation"],
        when(facts["began_at"]),
        *named,
        ended,
        len(facts["calls"]),
        facts["talks"],
        f"{facts['recorded']} to record",
    )


def _facts(seen: SeenConversation, found: Timeline) -> Facts:
    return {
        "conversation": seen.id,
        "company": seen.company,
        "calls": [call.id for call in seen.calls],
        "hidden_calls": seen.hidden,
        **asdict(found),
    }


def _lines(facts: Facts, found: Timeline) -> Iterator[str]:
    shown = {name: facts[name] for name in ("conversation", "company")}
    ended = when(found.ended_at) if found.ended_at else "goes on"
    shown |= {"calls": len(facts["calls"]), "began": when(found.began_at), "ended": ended}
    if facts["hidden_calls"]:
        shown["calls of others"] = facts["hidden_calls"]
    yield from sheet(shown)
    yield ""
    yield from table(("person", "name", "does", "from", "to", "place"), _lane_rows(found))
    if found.parts:
        yield ""
        yield from table(_PART_TITLES, (_part_row(part, found) for part in found.parts))
    if found.turns:
        yield ""
        yield from table(_TURN_TITLES, (_turn_row(turn, found) for turn in found.turns))


def _lane_rows(found: Timeline) -> Iterator[tuple[object, ...]]:
    for lane in found.lanes:
        for one in lane.spans:
            times = _offset(one.at, found), _offset(one.until, found)
            yield (_name(lane.who), lane.who.name, one.doing, *times, one.place)


def _part_row(part: Part, found: Timeline) -> tuple[object, ...]:
    caller, answerer, *others = (_name(found.lanes[one].who) for one in part.people)
    kind = "conference" if part.is_conference else "consultation" if part.is_consultation else "talk"
    why = words.reason(part.reason, user=part.user, direction=part.direction, group=part.group)
    kept = [f"{one.id} ({one.state})" for one in part.recordings]
    lost = [f"gap: {part.gap}"] if part.gap else []
    return (
        _offset(part.at, found),
        _offset(part.until, found),
        caller,
        ", ".join([answerer, *others]),
        kind,
        words.outcome(part.record, part.waits),
        part.rule,
        why,
        ", ".join(kept + lost),
    )


def _turn_row(turn: Turn, found: Timeline) -> tuple[object, ...]:
    by, whom = (_name(one) if one else None for one in (turn.by, turn.whom))
    until = _offset(turn.until, found) if turn.until is not None else None
    return (_offset(turn.at, found), turn.kind, by, whom, until, turn.how or turn.result, turn.place)


def _offset(at: float | None, found: Timeline) -> str:
    """Minutes and seconds from the first ring."""
    if at is None:
        return ""
    minutes, seconds = divmod(max(0.0, at - found.began_at), 60)
    return f"{minutes:.0f}:{seconds:04.1f}"


def _name(who: Person) -> str:
    return who.username or who.number
