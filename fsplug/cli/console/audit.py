"""`fsplug audit`: who did what to people's data and rights, and whether the audit trail is complete."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from fsplug.cli.calls.accounting import calls
from fsplug.cli.console import kept_checkpoints
from fsplug.cli.console.kept_checkpoints import KeptCheckpoints
from fsplug.cli.kernel import json_lines
from fsplug.cli.kernel.background import give_way
from fsplug.cli.kernel.confirming import confirm
from fsplug.cli.kernel.context import EXIT_FOUND_WRONG, Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.listing import ListOptions, find, first, more, numberless_options
from fsplug.cli.kernel.options import company_option
from fsplug.cli.kernel.output import cell, counted, table, when
from fsplug.cli.kernel.rules import AUDIT, INSTALLATION, USER, CommandRule
from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Need
from fsplug.store.audit import signatures, trail, verification
from fsplug.store.audit.trail import AuditEntry
from fsplug.store.audit.verification import Checkpoint, Fault, TrailTrouble, Verified
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.words.english import so_many

_SHOWN = 20
_NO_KEY = "signatures can't be checked: the settings have no audit_keys; make one with: fsplug init"
_NO_TRAIL = Verified(0, Checkpoint(), TrailTrouble(1, Fault.MISSING, "checkpoints name this trail, which is gone"))


@click.group(cls=NounGroup)
def audit() -> None:
    """The audit trail: an entry for each act on people's data or rights. Hashes chain each company's entries.

    A change of more than a hundred things takes several entries, which name all of them.

    `audit calls` compares fsplug's rows with what the switch itself recorded of its calls.
    """


audit.add_command(calls)


@audit.command(name="list", rule=CommandRule(Need.AUDIT, own=USER))
@numberless_options
@click.option("--act", metavar="ACT", help="Only acts of this kind: play, share, sign-in, rights, policy ...")
@pass_invocation
def list_(invocation: Invocation, options: ListOptions, act: str | None) -> None:
    """List entries, newest first. --user selects entries about this user's calls and rights."""
    with invocation.store() as store:
        entries = (one for one in find(store, options, trail.listed) if act in (None, one.act))
        found, cut = first(entries, options.limit)
    titles = ("number", "at", "company", "who", "act", "what", "people", "facts")
    lines = table(titles, map(_row, found)) if found else ["no such entries"]
    invocation.print([asdict(one) for one in found], *lines, *([more(options.limit)] if cut else []))


@audit.command(rule=AUDIT)
@click.option(
    "--company", metavar="DOMAIN", help="Only this company's trail  [the trails of all companies, removed ones too]"
)
@click.option("--since", metavar="NUMBER:HASH", help="Continue from this checkpoint, which an earlier run printed.")
@click.option(
    "--checkpoints",
    metavar="FILE",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Compare with the checkpoints in this file, too; may be repeated  [the files of audit_checkpoints]",
)
@pass_invocation
def verify(invocation: Invocation, company: str | None, since: str | None, checkpoints: tuple[Path, ...]) -> None:
    """Check that no entry was changed, removed, inserted or moved, and that each is signed with one of audit_keys.

    Otherwise name the first one; the exit code is 1. A trail that was cut short lacks the entry that an earlier
    checkpoint names: fsplug keeps checkpoints where audit_checkpoints says.
    """
    if since is not None and company is None:
        raise click.UsageError("--since is a checkpoint of one company's trail; give --company")
    if checkpoints and invocation.actor is not None:
        raise click.UsageError("--checkpoints reads a file of this machine, which --as may not do")
    from fsplug.wiring.people.checkpoint_places import files

    checkpoint = Checkpoint.read(since) if since is not None else None
    give_way()
    with invocation.store() as store:
        kept = KeptCheckpoints(store, checkpoints, files(invocation.settings()))
        domains = [company] if company else companies.domains(store)
        found = {domain: _checked(store, domain, checkpoint, kept) for domain in domains}
        found |= {} if company else dict.fromkeys(kept.gone(), _NO_TRAIL)
        signed = bool(store.audit_keys)
    facts = [
        {
            "company": domain,
            "checked": one.checked,
            "checkpoint": str(one.checkpoint),
            "signatures": signed,
            "trouble": _trouble(one.trouble),
        }
        for domain, one in found.items()
    ]
    for note in [*kept.notes, *([] if signed else [_NO_KEY])]:
        invocation.note(note)
    invocation.print(facts, *(_verified(one) for one in facts))
    if any(one.trouble for one in found.values()):
        click.get_current_context().exit(EXIT_FOUND_WRONG)


@audit.command(rule=INSTALLATION)
@company_option
@click.option(
    "--again",
    is_flag=True,
    help="Also sign entries whose signature was made by none of audit_keys, after a key was lost.",
)
@click.option("--dry-run", is_flag=True, help="Only list what would be signed.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@pass_invocation
def sign(invocation: Invocation, company: str, again: bool, dry_run: bool, yes: bool) -> None:
    """Sign entries that were written while the settings had no audit_keys, once you know that they are right.

    `fsplug audit verify` names the first of them. Each must match its hash; one with a forged signature is not signed.
    """
    with invocation.store() as store:
        if not store.audit_keys:
            raise Invalid("no-audit-key", _NO_KEY)
        found = verification.verify(store, company, signatures=False)
        if found.trouble is not None:
            text = f"entry {found.trouble.number} is {found.trouble.fault}: {found.trouble.detail}; nothing was signed"
            raise Refused("trail-altered", text, company=company, number=found.trouble.number)
        unsigned = list(signatures.unsigned(store, company, found.checkpoint.number, again))
        for one in unsigned[:_SHOWN]:
            invocation.note(f"entry {one.number}: {when(one.at)} {one.actor} {one.act}")
        count = len(unsigned)
        if count and not dry_run:
            entries = so_many(count, "entry", "entries")
            question = f"sign {entries} of {company}, of which these are the first?"
            confirm(invocation, question, yes, f"signs {entries}", has_dry_run=True, entries=count)
            with store.atomic():
                signatures.sign(store, company, unsigned)
                trail.add(store, company, invocation.author, "audit-sign", entries=count, first=unsigned[0].number)
    line = (
        f"{'would sign' if dry_run else 'signed'} {so_many(count, 'entry', 'entries')}"
        if count
        else "every entry has a signature"
    )
    invocation.print({"company": company, "entries": count, "dry_run": dry_run}, line)


@audit.command(rule=AUDIT)
@company_option
@json_lines.out_option
@pass_invocation
def export(invocation: Invocation, company: str, out: Path) -> None:
    """Write the company's trail as lines of JSON, oldest first. The export itself is recorded as an entry."""
    with invocation.store() as store:
        trail.add(store, company, invocation.author, "audit-export")
        newest_first = find(store, ListOptions(company), trail.listed)
        entries = [asdict(one) for one in counted(newest_first, "entries")]
    json_lines.write(invocation, out, reversed(entries), "entries")


def _checked(store: Store, domain: str, since: Checkpoint | None, kept: KeptCheckpoints) -> Verified:
    found = verification.verify(store, domain, since)
    return replace(found, trouble=kept_checkpoints.first(found.trouble, kept.trouble(domain)))


def _row(one: AuditEntry) -> tuple[object, ...]:
    return (one.number, when(one.at), one.company, one.actor, one.act, one.subject, ", ".join(one.people), _facts(one))


def _facts(one: AuditEntry) -> str:
    """The facts, starting with what was granted, since a row has no room for all of them."""
    facts = sorted(one.facts.items(), key=lambda fact: fact[0] != "granted")
    return "; ".join(f"{name}: {_said(name, value)}" for name, value in facts)


def _said(name: str, value: object) -> str:
    if isinstance(value, list):
        return ", ".join(" ".join(map(_part, one)).rstrip() if isinstance(one, list) else str(one) for one in value)
    return when(value) if name.endswith("_at") and isinstance(value, float) else cell(value)


def _part(one: object) -> str:
    """A part of a change: a word, or the values that it has put in place of others."""
    if not isinstance(one, dict):
        return str(one)
    return f"({', '.join(f'{name}: {_or_dash(old)} -> {_or_dash(new)}' for name, (old, new) in one.items())})"


def _or_dash(value: object) -> str:
    return "-" if value in (None, "") else str(value)


def _trouble(found: verification.TrailTrouble | None) -> dict[str, Any] | None:
    return asdict(found) if found is not None else None


def _verified(one: dict[str, Any]) -> str:
    if one["trouble"] is None:
        return f"ok     {one['company']}: {so_many(one['checked'], 'entry', 'entries')}, checkpoint {one['checkpoint']}"
    trouble = one["trouble"]
    text = f"entry {trouble['number']} is {trouble['fault']}: {trouble['detail']}"
    return f"FAILED {one['company']}: {text}; intact up to {one['checkpoint'].partition(':')[0]}"
