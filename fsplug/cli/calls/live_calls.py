"""Who is in a call now, according to the running `fsplug serve`; shown again after every change."""

from typing import Any

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.cli.kernel.output import table, when
from fsplug.errors import Invalid

_TITLES = ("user", "name", "since", "direction", "with", "listens now", "may listen")


def watch(invocation: Invocation, company: str | None, viewer: str | None) -> None:
    """Show the live calls of a company until Ctrl-C; with --json, one line for each change."""
    if not company:
        raise Invalid("no-company", "--company DOMAIN is missing; see: fsplug company list")
    from fsplug.wiring.channel.client import ask
    from fsplug.wiring.channel.messages import AskList

    shown = None
    for answer in ask(invocation.folder, AskList(company, viewer, watch=True)):
        if answer["calls"] != shown:
            shown = answer["calls"]
            _show(invocation, shown, viewer)


def _show(invocation: Invocation, calls: list[dict[str, Any]], viewer: str | None) -> None:
    if not invocation.wants_json:
        click.clear()
    rows = [_row(one, viewer) for one in calls]
    invocation.print(calls, *(table(_TITLES, rows) if rows else ["nobody is in a call"]))


def _row(call: dict[str, Any], viewer: str | None) -> tuple[object, ...]:
    may = "" if viewer is None else call["why_not"] or "yes"
    listeners = ", ".join(call["listeners"])
    return (call["user"], call["name"], when(call["since"]), call["direction"], call["other"], listeners, may)
