"""`fsplug serve`: the server, beside a FreeSWITCH."""

import sys

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation


@click.command(cls=Verb)
@click.option("--unsupervised", is_flag=True, help="Serve in this process alone; what started it starts it again.")
@click.option(
    "--only",
    type=click.Choice(["calls", "console"]),
    help="Without the console, or nothing but the console and its mail; a process for each may share a data folder.",
)
@pass_invocation
def serve(invocation: Invocation, unsupervised: bool, only: str | None) -> None:
    """Serve the FreeSWITCH beside this fsplug, and the console, until SIGTERM or Ctrl-C.

    A server that freezes is ended within 2.5 seconds and started again; no call waits longer for it.
    """
    from fsplug.wiring.process.supervisor import Supervisor

    invocation.settings()

    def server() -> int:
        return _serve(invocation, only)

    sys.exit(server() if unsupervised else Supervisor(server).run())


def _serve(invocation: Invocation, only: str | None) -> int:
    """In the server's own process: nothing that waits is imported before gevent is patched in."""
    from fsplug.wiring.process.patching import patch

    patch()
    from fsplug.wiring.process.main import serve_here

    return serve_here(invocation.folder, only)
