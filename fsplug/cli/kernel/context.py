"""What all commands share: the data folder, the settings, the store, and the two forms of a result."""

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, TypeVar

import click

from fsplug.cli.kernel.output import as_json, safe_lines
from fsplug.errors import FsplugError, Invalid, Refused, Unavailable

if TYPE_CHECKING:
    from fsplug.cli.kernel.rules import CommandRule
    from fsplug.policy.access.scopes import Actor, Reach
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import Settings

Result = TypeVar("Result")
Given = TypeVar("Given")

SYSTEM_FOLDER = Path("/var/lib/fsplug")
LOCAL_FOLDER = Path("fsplug-data")
EXIT_FOUND_WRONG = 1
_EXIT_CODES: tuple[tuple[type[FsplugError], int], ...] = ((Invalid, 2), (Refused, 3), (Unavailable, 4))


@dataclass(slots=True)
class Invocation:
    """What was typed besides the command itself. `data` is None without --data; `acting` is the value of --as.

    `actor` is the user who runs the command, once checked; `reach` is how far that user may reach with it.
    """

    data: Path | None = None
    json: bool = False
    arguments: tuple[str, ...] = ()
    acting: str | None = None
    actor: "Actor | None" = None
    reach: "Reach | None" = None

    @property
    def folder(self) -> Path:
        """The data folder: --data, else FSPLUG_DATA, else /var/lib/fsplug if it is there, else ./fsplug-data."""
        named = self.data or os.environ.get("FSPLUG_DATA")
        return Path(named or (SYSTEM_FOLDER if SYSTEM_FOLDER.is_dir() else LOCAL_FOLDER))

    @property
    def wants_json(self) -> bool:
        """Whether --json was typed, even on a command line that could not be parsed."""
        return self.json or "--json" in self.arguments

    @property
    def author(self) -> str:
        """The name stored with each version that this command makes."""
        if self.actor is not None:
            return self.actor.logged_name
        return os.environ.get("SUDO_USER") or _login_name()

    @property
    def by(self) -> "Actor":
        """The actor who runs this command: the user named by --as, else an operator."""
        from fsplug.policy.access.scopes import operator

        return self.actor or operator(self.author)

    @property
    def departments(self) -> frozenset[str] | None:
        """The departments whose users may be seen; None for all."""
        return self.by.departments if self.reach == "departments" else None

    def check_rule(self, rule: "CommandRule", ctx: click.Context) -> None:
        """With --as: check that the user may run a command of this rule; narrow its parameters to the user's reach."""
        acting = _acting_by_itself(ctx.params) if self.acting is None else self.acting
        if acting is None:
            return
        from fsplug.cli.kernel import rules
        from fsplug.store.config import actors

        with self.store() as store:
            self.actor = actors.named(store, acting, ctx.params.get("company") or ctx.params.get("domain"))
        self.reach = rules.check(self.actor, rule, ctx.params)
        rules.check_files(self.actor, ctx.command, ctx.params)

    def settings(self, **flags: object) -> "Settings":
        """The settings of the data folder, overridden by these flags."""
        from fsplug.wiring.settings import read

        try:
            return read(self.folder, os.environ, **flags)
        except OSError as error:
            text = f"the settings in {self.folder} can't be read: {error.strerror}; check the folder's permissions"
            raise Unavailable("settings-unreadable", text, data=str(self.folder)) from error

    @contextmanager
    def store(self) -> Iterator["Store"]:
        """The store, up to date; Invalid when there is none yet or an older fsplug made its tables."""
        with self.store_as_is() as store:
            if pending := store.pending():
                text = f"{store.place} was made by an older fsplug; stop fsplug serve, then run: fsplug store migrate"
                raise Invalid("store-outdated", text, store=store.place, pending=pending)
            yield store
            settings = self.settings()
            if settings.switch_conf:
                from fsplug.cli.kernel.switch_update import bring_up

                bring_up(settings, store, self.note)

    @contextmanager
    def store_as_is(self) -> Iterator["Store"]:
        """The store, of whatever version; Invalid("no-store") when there is none yet."""
        from fsplug.store.db.database import Store
        from fsplug.store.migrations import runner

        place = self.settings().store
        if "://" not in place and not Path(place).exists():
            raise _no_store(place, self.folder)
        store = Store(place)
        store.audit_keys = self.settings().trail_keys
        store.before_change = self._before_change
        try:
            store.connect()
            if not runner.applied(store):
                raise _no_store(store.place, self.folder)
            yield store
        finally:
            store.close()

    def _before_change(self, domain: str) -> Callable[[], None]:
        from fsplug.store.config import away_check

        return away_check.changing(self.settings().switch_conf, domain)

    def print(self, facts: Any, *lines: str) -> None:
        """Print the result: `facts` as JSON with --json, else the lines."""
        for line in (as_json(facts),) if self.json else lines:
            click.echo(line)

    def note(self, text: str) -> None:
        """Print a note for a person, apart from the result."""
        if not self.json:
            click.echo(safe_lines(text), err=True)

    def fail(self, error: FsplugError) -> int:
        """Print the error; returns its exit code."""
        self._say_error(error.code, error.text, error.facts)
        return next((code for kind, code in _EXIT_CODES if isinstance(error, kind)), 1)

    def fail_usage(self, error: click.UsageError) -> int:
        """Print an error of the command line as JSON; returns its exit code."""
        self.json = True
        self._say_error("bad-usage", error.format_message(), {})
        return error.exit_code

    def _say_error(self, code: str, text: str, facts: dict[str, object]) -> None:
        said = as_json({"error": {"code": code, "text": text, "facts": facts}})
        click.echo(said if self.json else safe_lines(f"fsplug: {text}"), err=True)


def pass_invocation(command: Callable[Concatenate[Invocation, ...], Result]) -> Callable[..., Result]:
    """The command with the invocation as its first argument; click gives the others by name."""
    return _with_invocation(command)


_with_invocation = click.make_pass_decorator(Invocation, ensure=True)


def common_options(*own: click.Parameter) -> list[click.Parameter]:
    """--data, --json and --as, which every command takes; a command may have an --as of its `own`."""
    common: list[click.Parameter] = [
        click.Option(
            ["--data"],
            metavar="DIR",
            multiple=True,
            type=click.Path(path_type=Path),
            callback=_remember_data,
            expose_value=False,
            is_eager=True,
            help="The data folder  [FSPLUG_DATA; /var/lib/fsplug if it is there, else ./fsplug-data]",
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            callback=_remember_json,
            expose_value=False,
            is_eager=True,
            help="Print JSON; times are epoch seconds.",
        ),
        click.Option(
            ["--as", "acting"],
            metavar="USER",
            multiple=True,
            callback=_remember_acting,
            expose_value=False,
            is_eager=True,
            help="Act as this user, USERNAME@COMPANY, limited to what that user may see and do.",
        ),
    ]
    taken = {name for one in own for name in one.opts}
    return [one for one in common if not taken.intersection(one.opts)]


class Verb(click.Command):
    """A command that takes --data, --json and --as, and runs only if its `rule` allows the actor."""

    def __init__(
        self,
        name: str | None = None,
        *,
        rule: "CommandRule",
        params: list[click.Parameter] | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(name, params=[*(params or []), *common_options(*(params or []))], **attributes)
        self.rule = rule

    def invoke(self, ctx: click.Context) -> Any:
        ctx.ensure_object(Invocation).check_rule(self.rule, ctx)
        return super().invoke(ctx)


class NounGroup(click.Group):
    """A group of verbs; it takes --data, --json and --as too. A noun that is itself a command has a `rule`."""

    command_class = Verb

    def __init__(
        self,
        name: str | None = None,
        *,
        rule: "CommandRule | None" = None,
        params: list[click.Parameter] | None = None,
        **attributes: Any,
    ) -> None:
        super().__init__(name, params=[*(params or []), *common_options(*(params or []))], **attributes)
        self.rule = rule


def _remember_data(ctx: click.Context, _option: click.Parameter, value: tuple[Path, ...]) -> None:
    for one in value:
        invocation = ctx.ensure_object(Invocation)
        invocation.data = _only(ctx, "--data", invocation.data, one)


def _only(ctx: click.Context, option: str, before: Given | None, given: Given) -> Given:
    """A program that runs fsplug for somebody says who and where first: no word after that may say otherwise."""
    if before not in (None, given):
        raise click.UsageError(f"{option} is given twice: {before} and {given}; give it once", ctx)
    return given


def _remember_json(ctx: click.Context, _option: click.Parameter, value: bool) -> None:
    if value:
        ctx.ensure_object(Invocation).json = True


def _remember_acting(ctx: click.Context, _option: click.Parameter, value: tuple[str, ...]) -> None:
    for one in value:
        invocation = ctx.ensure_object(Invocation)
        invocation.acting = _only(ctx, "--as", invocation.acting, one)


def _acting_by_itself(params: dict[str, Any]) -> str | None:
    """`fsplug call list --as`: with --watch, --as names the user whose listen-in permissions are shown."""
    viewer: str | None = params.get("viewer")
    return None if params.get("watch") else viewer


def _no_store(place: str, folder: Path) -> Invalid:
    text = f"there is no fsplug store at {place}; make it with: fsplug init --data {folder}"
    return Invalid("no-store", text, store=place)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
