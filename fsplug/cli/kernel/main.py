"""`fsplug NOUN VERB`: the list of commands. A command's imports run only when that command is called."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from fsplug import __version__
from fsplug.cli.kernel.collector import search_seldom
from fsplug.cli.kernel.context import Invocation, NounGroup
from fsplug.errors import FsplugError


@dataclass(frozen=True, slots=True)
class CommandPlace:
    """Where a command is defined (`module:attribute` below `fsplug.cli`) and its line in `fsplug --help`."""

    written_in: str
    help: str

    def load(self) -> click.Command:
        """Import and return the command."""
        module, _, attribute = self.written_in.partition(":")
        found: click.Command = getattr(importlib.import_module(f"fsplug.cli.{module}"), attribute)
        return found


COMMANDS: Mapping[str, CommandPlace] = {
    "init": CommandPlace("operate.init:init", "Make the data folder: settings, store, spool and archive."),
    "apply": CommandPlace("config.apply:apply", "Make companies match a TOML document."),
    "export": CommandPlace("config.export:export", "Write companies as a TOML document."),
    "import": CommandPlace("config.import_users:import_", "Import users from a spreadsheet or another system."),
    "serve": CommandPlace("operate.serve:serve", "Serve the FreeSWITCH on this machine."),
    "doctor": CommandPlace("operate.doctor:doctor", "Check everything, and report what is wrong and what to do."),
    "demo": CommandPlace("operate.demo:demo", "Show the recording rules with a dozen calls."),
    "company": CommandPlace("config.company:company", "Companies: add, list, show, set, remove."),
    "department": CommandPlace("config.department:department", "Departments: add, list, show, set, remove."),
    "user": CommandPlace("config.user:user", "Users: add, list, show, set, remove."),
    "device": CommandPlace("config.device:device", "Users' phones, apps and mobiles: add, list, show, set, remove."),
    "profile": CommandPlace("config.profile:profile", "Users' states: add, list, show, set, remove."),
    "licence": CommandPlace("config.licence:licence", "Users' add-ons: add, list, show, set, remove."),
    "right": CommandPlace("config.right:right", "Supervisors' rights: add, list, show, set, remove."),
    "group": CommandPlace("config.group:group", "Ring groups: add, list, show, set, remove."),
    "ivr": CommandPlace("config.ivr:ivr", "Numbers that ask the caller to press a key: add, list, show, set, remove."),
    "number": CommandPlace("config.number:number", "Numbers dialled from outside, and the company's ranges of them."),
    "trunk": CommandPlace("config.trunk:trunk", "Connections to other networks: add, list, show, set, remove."),
    "policy": CommandPlace("config.policy:policy", "What is recorded: show, set, preview, simulate."),
    "exclude": CommandPlace("config.exclude:exclude", "Numbers that are never recorded: add, list, remove."),
    "conversation": CommandPlace(
        "calls.conversation:conversation", "Calls that belong together, each conversation as one thing: list, show."
    ),
    "call": CommandPlace("calls.call:call", "Calls and the decisions made in them: list, show, control."),
    "listen": CommandPlace("calls.listen:listen", "Listen in to a colleague's call; list who listened to whom."),
    "recording": CommandPlace("calls.recording:recording", "Recordings: list, show, verify, delete, undelete."),
    "consent": CommandPlace(
        "calls.consent:consent", "Who was told or asked about being recorded, and their answers: list, show, export."
    ),
    "share": CommandPlace("console.share:share", "Recordings shared with people outside: create, list, revoke."),
    "gap": CommandPlace("calls.gap:gap", "What should have been recorded and was not: list."),
    "outage": CommandPlace("calls.outage:outage", "Times in which fsplug missed talks: list."),
    "decision": CommandPlace("calls.decision:decision", "Past decisions: replay."),
    "account": CommandPlace("console.account:account", "Who may sign in to the console, and who is signed in."),
    "change": CommandPlace("console.change:change", "Changes of people that wait: list, show, confirm, reject."),
    "mail": CommandPlace("console.mail:mail", "Mail to people: list, show, retry."),
    "audit": CommandPlace(
        "console.audit:audit", "Who did what to people's data and rights: list, verify, export, calls."
    ),
    "secret": CommandPlace(
        "console.secret:secret", "The key that encrypts what the store must not read: rotate, export."
    ),
    "switch": CommandPlace("operate.switch:switch", "The FreeSWITCH on this machine: install, uninstall, status."),
    "node": CommandPlace("operate.node:node", "The nodes that share the store: list, remove."),
    "xml": CommandPlace("operate.xml:xml", "The directory and dialplan that FreeSWITCH gets: render, show."),
    "store": CommandPlace("operate.store:store", "The database: status, migrate."),
}


class Root(NounGroup):
    """Loads only the command that is called. Prints an fsplug error as one line and returns its exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        place = COMMANDS.get(name)
        return place.load() if place else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.help) for name, place in COMMANDS.items()])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.ensure_object(Invocation).arguments = tuple(args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        invocation = ctx.ensure_object(Invocation)
        try:
            return super().invoke(ctx)
        except FsplugError as error:
            ctx.exit(invocation.fail(error))
        except click.UsageError as error:
            if not invocation.wants_json:
                raise
            ctx.exit(invocation.fail_usage(error))


@click.group(cls=Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="fsplug", message="%(prog)s %(version)s")
def root() -> None:
    """Call recording by policy, and listen-in, for FreeSWITCH.

    --data, --json and --as may stand anywhere on the command line. Exit codes: 0 done, 1 a check found something
    wrong, 2 the input is invalid, 3 refused, 4 the switch, the store or the archive did not answer.
    """


def main() -> None:
    """The program `fsplug`."""
    search_seldom()
    root(prog_name="fsplug")
