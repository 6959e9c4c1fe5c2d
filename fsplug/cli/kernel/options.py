"""Options that the configuration commands share."""

from collections.abc import Callable
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation
from fsplug.errors import FsplugError

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def _companies(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The existing companies, for shell completion, which cannot show errors."""
    from fsplug.store.config import companies

    try:
        with Invocation().store() as store:
            return [one.domain for one in companies.every(store) if one.domain.startswith(incomplete)]
    except FsplugError:
        return []


company_option: Decorator = click.option(
    "--company", metavar="DOMAIN", required=True, help="The company, by its domain.", shell_complete=_companies
)
user_option: Decorator = click.option(
    "--user", "username", metavar="USERNAME", required=True, help="The user, by username."
)
yes_option: Decorator = click.option("--yes", is_flag=True, help="Remove without asking for confirmation.")
secrets_option: Decorator = click.option(
    "--show-secrets", is_flag=True, help="Print passwords too; the audit trail records it."
)


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--password-file and --ask-password. A password must not be an argument, which every user can read."""
    file = click.option(
        "--password-file",
        metavar="FILE",
        type=click.Path(allow_dash=True),
        help="A file that holds the password (-: standard input, which is the only one with --as).",
    )
    ask = click.option("--ask-password", is_flag=True, help="Ask for the password.")
    return file(ask(command))


class TargetType(click.ParamType):
    """Where calls go, as `KIND:NAME`; an empty text means nowhere."""

    name = "target"

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds

    def get_metavar(self, *_: object, **__: object) -> str:
        return "|".join(f"{kind}:{'E164' if kind == 'number' else 'NAME'}" for kind in self._kinds)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        kind, colon, name = str(value).partition(":")
        if value == "":
            return ""
        if not colon or kind not in self._kinds or not name:
            self.fail(f"{str(value)!r} is not a target; write it as {self.get_metavar()}", param, ctx)
        return {kind: name}


class Pair(click.ParamType):
    """`KEY=VALUE`, with the value parsed by another type."""

    name = "pair"

    def __init__(self, key: str, value: click.ParamType | None = None) -> None:
        self._key = key
        self._value = value or click.STRING

    def get_metavar(self, *arguments: Any, **named: Any) -> str:
        return f"{self._key}={self._value.get_metavar(*arguments, **named) or 'FILE'}"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Any]:
        key, equals, rest = str(value).partition("=")
        if not equals:
            self.fail(f"{str(value)!r} has no =; write it as {self._key}=...", param, ctx)
        return key, self._value.convert(rest, param, ctx)
