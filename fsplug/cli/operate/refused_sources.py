"""`fsplug switch refused` and `forgive`: the sources of wrong SIP passwords that are refused for a while."""

from math import ceil
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import table
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.words.english import so_many

ANSWER_SECONDS = 5.0
_TITLES = ("source", "profile", "failures", "minutes left", "tried")


@click.command(cls=Verb, rule=INSTALLATION)
@pass_invocation
def refused(invocation: Invocation) -> None:
    """List the sources that may not sign in now, after ten wrong passwords or unknown names within five minutes.

    A SIP profile refuses a source for 15 minutes: an address, or the /64 of an IPv6 address. Phones and trunks that
    have proven their passwords from there during the last day go on. The list ends with fsplug serve.
    """
    from fsplug.wiring.channel.client import answer
    from fsplug.wiring.channel.messages import AskRefused

    facts = answer(invocation.folder, AskRefused(), ANSWER_SECONDS)
    invocation.print(facts, *_lines(facts))


@click.command(cls=Verb, rule=INSTALLATION)
@click.argument("source", required=False)
@click.option("--all", "every", is_flag=True, help="Forgive every source.")
@click.option("--dry-run", is_flag=True, help="Only say which sources would be forgiven.")
@pass_invocation
def forgive(invocation: Invocation, source: str | None, every: bool, dry_run: bool) -> None:
    """Let a refused source sign in again, or all of them. SOURCE is an address, as `refused` lists it."""
    from fsplug.policy.access.sign_in_failures import source_of
    from fsplug.wiring.channel.client import answer
    from fsplug.wiring.channel.messages import AskRefused, Forgive

    if (source is None) == (not every):
        raise click.UsageError("name one SOURCE, or give --all; see: fsplug switch refused")
    known = [one["source"] for one in answer(invocation.folder, AskRefused(), ANSWER_SECONDS)["refused"]]
    wanted = None if source is None else source_of(source.partition("/")[0])
    found = list(dict.fromkeys(one for one in known if wanted in (None, one)))
    if not dry_run:
        answer(invocation.folder, Forgive(source and source.partition("/")[0]), ANSWER_SECONDS)
    said = ", ".join(found) or (f"{source} is not refused" if source else "nobody is refused")
    prefix = "would forgive: " if dry_run else "forgiven: "
    invocation.print({"dry_run": dry_run, "forgiven": found}, f"{prefix if found else ''}{said}")


def _lines(facts: dict[str, Any]) -> list[str]:
    rows = [
        (one["source"], one["profile"], one["failures"], ceil(one["seconds"] / 60), ", ".join(one["accounts"]))
        for one in facts["refused"]
    ]
    found = table(_TITLES, rows) if rows else ["nobody is refused"]
    return found + [
        f"{one['account']} failed {so_many(one['failures'], 'time')}, from at least {so_many(one['sources'], 'source')}"
        for one in facts["tried"]
    ]
