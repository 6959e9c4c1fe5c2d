"""`fsplug export`: companies as a document."""

import os
from pathlib import Path
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.document_file import STDIN
from fsplug.cli.kernel.options import secrets_option
from fsplug.cli.kernel.output import safe
from fsplug.cli.kernel.rules import CommandRule
from fsplug.cli.kernel.toml_text import toml
from fsplug.errors import Unavailable
from fsplug.policy.access.scopes import Actor, Need
from fsplug.store.audit import trail
from fsplug.store.change import planning
from fsplug.store.change.entry_rows import OWNED
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.words.english import so_many

_OWNERS_ALONE = 0o600


@click.command(cls=Verb, rule=CommandRule(Need.COMPANY, "domains"))
@click.option(
    "--company", "domains", metavar="DOMAIN", multiple=True, help="Only this company; may be repeated  [all companies]"
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The file to write; only you can read it; not with --as  [standard output]",
)
@secrets_option
@pass_invocation
def export(invocation: Invocation, domains: tuple[str, ...], out: Path | None, show_secrets: bool) -> None:
    """Write companies as a TOML document. Applying the same document again with fsplug apply changes nothing.

    The document holds each device's password as the hash that lets the device sign in: protect the document as you
    protect passwords. Trunks' passwords are left out, and applying the document here leaves them as they are.
    --show-secrets writes the passwords of devices and trunks, to keep a copy or to move an installation; with --as it
    is refused. With --as the document holds neither passwords nor hashes, and no tables that the user must not read;
    when the same user applies it, what is left out stays as it is.
    """
    with invocation.store() as store:
        document = _document(store, domains, show_secrets, invocation.by)
        for company in document["company"]:
            trail.add(store, company["domain"], invocation.author, "export", secrets=show_secrets)
    if out is None or str(out) == STDIN:
        invocation.print(document, toml(document).rstrip("\n"))
        return
    _write(out, toml(document))
    count = len(document["company"])
    invocation.print(
        {"file": str(out), "companies": count}, f"wrote {so_many(count, 'company', 'companies')} to {safe(out)}"
    )


def _document(store: Store, domains: tuple[str, ...], show_secrets: bool, by: Actor) -> dict[str, Any]:
    wanted = domains or [company.domain for company in companies.every(store)]
    written = (planning.export(store, domain, show_secrets, by)["company"][0] for domain in dict.fromkeys(wanted))
    return {"company": [_without_empty_tables(company) for company in written]}


def _without_empty_tables(company: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in company.items() if value or name not in OWNED}


def _write(out: Path, text: str) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _OWNERS_ALONE)
        with open(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(descriptor, _OWNERS_ALONE)
            file.write(text)
    except OSError as error:
        text = f"{out} can't be written: {error.strerror}; name another file"
        raise Unavailable("file-not-written", text, file=str(out)) from error
