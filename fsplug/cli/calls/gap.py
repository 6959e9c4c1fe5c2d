"""`fsplug gap`: what should have been recorded and was not."""

from dataclasses import asdict

import click

from fsplug.cli.kernel.context import Invocation, Noun, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, listing_options, more
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import HEARD
from fsplug.store.calls import gaps


@click.group(cls=Noun)
def gap() -> None:
    """Gaps: what policy wanted recorded and cannot be played."""


@gap.command(name="list", rule=HEARD)
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List gaps, newest first, each with its cause."""
    with invocation.store() as store:
        found, cut = first(find(store, options, gaps.listed), options.limit)
    rows = [(when(one.at), one.company, one.call, one.user, one.cause, one.detail, one.recording) for one in found]
    titles = ("found", "company", "call", "user", "cause", "detail", "recording")
    lines = table(titles, rows) if found else ["no gaps: everything that should have been recorded was recorded"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))
