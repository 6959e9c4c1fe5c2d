"""What a user needs to run a command with --as. Each command carries its own rule."""

from dataclasses import dataclass
from typing import Any

import click

from fsplug.cli.kernel.document_file import STDIN, DocumentFile
from fsplug.errors import Refused
from fsplug.policy.access.scopes import Actor, Need, Reach, check_may

COMPANY, USER = "company", "user"


@dataclass(frozen=True, slots=True)
class CommandRule:
    """`company` is the parameter that names the company; None when the command belongs to no company.

    A user who may reach only their own things gets results about themselves alone. `own` is the parameter that names
    the user, or "checked" when the command checks the owner. When `own` is None, such a user is refused. `itself`:
    the command checks permission itself, for the change it is about to make.
    """

    need: Need
    company: str | None = COMPANY
    own: str | None = None
    itself: bool = False


CHECKED = "checked"
INSTALLATION = CommandRule(Need.INSTALLATION, None)
PEOPLE, GRANTS, POLICY, SHARING = (
    CommandRule(Need.PEOPLE),
    CommandRule(Need.GRANTS),
    CommandRule(Need.POLICY),
    CommandRule(Need.SHARING),
)
# A company's entries, and the company itself, whose commands name it DOMAIN.
COMPANY_SETTINGS, COMPANY_ITSELF = CommandRule(Need.COMPANY), CommandRule(Need.COMPANY, "domain")
ACCOUNT, OWN_ACCOUNT = CommandRule(Need.ACCOUNT), CommandRule(Need.ACCOUNT, own="username")
CHANGES, OWN_CHANGES = CommandRule(Need.CHANGES), CommandRule(Need.CHANGES, own="username")
RECORDINGS, AUDIT = CommandRule(Need.RECORDINGS, own=USER), CommandRule(Need.AUDIT)


def check(actor: Actor, rule: CommandRule, params: dict[str, Any]) -> Reach:
    """The actor's reach with a command of this rule; narrows `params` to that reach. Refused when there is none."""
    if rule.itself:
        return Reach.OWN
    reach = check_may(actor, rule.need, _narrowed_company(actor, rule, params))
    if reach is Reach.OWN:
        _narrow_to_own(actor, rule, params)
    return reach


def check_self(actor: Actor, company: str | None, username: str | None) -> None:
    """Refused when a command that lets one user do something by telephone is to do it for another than the actor."""
    if (company or actor.company, username or actor.name) != (actor.company, actor.name):
        raise Refused("not-own", f"{actor.name} may only do this as {actor.logged_name}", actor=actor.name)


def check_files(actor: Actor, command: click.Command, params: dict[str, Any]) -> None:
    """Refused("no-files") when an option names a file or folder that fsplug would open on the actor's behalf.

    The shell opens files with the rights of the person who typed the command: `<` and `>`.
    """
    for one in command.params:
        given = params.get(str(one.name))
        files = given if isinstance(given, tuple) else () if given is None else (given,)
        opens = isinstance(one.type, click.Path) and not isinstance(one.type, DocumentFile)
        if opens and any(str(file) != STDIN for file in files):
            text = f"with --as, {one.opts[-1]} must not name a file: use standard input or output instead, with -"
            raise Refused("no-files", text, actor=actor.name, option=one.opts[-1])


def _narrowed_company(actor: Actor, rule: CommandRule, params: dict[str, Any]) -> str | None:
    if rule.company is None:
        return None
    given = params.get(rule.company)
    if not given:
        params[rule.company] = (actor.company,) if isinstance(given, tuple) else actor.company
        return actor.company
    if isinstance(given, tuple):
        return next((one for one in given if one != actor.company), actor.company)
    return str(given)


def _narrow_to_own(actor: Actor, rule: CommandRule, params: dict[str, Any]) -> None:
    if rule.own == CHECKED:
        return
    if rule.own is None or params.get(rule.own) not in (None, actor.name):
        raise Refused("not-own", f"{actor.name} may only reach their own {rule.need}", actor=actor.name)
    params[rule.own] = actor.name
    if "since" in params:
        params["since"] = max(params["since"] or 0.0, actor.tenure.at)
        params["version"] = actor.tenure.version or None
