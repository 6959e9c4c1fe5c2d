"""`fsplug store`: the database."""

from pathlib import Path
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.output import sheet, table, when
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate import trail_keys
from fsplug.store.calls import ledger, past_conversations
from fsplug.store.config import companies
from fsplug.store.db.database import Store
from fsplug.wiring.process.serving import is_served
from fsplug.words.english import so_many

SHOWN_REJECTS = 20


@click.group(cls=NounGroup)
def store() -> None:
    """The database that holds companies, policies, calls and recordings."""


@store.command(rule=INSTALLATION)
@pass_invocation
def migrate(invocation: Invocation) -> None:
    """Bring the tables up to date. Stop fsplug serve first.

    An installation that has no key to sign the audit trail with gets one, which signs the entries that are there.
    """
    with invocation.store_as_is() as store:
        applied = store.migrate()
        place = store.place
    begun = trail_keys.begin(invocation.settings())
    line = f"{place}: applied {', '.join(applied)}" if applied else f"{place} is up to date"
    invocation.print({"store": place, "applied": applied, "signed": begun.signed}, line, *begun.lines)


@store.command(rule=INSTALLATION)
@pass_invocation
def status(invocation: Invocation) -> None:
    """Show where the store is, what it holds, which entries it refused, and which are still in the journal."""
    settings = invocation.settings()
    with invocation.store_as_is() as store:
        facts = _facts(store)
    journal = {"journal_entries": _entries(settings.journal_file), "served": is_served(settings.lock_file)}
    facts |= journal
    invocation.print(facts, *_lines(facts))


def _facts(store: Store) -> dict[str, Any]:
    pending = store.pending()
    rejects = [] if pending else ledger.rejects(store, SHOWN_REJECTS)
    return {
        "store": store.place,
        "dialect": store.dialect,
        "pending": pending,
        "unjoined": [] if pending else [one.domain for one in past_conversations.unjoined(store)],
        "companies": [] if pending else [{"domain": c.domain, "version": c.version} for c in companies.every(store)],
        "rejects": [{"entry": one.entry, "error": one.error, "at": one.at} for one in rejects],
    }


def _entries(journal: Path) -> int:
    """How many entries the journal holds, including those already in the store."""
    return sum(_lines_in(path) for path in (journal.with_name(f"{journal.name}.old"), journal))


def _lines_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    except FileNotFoundError:
        return 0


def _lines(facts: dict[str, Any]) -> list[str]:
    known = ", ".join(f"{one['domain']} (version {one['version']})" for one in facts["companies"])
    shown = {
        "store": f"{facts['store']} ({facts['dialect']})",
        "tables": f"outdated, without {', '.join(facts['pending'])}; run: fsplug store migrate"
        if facts["pending"]
        else "up to date",
        "companies": known or "none yet; make them with: fsplug apply FILE.toml",
        "journal": _journal(facts),
        "calls of before there were conversations": _unjoined(facts["unjoined"]),
        "refused entries": len(facts["rejects"]) or "none",
    }
    rows = [(when(one["at"]), one["error"], one["entry"]) for one in facts["rejects"]]
    return [*sheet(shown), *(["", *table(("refused", "because", "entry"), rows)] if rows else [])]


def _unjoined(domains: list[str]) -> str:
    if not domains:
        return "all joined"
    return f"fsplug serve joins those of {', '.join(domains)} in the background"


def _journal(facts: dict[str, Any]) -> str:
    count = facts["journal_entries"]
    if not count:
        return "empty"
    entries = so_many(count, "entry", "entries")
    if facts["served"]:
        return f"{entries}; fsplug serve keeps what it has put into the store for a while"
    return f"{entries}, which the next fsplug serve puts into the store"
