"""`fsplug share`: recordings shared with people outside."""

from dataclasses import asdict
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.listing import ListOptions, find, first, listing_options, more
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import cell, table, when
from fsplug.cli.kernel.rules import SHARING
from fsplug.store.recordings import shares
from fsplug.store.recordings.shares import CodeBy, Offer, Share
from fsplug.words.catalogue import LANGUAGES


@click.group(cls=NounGroup)
def share() -> None:
    """Shared recordings: a link is mailed, a code is sent separately, and nothing can be downloaded."""


@share.command(rule=SHARING)
@company_option
@click.argument("recording")
@click.option("--to", "email", metavar="ADDRESS", type=LINE, required=True, help="The receiver's e-mail address.")
@click.option("--subject", metavar="TEXT", type=LINE, required=True, help="The subject of the mail.")
@click.option("--days", type=int, default=7, show_default=True, help="The number of days the link works, 30 at most.")
@click.option("--plays", type=int, default=3, show_default=True, help="How many times the recording can be played.")
@click.option(
    "--code",
    "code_by",
    type=click.Choice(list(map(str, CodeBy))),
    default=str(CodeBy.MAIL),
    show_default=True,
    help="Send the code in a second mail, or print it here so that it can be read out by phone.",
)
@click.option("--language", type=click.Choice(LANGUAGES), help="The language of the mail  [the company's]")
@pass_invocation
def create(invocation: Invocation, company: str, recording: str, code_by: str, **given: Any) -> None:
    """Share a recording. The link is sent by mail and does not work without the code."""
    offer = Offer(recording, code_by=CodeBy(code_by), **given)
    with invocation.store() as store:
        made, code = shares.create(store, company, offer, invocation.by)
    facts = {**asdict(made), "code": code}
    by_phone = [f"read this code out: {code}"] if code else []
    line = f"share {made.id}: a link to {made.email} is queued; good until {when(made.expires_at)}, plays: {made.plays}"
    invocation.print(facts, cell(line), *by_phone)


@share.command(name="list", rule=SHARING)
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List shares, newest first. --user selects shares that this user made."""
    with invocation.store() as store:
        found, cut = first(find(store, options, shares.listed), options.limit)
        now = store.now()
    titles = ("share", "made", "company", "recording", "by", "to", "played", "until", "state")
    rows = [
        (
            *(one.id, when(one.at), one.company, one.recording, one.made_by, one.email),
            *(f"{one.played} of {one.plays}", when(one.expires_at), _state(one, now)),
        )
        for one in found
    ]
    lines = table(titles, rows) if found else ["no recordings are shared"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))


@share.command(rule=SHARING)
@company_option
@click.argument("share", metavar="SHARE")
@pass_invocation
def revoke(invocation: Invocation, company: str, share: str) -> None:
    """Revoke a share at once, even while the receiver is playing it."""
    with invocation.store() as store:
        found = shares.revoke(store, company, share, invocation.by)
    invocation.print(asdict(found), cell(f"share {share} with {found.email} is revoked"))


def _state(one: Share, now: float) -> str:
    if one.revoked_at is not None:
        return f"revoked by {one.revoked_by}"
    if not one.is_open(now):
        return "expired" if now >= one.expires_at else "closed after wrong codes"
    return "open" if one.played < one.plays else "played"
