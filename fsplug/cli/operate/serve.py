"""`fsplug serve`: the server, beside a FreeSWITCH."""

import sys

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.rules import HOUSE


@click.command(cls=Verb, rule=HOUSE)
@click.option("--unsupervised", is_flag=True, help="End when a process dies; what started this one starts it again.")
@click.option(
    "--only",
    type=click.Choice(["calls", "console"]),
    help="Without the console, or nothing but the console and its mail; both may share a data folder.",
)
@pass_invocation
def serve(invocation: Invocation, unsupervised: bool, only: str | None) -> None:
    """Serve the FreeSWITCH beside this fsplug, and the console, until SIGTERM or Ctrl-C.

    Calls have a process of their own, and what is done for people has another, which calls never wait for. One that
    dies is started again, and the other goes on; a calls' process that freezes is ended within 2.5 seconds.
    """
    from fsplug.wiring.process.parts import parts
    from fsplug.wiring.process.supervisor import Supervisor

    invocation.settings()
    sys.exit(Supervisor(parts(invocation.folder, only), restarts=not unsupervised).run())
