"""`fsplug mail`: mail to people, and whether it was sent."""

from dataclasses import asdict

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, more, numberless_options
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import sheet, table, when
from fsplug.cli.kernel.rules import ACCOUNT
from fsplug.store.outbox import mails
from fsplug.store.outbox.mails import MailState

_MAIL = click.argument("mail", metavar="MAIL")
_TIMES = ("at", "next_at", "sent_at")


@click.group(cls=NounGroup)
def mail() -> None:
    """Mail to people. It is queued here and sent by fsplug serve."""


@mail.command(name="list", rule=ACCOUNT)
@numberless_options
@click.option("--state", type=click.Choice(list(map(str, MailState))), help="Only mail in this state.")
@pass_invocation
def list_(invocation: Invocation, options: ListOptions, state: str | None) -> None:
    """List mail, newest first."""
    with invocation.store() as store:
        rows = (one for one in find(store, options, mails.listed) if state in (None, one.state))
        found, cut = first(rows, options.limit)
    titles = ("mail", "queued", "company", "kind", "about", "to", "state", "tries", "why")
    cells = [
        (one.id, when(one.at), one.company, one.kind, one.subject, one.receiver, one.state, one.tries, one.reason)
        for one in found
    ]
    lines = table(titles, cells) if found else ["no mail yet"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))
    if any(one.state is MailState.QUEUED for one in found) and not (
        invocation.settings().smtp_host and invocation.settings().web_url
    ):
        invocation.note("mail waits until web_url, smtp_host and mail_from are set, in fsplug.toml")


@mail.command(rule=ACCOUNT)
@company_option
@_MAIL
@pass_invocation
def show(invocation: Invocation, company: str, mail: str) -> None:
    """Show one mail: its receiver, whom it is about, and why it was not sent."""
    with invocation.store() as store:
        facts = asdict(mails.get(store, company, mail))
    invocation.print(facts, *sheet({**facts, **{name: when(facts[name]) for name in _TIMES}}))


@mail.command(rule=ACCOUNT)
@company_option
@_MAIL
@pass_invocation
def retry(invocation: Invocation, company: str, mail: str) -> None:
    """Send a waiting or failed mail now."""
    with invocation.store() as store:
        found = mails.retry(store, company, mail)
    invocation.print(asdict(found), f"the mail to {found.receiver} is queued")
