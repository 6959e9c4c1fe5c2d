"""`fsplug consent`: who was told or asked about being recorded, and what they answered."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from fsplug.cli.kernel import json_lines
from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, in_some_company, listing_options, more
from fsplug.cli.kernel.moments import MOMENT
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import counted, sheet, table, when
from fsplug.cli.kernel.rules import CHECKED, RECORDINGS, CommandRule
from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Need, check_own
from fsplug.store.audit import trail
from fsplug.store.calls import consents, decisions
from fsplug.store.calls.consents import ConsentRow
from fsplug.store.calls.conversation_access import took_part
from fsplug.store.db.database import Store

_TITLES = ("at", "company", "number", "user", "form", "language", "key", "result", "call", "consent")


@click.group(cls=NounGroup)
def consent() -> None:
    """Consents: what was played to whom about being recorded, which key was pressed, and what came of it."""


@consent.command(name="list", rule=RECORDINGS)
@listing_options
@pass_invocation
def list_(invocation: Invocation, options: ListOptions) -> None:
    """List who was told or asked about being recorded, newest first, with the result."""
    with invocation.store() as store:
        found, cut = first(find(store, options, consents.listed), options.limit)
    lines = table(_TITLES, map(_row, found)) if found else ["nobody was told or asked about being recorded"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))


@consent.command(rule=CommandRule(Need.RECORDINGS, own=CHECKED))
@click.argument("consent", metavar="CONSENT")
@click.option("--company", metavar="DOMAIN", help="Only a consent of this company.")
@pass_invocation
def show(invocation: Invocation, consent: str, company: str | None) -> None:
    """Show one consent: what was played, by text and SHA-256, to whom, and what they answered."""
    with invocation.store() as store:
        found = in_some_company(store, company, partial(_get, store, consent))
        if found is None:
            text = f"there is no consent {consent}; see: fsplug consent list"
            raise Invalid("unknown-consent", text, consent=consent)
        if invocation.actor is not None:
            made = decisions.of_calls(store, found.company, [found.call])[found.call]
            own = [invocation.actor.name] if took_part(invocation.actor, made) else []
            check_own(invocation.actor, Need.RECORDINGS, found.company, own)
    invocation.print(asdict(found), *_sheet(found))


@consent.command(rule=CommandRule(Need.RECORDINGS))
@company_option
@click.option("--since", type=MOMENT, help="From this time on: 2026-11-22T14:30, epoch seconds, 7d or today.")
@click.option("--until", type=MOMENT, help="Before this time.")
@json_lines.out_option
@pass_invocation
def export(invocation: Invocation, company: str, since: float | None, until: float | None, out: Path) -> None:
    """Write the company's consents as lines of JSON, oldest first. The export is recorded in the audit trail."""
    with invocation.store() as store:
        newest_first = find(store, ListOptions(company, since=since, until=until), consents.listed)
        found = [asdict(one) for one in counted(newest_first, "consents")]
        trail.add(store, company, invocation.author, "consent-export", rows=len(found))
    json_lines.write(invocation, out, reversed(found), "consents")


def _get(store: Store, consent: str, domain: str) -> ConsentRow | None:
    return consents.get(store, domain, consent)


def _row(one: ConsentRow) -> tuple[object, ...]:
    who = (one.number, one.user, f"{one.form} {one.ivr or ''}".rstrip(), "+".join(one.languages))
    return (when(one.at), one.company, *who, one.pressed, one.result, one.call, one.id)


def _sheet(one: ConsentRow) -> Iterator[str]:
    shown = {name: value for name, value in asdict(one).items() if value not in (None, "", ())}
    shown |= {name: when(getattr(one, name)) for name in ("at", "until") if getattr(one, name) is not None}
    shown |= {name: " ".join(getattr(one, name)) for name in ("languages", "hashes") if getattr(one, name)}
    yield from sheet(shown)
