"""`fsplug listen`: listen in to a colleague's call, with the colleague's knowledge, and list who listened to whom."""

from dataclasses import asdict

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, listing_options, more
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import USER, CommandRule, check_self
from fsplug.policy.access.scopes import Need
from fsplug.store.calls import listen_sessions
from fsplug.store.calls.listen_sessions import ListenIn
from fsplug.store.config import actors

_TITLES = ("asked", "company", "listener", "heard", "door", "from", "until", "ended by", "reason", "call")


@click.group(cls=NounGroup, invoke_without_command=True, rule=CommandRule(Need.PEOPLE, None, itself=True))
@click.option("--company", metavar="DOMAIN", help="The company in which to listen.")
@click.option("--as", "listener", metavar="USERNAME", help="The user who listens; this user's own phone rings.")
@click.option("--to", "number", metavar="NUMBER", help="The colleague's extension, or number in any spelling.")
@click.pass_context
def listen(context: click.Context, company: str | None, listener: str | None, number: str | None) -> None:
    """Listen in to a colleague's call. The colleague's phone shows who listens, and plays a short tone."""
    if context.invoked_subcommand is not None:
        return
    invocation = context.ensure_object(Invocation)
    if invocation.acting is not None:
        with invocation.store() as store:
            actor = actors.named(store, invocation.acting, company)
        check_self(actor, company, listener)
        company, listener = actor.company, actor.name
    if not (company and listener and number):
        raise click.UsageError("give --company, --as and --to; or see: fsplug listen list --help", context)
    from fsplug.wiring.channel.client import answer
    from fsplug.wiring.channel.messages import AskListen

    begun = answer(invocation.folder, AskListen(company, listener, number))
    invocation.print({"listen": begun["listen"]}, f"{listener} listens; hang up the phone to end it")


@listen.command(name="list", rule=CommandRule(Need.AUDIT, own=USER))
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List who listened to whom and which requests were refused, newest first."""
    with invocation.store() as store:
        found, cut = first(find(store, options, listen_sessions.listed), options.limit)
    lines = table(_TITLES, map(_row, found)) if found else ["nobody has listened in"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))


def _row(one: ListenIn) -> tuple[object, ...]:
    until = "goes on" if one.began_at and not one.ended_at else when(one.ended_at)
    heard = one.target or one.dialled
    outcome = (one.ending, one.reason, one.call)
    return (when(one.at), one.company, one.listener, heard, one.door, when(one.began_at), until, *outcome)
