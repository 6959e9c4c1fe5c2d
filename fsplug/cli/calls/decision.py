"""`fsplug decision`: past decisions."""

from typing import Any

import click

from fsplug.cli.kernel.context import EXIT_FOUND_WRONG, Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find
from fsplug.cli.kernel.moments import MOMENT
from fsplug.cli.kernel.output import counted, table
from fsplug.cli.kernel.rules import CommandRule
from fsplug.policy.access.scopes import Need
from fsplug.store.calls import decisions
from fsplug.store.calls.replay import Replayed, replayed
from fsplug.words.english import so_many

SHOWN = 20


@click.group(cls=NounGroup)
def decision() -> None:
    """Decisions: one for every talk, never changed."""


@decision.command(rule=CommandRule(Need.RECORDINGS))
@click.option("--company", metavar="DOMAIN", help="Only decisions of this company  [all companies]")
@click.option("--since", type=MOMENT, help="Only decisions from this time on: a date, epoch seconds, 7d or today.")
@pass_invocation
def replay(invocation: Invocation, company: str | None, since: float | None) -> None:
    """Make past decisions again from the stored facts. The exit code is 1 if any result differs."""
    count, different = 0, []
    with invocation.store() as store:
        for one in counted(find(store, ListOptions(company, since=since), decisions.listed), "decisions"):
            again = replayed(store, one)
            count += 1
            different += [] if again.equal else [again]
    facts = {"decisions": count, "equal": count - len(different), "different": [_facts(one) for one in different]}
    invocation.print(facts, *_lines(count, different))
    if different:
        click.get_current_context().exit(EXIT_FOUND_WRONG)


def _facts(again: Replayed) -> dict[str, Any]:
    made = again.decision
    return {"decision": made.id, "company": made.company, "call": made.call, "then": again.then, "now": again.now}


def _lines(count: int, different: list[Replayed]) -> list[str]:
    if not count:
        return ["no decisions yet; there is nothing to replay"]
    summary = f"{so_many(count, 'decision')} replayed: {count - len(different)} equal, {len(different)} different"
    rows = [(one.decision.id, one.decision.company, _short(one.then), _short(one.now)) for one in different[:SHOWN]]
    return [summary, *(table(("decision", "company", "then", "now"), rows) if rows else [])]


def _short(facts: dict[str, Any]) -> str:
    return facts.get("error") or " ".join(str(facts[name]) for name in ("record", "rule", "reason", "user"))
