"""`fsplug gap`: what should have been recorded and was not."""

from dataclasses import asdict

import click

from fsplug.cli.calls.outage import shown
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, listing_options, more
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import RECORDINGS
from fsplug.store.calls import gaps, outages
from fsplug.store.db.database import Store


@click.group(cls=NounGroup)
def gap() -> None:
    """Gaps: talks that policy wanted recorded and that can't be played."""


@gap.command(name="list", rule=RECORDINGS)
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List gaps, newest first, each with its cause."""
    with invocation.store() as store:
        found, cut = first(find(store, options, gaps.listed), options.limit)
        missed = [] if options.user or options.number else _missed(store, options)
    rows = [(when(one.at), one.company, one.call, one.user, one.cause, one.detail, one.recording) for one in found]
    titles = ("found", "company", "call", "user", "cause", "detail", "recording")
    lines = table(titles, rows) if found else ["no gaps: everything that should have been recorded was recorded"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []), *missed)


def _missed(store: Store, options: ListOptions) -> list[str]:
    """The outages in this time: gaps with their causes come from them."""
    found, _ = first(find(store, options, outages.listed), options.limit)
    return ["", "outages:", *shown(found)] if found else []
