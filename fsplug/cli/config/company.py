"""`fsplug company`: the tenants of this fsplug."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from fsplug.cli.kernel import crud
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.options import yes_option
from fsplug.cli.kernel.rules import COMPANY_ITSELF, INSTALLATION
from fsplug.errors import Invalid
from fsplug.policy.entities import WhenAway
from fsplug.store.change import planning
from fsplug.store.change.draft import Draft
from fsplug.store.change.merging import merged
from fsplug.store.config import companies
from fsplug.store.config.companies import Company

_DOMAIN = click.argument("domain")
_COLUMNS = ("domain", "name", "country", "language", "languages", "timezone", "version")
_FROM_APP, _CONSENT = "Apps may listen in too.", "The colleague at the other end must allow listening in as well."
_TOTP = "Superusers must sign in with one-time codes."
_REASON = "Playing a recording requires a reason, which the audit trail keeps."
_WHEN_AWAY = (
    "What happens to calls while fsplug is away: they go on unrecorded; those that policy wants recorded are refused; "
    "or the switch records them by itself, and fsplug decides afterwards what is kept  [unrecorded]"
)
_ADMINS = "Administrators may also set which of their users are recorded (--record); otherwise only superusers may."
_COUNTED = ("department", "user", "group", "ivr", "number", "trunk")


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--listen-consent/--no-listen-consent", default=None, help=_CONSENT),
        click.option("--listen-from-app/--no-listen-from-app", default=None, help=_FROM_APP),
        click.option("--playback-reason/--no-playback-reason", default=None, help=_REASON),
        click.option("--superuser-totp/--no-superuser-totp", default=None, help=_TOTP),
        click.option("--admins-set-record/--no-admins-set-record", default=None, help=_ADMINS),
        click.option("--when-away", type=click.Choice(list(map(str, WhenAway))), help=_WHEN_AWAY),
        click.option("--timezone", metavar="NAME", help="Time zone, such as Europe/Copenhagen  [UTC]"),
        click.option(
            "--language",
            "languages",
            metavar="CODE",
            multiple=True,
            help="Language, such as da; may be repeated. The first is the company's own; callers hear one  [en]",
        ),
    ):
        command = option(command)
    return command


@click.group(cls=NounGroup)
def company() -> None:
    """Companies: each is a domain of the switch and sees nothing of the others."""


@company.command(rule=INSTALLATION)
@_DOMAIN
@click.option("--name", metavar="TEXT", type=LINE, required=True, help="The company's name.")
@click.option(
    "--country", metavar="CODE", required=True, help="The country whose number format the company uses, such as DK."
)
@_options
@pass_invocation
def add(invocation: Invocation, domain: str, **given: Any) -> None:
    """Add a company. Its phones register at DOMAIN, and its people sign in with DOMAIN."""
    document = {"company": [merged({"domain": domain}, given)]}
    with invocation.store() as store:
        if companies.exists(store, domain):
            text = f"there is a company {domain} already; change it with: fsplug company set {domain}"
            raise Invalid("company-exists", text, company=domain)
        versions = planning.apply_plan(store, planning.plan(store, document), invocation.by)
    version = versions[domain]
    invocation.print({"company": domain, "changed": True, "version": version}, f"company {domain} added")


@company.command(name="list", rule=INSTALLATION)
@pass_invocation
def list_(invocation: Invocation) -> None:
    """List the companies."""
    with invocation.store() as store:
        found = [_facts(one) for one in companies.every(store)]
    crud.print_list(invocation, found, _COLUMNS, "no company yet; add one with: fsplug company add DOMAIN")


@company.command(rule=COMPANY_ITSELF)
@_DOMAIN
@pass_invocation
def show(invocation: Invocation, domain: str) -> None:
    """Show a company and how many entries it has."""
    with invocation.store() as store:
        draft = Draft(store, domain)
        counts = {f"{kind}s": len(draft.names(kind)) for kind in _COUNTED}
        facts = {**_facts(companies.get(store, domain)), **counts}
    crud.print_one(invocation, facts)


@company.command(name="set", rule=COMPANY_ITSELF)
@_DOMAIN
@click.option("--name", metavar="TEXT", type=LINE, help="The company's name.")
@click.option(
    "--country",
    metavar="CODE",
    help="The country whose number format the company uses, such as DK; only an operator may change it.",
)
@_options
@pass_invocation
def set_(invocation: Invocation, domain: str, **given: Any) -> None:
    """Change a company. Options that are not given keep their values."""
    crud.check_given(given)

    def put(draft: Draft) -> None:
        before = draft.detail()
        if given["languages"]:
            del before["language"]
        draft.put_detail(merged(before, given))

    crud.edit(invocation, domain, f"company {domain} changed", put)


@company.command(rule=INSTALLATION)
@_DOMAIN
@yes_option
@pass_invocation
def remove(invocation: Invocation, domain: str, yes: bool) -> None:
    """Remove a company's people and settings. Its calls, recordings and past policies stay."""
    with invocation.store() as store:
        companies.get(store, domain)
        crud.confirm(invocation, f"company {domain} with all its people and settings", yes)
        versions = planning.apply_plan(store, planning.removal(store, domain), invocation.by)
    invocation.print({"company": domain, "changed": True, "version": versions[domain]}, f"company {domain} removed")


def _facts(one: Company) -> dict[str, Any]:
    return {**asdict(one), "languages": list(one.languages)}
