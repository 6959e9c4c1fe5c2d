"""One company's step from one policy version to the next: rows end and begin, and the audit trail gets its entries."""

import json
from collections.abc import Mapping, Sequence
from functools import cache

from fsplug.errors import Refused
from fsplug.store.audit import chain, wording
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.statements import Given, Write, given, insert
from fsplug.store.schema.companies import Companies, PolicyVersions
from fsplug.store.schema.history import is_current

# A version's history names this many changes, and counts the rest; so many stand in one entry of the audit trail, which
# names all of them.
NAMED_CHANGES = 100
_BEGIN = Write(
    lambda: Companies.update({Companies.version: given.next}).where(
        (Companies.id == given.company) & (Companies.version == given.version)
    )
)
_REMEMBER = Write(lambda: insert(PolicyVersions, "company version at author what"))


class Revision:
    """The next version of the company at `version`, in the caller's transaction.

    Nobody else can change the company until the transaction ends. Refused("plan-outdated") if the company has changed
    since `version`.
    """

    def __init__(self, store: Store, domain: str, version: int) -> None:
        self._store = store
        self._company = company_id(store, domain)
        self.version = version + 1
        if not _BEGIN.run(store, company=self._company, version=version, next=self.version):
            raise outdated(domain, version)
        store.changes(domain)

    def close(self, changes: Sequence[Change]) -> None:
        """End the rows that `changes` replace or remove. `open` must follow."""
        for noun, its in _by_noun(changes):
            rows = [change.before for change in its if change.before is not None]
            _end(noun).run_each(self._store, rows, company=self._company, version=self.version)

    def open(self, changes: Sequence[Change]) -> None:
        """Begin the rows that `changes` add, or put in place of others."""
        for noun, its in _by_noun(changes):
            rows = [change.after for change in its if change.after is not None]
            _add(noun).run_each(self._store, rows, company=self._company, since=self.version)

    def finish(self, changes: Sequence[Change], by: str) -> None:
        """Write the changes into the company's history and its audit trail, in as many entries as they need."""
        summary = _summary(changes)
        what = json.dumps(summary, ensure_ascii=False)
        at = self._store.now()
        _REMEMBER.run(self._store, company=self._company, version=self.version, at=at, author=by, what=what)
        entries = [changes[first : first + NAMED_CHANGES] for first in range(0, len(changes), NAMED_CHANGES)]
        for number, its in enumerate(entries, 1):
            facts = {"version": self.version, "changes": list(map(wording.named, its)), **wording.facts(its)}
            if len(entries) > 1:
                facts["part"] = f"{number}/{len(entries)}"
            people, act = wording.people(its), wording.act(its)
            chain.append(self._store, self._company, by, act, "", people, is_held=True, **facts)


def outdated(domain: str, version: int) -> Refused:
    """The error for a plan that was made from an earlier version."""
    text = f"{domain} has changed since the plan was made; plan again"
    return Refused("plan-outdated", text, company=domain, version=version)


@cache
def _end(noun: Noun) -> Write:
    table = noun.model
    ended = {table.until: given.version, **{getattr(table, secret): None for secret in sorted(noun.secrets)}}
    its_key = [getattr(table, one) == Given(one) for one in noun.key]
    return Write(lambda: table.update(ended).where(table.company == given.company, *its_key, is_current(table)))


@cache
def _add(noun: Noun) -> Write:
    return Write(lambda: insert(noun.model, " ".join(("company", "since", *noun.columns))))


def _by_noun(changes: Sequence[Change]) -> list[tuple[Noun, list[Change]]]:
    found: dict[Noun, list[Change]] = {}
    for change in changes:
        found.setdefault(change.noun, []).append(change)
    return list(found.items())


def _summary(changes: Sequence[Change]) -> Mapping[str, object]:
    named = [[change.action, change.noun.name, " ".join(change.key)] for change in changes[:NAMED_CHANGES]]
    more = len(changes) - len(named)
    return {"changes": named, "more": more} if more else {"changes": named}
