"""Checkpoints of the audit trails, which are kept outside the store: how far each trail had come, and with which hash.

A trail that was made shorter or written anew no longer has the entry that an earlier checkpoint names.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass

from fsplug.errors import Invalid
from fsplug.store.audit import signing
from fsplug.store.audit.verification import Checkpoint, Fault, TrailTrouble
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.audit import AuditEntries, AuditHeads
from fsplug.store.schema.companies import Companies


@dataclass(frozen=True, slots=True)
class TrailCheckpoint:
    """One company's, at a time (epoch seconds). `trail` is the company's id; a domain may be given to a new company."""

    company: str
    trail: str
    number: int
    hash: str
    at: float
    signature: str | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """As `verify` takes it."""
        return Checkpoint(self.number, self.hash)

    @property
    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    def is_signed(self, store: Store) -> bool:
        """Whether one of the store's keys signed it."""
        return signing.is_checkpoint_signed(store.audit_keys, _said(self), self.signature)


@dataclass(frozen=True, slots=True)
class _Head:
    company: str
    trail: str
    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class _Hash:
    number: int
    hash: str


_HASHES = Select(
    _Hash,
    lambda: AuditEntries.select(*columns(_Hash, AuditEntries)).where(
        (AuditEntries.company == given.trail) & AuditEntries.number.in_(given_each.numbers)
    ),
)
_HEADS = Select(
    _Head,
    lambda: (
        AuditHeads.select(*columns(_Head, AuditHeads, company=Companies.domain, trail=AuditHeads.company))
        .join(Companies, on=(Companies.id == AuditHeads.company))
        .order_by(Companies.domain)
    ),
)


def since(store: Store, known: Mapping[str, str]) -> list[TrailCheckpoint]:
    """A checkpoint of every trail that has gone on since `known`, the last checkpoint of each trail as text."""
    now = store.now()
    moved = [one for one in _HEADS.rows(store) if str(Checkpoint(one.number, one.hash)) != known.get(one.trail)]
    return [_made(store, TrailCheckpoint(one.company, one.trail, one.number, one.hash, now)) for one in moved]


def read(line: str) -> TrailCheckpoint | None:
    """The checkpoint in a line, with whatever a log put before it; None if the line has none."""
    start = line.find('{"company":')
    if start < 0:
        return None
    try:
        found = json.JSONDecoder().raw_decode(line, start)[0]
        made = TrailCheckpoint(**found)
        Checkpoint.read(str(made.checkpoint))
    except (ValueError, TypeError, Invalid):
        return None
    return made if isinstance(made.at, float | int) and isinstance(made.trail, str) else None


def trouble(store: Store, trail: str, checkpoints: Iterable[Checkpoint]) -> TrailTrouble | None:
    """The first entry of the trail (a company's id) that is not the one that a checkpoint names; None if all are."""
    by_number: dict[int, set[str]] = {}
    for one in checkpoints:
        by_number.setdefault(one.number, set()).add(one.hash)
    for some in in_batches(sorted(by_number)):
        found = {one.number: one.hash for one in _HASHES.rows(store, trail=trail, numbers=some)}
        for number in some:
            if wrong := _wrong(number, found.get(number), by_number[number]):
                return wrong
    return None


def _wrong(number: int, found: str | None, named: Collection[str]) -> TrailTrouble | None:
    if found is None:
        return TrailTrouble(number, Fault.MISSING, "a checkpoint names it")
    return None if {found} == named else TrailTrouble(number, Fault.CHANGED, "a checkpoint knows another hash")


def _made(store: Store, bare: TrailCheckpoint) -> TrailCheckpoint:
    signature = signing.sign_checkpoint(store.audit_keys, *_said(bare))
    return TrailCheckpoint(bare.company, bare.trail, bare.number, bare.hash, bare.at, signature)


def _said(one: TrailCheckpoint) -> tuple[str, ...]:
    return (one.company, one.trail, str(one.number), one.hash, repr(float(one.at)))
