"""`fsplug outage`: times in which fsplug missed talks."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import DEFAULT_LIMIT, ListOptions, find, first, more
from fsplug.cli.kernel.moments import MOMENT
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import CommandRule
from fsplug.policy.access.scopes import Need
from fsplug.store.calls import outages
from fsplug.store.calls.outages import Outage


@click.group(cls=NounGroup)
def outage() -> None:
    """Outages: times in which fsplug missed talks, by the switch's own call records."""


@outage.command(name="list", rule=CommandRule(Need.RECORDINGS))
@click.option("--company", metavar="DOMAIN", help="Only this company's outages  [every company's]")
@click.option("--since", type=MOMENT, metavar="TIME", help="Only outages that were not over by this time.")
@click.option("--until", type=MOMENT, metavar="TIME", help="Only outages that had begun by this time.")
@click.option("--limit", type=click.IntRange(1), default=DEFAULT_LIMIT, show_default=True, help="At most this many.")
@pass_invocation
def list_(invocation: Invocation, company: str | None, since: float | None, until: float | None, limit: int) -> None:
    """List outages, newest first: from when to when, why, and how many talks got their decision afterwards."""
    options = ListOptions(company=company, limit=limit, since=since, until=until)
    with invocation.store() as store:
        found, cut = first(find(store, options, outages.listed), limit)
    lines = shown(found) if found else ["no outages: fsplug missed no talk"]
    invocation.print([asdict(one) for one in found], *lines, *([more(limit)] if cut else []))


def shown(found: Sequence[Outage]) -> list[str]:
    """The outages as a table."""
    rows = [
        (when(one.at), when(one.until) if one.until else "still", one.company, one.switch, one.cause, one.talks)
        for one in found
    ]
    return table(("from", "until", "company", "switch", "cause", "missed talks"), rows)
