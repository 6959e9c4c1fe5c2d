"""`fsplug node`: the nodes that share the store, each a switch with the fsplug beside it."""

from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import Invalid, Refused
from fsplug.store.nodes import names, settlement
from fsplug.store.nodes.names import Node
from fsplug.words.english import so_many


@click.group(cls=NounGroup)
def node() -> None:
    """The nodes that share the store: each is a switch with the fsplug beside it."""


@node.command(name="list", rule=INSTALLATION)
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the nodes, with what was written down of those that are gone: calls as ended, recordings as gaps."""
    with invocation.store() as store:
        now = store.database_now()
        facts = [_facts(one, now) for one in names.every(store)]
    rows = [
        (one["node"], one["state"], one["host"], one["data"], one["archive"], when(one["seen_at"]), _settled(one))
        for one in facts
    ]
    titles = ("node", "state", "machine", "data folder", "archive", "last sign", "settled")
    invocation.print(facts, *(table(titles, rows) if rows else ["no nodes; one is listed once fsplug serve has run"]))


@node.command(rule=INSTALLATION)
@click.argument("name", metavar="NAME")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_invocation
def remove(invocation: Invocation, name: str, yes: bool) -> None:
    """Remove a node that is gone for good. Its calls and recordings stay, and so does what was settled."""
    with invocation.store() as store:
        found, now = names.get(store, name), store.database_now()
        if found is None:
            raise Invalid("unknown-node", f"there is no node {name}; see: fsplug node list", node=name)
        if not settlement.is_gone(found, now):
            text = f"{name} on {found.host} serves, or did a moment ago; stop it first, and wait a minute"
            raise Refused("node-serves", text, node=name)
        crud.confirm(invocation, f"node {name}", yes)
        settlement.settle_gone(store, None)
        if not names.remove(store, found):
            raise Refused("node-serves", f"{name} has come back", node=name)
    invocation.print({"node": name, "removed": True}, f"node {name} removed")


def _facts(one: Node, now: float) -> dict[str, Any]:
    state = "stopped" if one.stopped_at is not None else "serves" if one.is_held(now) else "gone"
    return {
        "node": one.name,
        "state": state,
        "host": one.host,
        "data": one.data,
        "archive": one.archive,
        "seen_at": one.seen_at,
        "settled_at": one.settled_at,
        "settled": one.settled_counts,
    }


def _settled(facts: dict[str, Any]) -> str | None:
    if facts["settled_at"] is None:
        return None
    return f"{so_many(facts['settled']['calls'], 'call')}, {so_many(facts['settled']['recordings'], 'recording')}"
