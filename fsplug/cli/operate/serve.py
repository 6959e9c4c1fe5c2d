"""`fsplug serve`: the server, beside a FreeSWITCH."""

import sys

import click

from fsplug.cli.kernel.collector import search_as_usual
from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.rules import INSTALLATION


@click.command(cls=Verb, rule=INSTALLATION)
@click.option(
    "--unsupervised", is_flag=True, help="Exit when a process dies, so that a service manager restarts everything."
)
@click.option(
    "--only",
    type=click.Choice(["calls", "console"]),
    help="Serve calls without the console, or only the console and its mail; both may share a data folder.",
)
@pass_invocation
def serve(invocation: Invocation, unsupervised: bool, only: str | None) -> None:
    """Serve the FreeSWITCH beside this fsplug, and the console, until SIGTERM or Ctrl-C.

    Calls and the console have a process each, and calls never wait for the console. A process that dies is restarted
    while the other goes on. A calls process that freezes is ended within 2.5 seconds, and another one that waits beside
    it takes over; one that only waits for a processor of a busy machine is left alone.
    """
    from fsplug.wiring.parts import parts
    from fsplug.wiring.process.supervisor import Supervisor

    invocation.settings()
    search_as_usual()
    sys.exit(Supervisor(parts(invocation.folder, only), restarts=not unsupervised).run())
