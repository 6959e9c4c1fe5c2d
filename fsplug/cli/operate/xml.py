"""`fsplug xml`: the directory and dialplan that the switch gets, as files or on screen."""

import re
from pathlib import Path
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.output import counted
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import Invalid
from fsplug.store.config import companies
from fsplug.wiring.endpoint.xml_ways import ways
from fsplug.wiring.settings import Settings
from fsplug.words.english import so_many
from fsplug.xml import answers
from fsplug.xml.answers import Answers
from fsplug.xml.files import File, Files, Folder, Outcome
from fsplug.xml.templates import Templates

_FOLDER = click.Path(path_type=Path, file_okay=False)
_TEMPLATES = click.option(
    "--templates",
    metavar="DIR",
    type=_FOLDER,
    help="A folder of templates; they replace fsplug's own templates of the same name.",
)
_SECRET = "(secret)"
# The folders of a whole rendering: other files of fsplug's in them are removed.
_RENDERED = ("dialplan", "directory")
_HASH = re.compile('name="a1-hash" value="([0-9a-f]+)"')


@click.group(cls=NounGroup)
def xml() -> None:
    """The XML that FreeSWITCH gets: who may sign in (directory), and where calls go (dialplan)."""


@xml.command(rule=INSTALLATION)
@click.option("--out", metavar="DIR", type=_FOLDER, required=True, help="The folder for the files.")
@click.option("--company", metavar="DOMAIN", help="Only this company's files.")
@_TEMPLATES
@click.option("--dry-run", is_flag=True, help="Only show what would be written.")
@pass_invocation
def render(invocation: Invocation, out: Path, company: str | None, templates: Path | None, dry_run: bool) -> None:
    """Write everything as files, for a switch that reads files. Files that are up to date stay untouched.

    The directory's files hold hashes that work like passwords: let only the switch read them.
    """
    with invocation.store() as store:
        files = Files(store, Templates(override=templates), ways(invocation.settings()))
        wanted = files.every() if company is None else [*files.shared(), *files.of(companies.get(store, company))]
        outcome = Folder(out).write(map(_shown, wanted), _RENDERED if company is None else (), dry_run)
    invocation.print(_facts(outcome, dry_run), *_lines(outcome, dry_run))


@xml.command(rule=INSTALLATION)
@click.argument("section", type=click.Choice(["dialplan", "directory"]))
@click.option("--company", metavar="DOMAIN", help="The company; without it, the dialplan of the trunks.")
@click.option("--number", default="", help="The dialled number.")
@click.option("--user", default="", help="The user or phone that signs in or is rung.")
@click.option("--department", default="", help="The department to ring.")
@click.option("--show-secrets", is_flag=True, help="Print password hashes too; they work like passwords.")
@_TEMPLATES
@pass_invocation
def show(invocation: Invocation, section: str, show_secrets: bool, templates: Path | None, **key: Any) -> None:
    """Print the answer that the switch gets for a number, a user or a department."""
    settings = invocation.settings()
    with invocation.store() as store:
        document = _answered(Answers(store, Templates(override=templates), ways(settings)), settings, section, key)
        secrets = [] if show_secrets else _hashes(document)
    for secret in secrets:
        document = document.replace(secret, _SECRET)
    invocation.print({"section": section, **key, "xml": document}, document.rstrip("\n"))


def _shown(file: File) -> File:
    return File(file.place, lambda: counted(file.pieces(), f"lines of {file.place}"))


def _answered(known: Answers, settings: Settings, section: str, key: dict[str, Any]) -> str:
    company = key["company"]
    if section == "directory":
        document = known.directory(company or "", key["user"], key["department"])
    else:
        document = known.dialplan(company or ways(settings).public_context, key["number"])
    if document == answers.NOT_FOUND:
        asked = " ".join(f"{name} {value}" for name, value in key.items() if value)
        remedy = "see: fsplug company list, fsplug number list"
        text = f'{asked or "nothing"} is unknown to fsplug: the switch gets the answer "not found"; {remedy}'
        raise Invalid("not-found", text, section=section, **key)
    return document


def _hashes(document: str) -> list[str]:
    return _HASH.findall(document)


def _facts(outcome: Outcome, dry_run: bool) -> dict[str, Any]:
    return {"written": outcome.written, "kept": outcome.kept, "removed": outcome.removed, "dry_run": dry_run}


def _lines(outcome: Outcome, dry_run: bool) -> list[str]:
    would = "would be " if dry_run else ""
    lines = [f"{place}: {would}written" for place in outcome.written]
    lines += [f"{place}: {would}removed" for place in outcome.removed]
    return [*lines, f"already up to date: {so_many(len(outcome.kept), 'file')}"]
