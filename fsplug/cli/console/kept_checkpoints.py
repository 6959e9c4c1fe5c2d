"""Checkpoints of the audit trail that were kept in files, and what the store has of the entries that they name."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fsplug.cli.kernel.output import safe
from fsplug.errors import Invalid
from fsplug.store.audit import checkpoints
from fsplug.store.audit.checkpoints import TrailCheckpoint
from fsplug.store.audit.verification import TrailTrouble
from fsplug.store.config import companies
from fsplug.store.config.versioned import company_id
from fsplug.words.english import so_many

if TYPE_CHECKING:
    from fsplug.store.db.database import Store


class KeptCheckpoints:
    """Those of the files that exist; Invalid("unreadable-file") for one that was named and can't be read.

    Where the store was given the audit keys, only what they signed counts: anybody may have written the rest.
    """

    def __init__(self, store: "Store", named: Sequence[Path], kept: Sequence[Path]) -> None:
        self._store = store
        self.notes: list[str] = []
        self._by_trail: dict[str, list[TrailCheckpoint]] = {}
        for path in named or [one for one in kept if one.exists()]:
            unsigned = 0
            for one in filter(None, map(checkpoints.read, _lines(path))):
                if store.audit_keys and not one.is_signed(store):
                    unsigned += 1
                else:
                    self._by_trail.setdefault(one.trail, []).append(one)
            if unsigned:
                self.notes.append(
                    f"{safe(path)}: not signed with audit_keys, and not counted: {so_many(unsigned, 'checkpoint')}"
                )

    def trouble(self, domain: str) -> TrailTrouble | None:
        """The first entry of the company that is not the one that a checkpoint names."""
        trail = company_id(self._store, domain)
        return checkpoints.trouble(self._store, trail, (one.checkpoint for one in self._by_trail.get(trail, ())))

    def gone(self) -> list[str]:
        """The companies whose whole trail is named, but not in the store."""
        there = {company_id(self._store, domain) for domain in companies.domains(self._store)}
        return sorted({its[-1].company for trail, its in self._by_trail.items() if trail not in there})


def first(*found: TrailTrouble | None) -> TrailTrouble | None:
    """The one with the lowest number."""
    return min(filter(None, found), key=lambda one: one.number, default=None)


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from _whole(file)
    except OSError as error:
        raise Invalid("unreadable-file", f"{path} can't be read: {error.strerror}", file=str(path)) from error


def _whole(lines: Iterable[str]) -> Iterator[str]:
    """The lines, without those that are longer than any checkpoint with what a log may put before it."""
    return (line for line in lines if len(line) < 4096)
