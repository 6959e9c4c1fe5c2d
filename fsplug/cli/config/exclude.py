"""`fsplug exclude`: numbers that are never recorded."""

from dataclasses import asdict

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.free_text import LINE
from fsplug.cli.kernel.output import table, when
from fsplug.cli.kernel.rules import POLICY
from fsplug.errors import Invalid
from fsplug.policy.numbers import NumberTrouble, read, trouble_said
from fsplug.store.change import edit_policy
from fsplug.store.config import companies, policies
from fsplug.store.db.database import Store

_COMPANY = click.option("--company", metavar="DOMAIN", required=True, help="The company, by its domain.")
_NUMBERS = click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True)


@click.group(cls=NounGroup)
def exclude() -> None:
    """Numbers that are never recorded, whatever else policy says."""


@exclude.command(rule=POLICY)
@_COMPANY
@_NUMBERS
@click.option("--note", metavar="TEXT", type=LINE, help="The reason, stored with the number.")
@pass_invocation
def add(invocation: Invocation, company: str, numbers: tuple[str, ...], note: str | None) -> None:
    """Never record calls with these numbers, from the next call on. Numbers may be written in any spelling."""
    with invocation.store() as store:
        wanted = _normalised(store, company, numbers)
        added = edit_policy.exclude(store, company, dict.fromkeys(wanted, note), invocation.by)
        version = policies.current_version(store, company)
    _print(invocation, company, wanted, added, version, ("never recorded from now on", "was already excluded"))


@exclude.command(rule=POLICY)
@_COMPANY
@_NUMBERS
@pass_invocation
def remove(invocation: Invocation, company: str, numbers: tuple[str, ...]) -> None:
    """Let policy decide again about calls with these numbers."""
    with invocation.store() as store:
        wanted = _normalised(store, company, numbers)
        removed = edit_policy.unexclude(store, company, wanted, invocation.by)
        version = policies.current_version(store, company)
    _print(invocation, company, wanted, removed, version, ("no longer excluded", "was not excluded"))


@exclude.command(name="list", rule=POLICY)
@_COMPANY
@pass_invocation
def list_(invocation: Invocation, company: str) -> None:
    """List the numbers that are never recorded."""
    with invocation.store() as store:
        found = policies.excluded(store, company)
    rows = [(one.number, one.note, when(one.at), one.by, one.version) for one in found]
    empty = [f"no number of {company} is excluded; add one with: fsplug exclude add --company {company} NUMBER"]
    lines = table(("number", "note", "since", "by", "version"), rows) if found else empty
    invocation.print([asdict(one) for one in found], *lines)


def _normalised(store: Store, company: str, texts: tuple[str, ...]) -> list[str]:
    """The numbers in E.164, each once; Invalid names every text that is not a number, and says why."""
    country = companies.get(store, company).country
    found = {text: read(text, country) for text in texts}
    wrong: dict[NumberTrouble, list[str]] = {}
    for text, reading in found.items():
        if reading.trouble:
            wrong.setdefault(reading.trouble, []).append(text[:60])
    if wrong:
        said = [f"{', '.join(some)}: {trouble_said(trouble, country)}" for trouble, some in wrong.items()]
        code, numbers = str(next(iter(wrong))), [one for some in wrong.values() for one in some]
        raise Invalid(code, "\n".join(said), numbers=numbers, country=country)
    return list(dict.fromkeys(reading.number for reading in found.values() if reading.number))


def _print(
    invocation: Invocation, company: str, wanted: list[str], changed: list[str], version: int, words: tuple[str, str]
) -> None:
    facts = {"company": company, "numbers": wanted, "changed": changed, "version": version}
    lines = (f"{number}: {words[0] if number in changed else words[1]}" for number in wanted)
    invocation.print(facts, *lines, f"{company} has policy version {version}")
