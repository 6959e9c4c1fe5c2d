"""A company's configuration being changed entry by entry, each as the operator's document writes it.

A draft is checked like a document, as a whole, before anything of it is saved.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access.scopes import Actor
from fsplug.policy.entities import PolicySnapshot
from fsplug.store.change import credentials, entry_rows, planning
from fsplug.store.change.document import read, write
from fsplug.store.change.document.intake import Intake
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.entry_rows import NOUNS, Rows
from fsplug.store.change.planning import CompanyPlan, Plan
from fsplug.store.config import companies, policies, users
from fsplug.store.config.companies import DETAIL
from fsplug.store.config.nouns import Change, Noun
from fsplug.store.config.versioned import hold
from fsplug.store.db.database import Row, Store

Table = dict[str, Any]
# The text of an error names this many of them; its facts hold all.
_SHOWN_ERRORS = 10


class Draft:
    """The company `domain` as it is, to be changed. Passwords in files are read from `folder`.

    With `departments` its users are those of these departments; the others are not to be seen.
    """

    def __init__(
        self, store: Store, domain: str, folder: Path = Path(), departments: frozenset[str] | None = None
    ) -> None:
        self._store = store
        self._company = companies.get(store, domain)
        self._rows = planning.present(store, domain)
        self._before: dict[tuple[Noun, Row], Row | None] = {}
        self._reader = Reader(folder)
        self._parts: dict[str, dict[str, Rows]] = {}
        self._departments = departments
        self.domain = domain

    def names(self, kind: str) -> list[str]:
        """The names of the entries of a kind: `user`, `group`, ..."""
        return sorted(self._entries(kind))

    def entry(self, kind: str, name: str, show_secrets: bool = False) -> Table:
        """One entry as the document writes it; Invalid("unknown-...") if there is none."""
        part = self._entries(kind).get(name)
        if part is None:
            text = f"{self.domain} has no {kind} {name}; see: fsplug {kind} list --company {self.domain}"
            raise Invalid(f"unknown-{kind}", text, company=self.domain, name=name)
        return write.entry(self.domain, kind, part, show_secrets)

    def has(self, kind: str, name: str) -> bool:
        """Whether there is such an entry."""
        return name in self._entries(kind)

    def put(self, kind: str, table: Mapping[str, Any], name: str | None = None) -> None:
        """Add an entry, or put it in the place of the one called `name`; what is wrong with it is said by `plan`."""
        kept = self._entries(kind).get(name, {}) if name is not None else {}
        if name is not None:
            self.remove(kind, name)
        intake = Intake(self._reader, self.domain, self._company.country, self._rows)
        intake.take(kind, table)
        part = entry_rows.nothing(kind)
        for noun, key in intake.added:
            part[noun][key] = self._rows[noun][key]
            self._before.setdefault((noun, key), None)
        credentials.settle(self.domain, part, kept)
        self._keep(kind, part)

    def remove(self, kind: str, name: str) -> None:
        """Remove an entry, with all that is its own."""
        for noun, rows in self._entries(kind).pop(name, {}).items():
            for key, values in rows.items():
                self._before.setdefault((noun, key), values)
                del self._rows[noun][key]

    def detail(self) -> Table:
        """The company's own columns."""
        return write.detail(self._rows[DETAIL][()])

    def put_detail(self, table: Mapping[str, Any]) -> None:
        """Change the company's own columns."""
        values = self._reader.table("company", {"domain": self.domain, **table}, read.COMPANY)
        self._before.setdefault((DETAIL, ()), self._rows[DETAIL][()])
        self._rows[DETAIL][()] = read.detail(self._reader, f"company {self.domain}", values)

    def snapshot(self) -> PolicySnapshot:
        """The recording policy as it is drafted, as the company's next version."""
        return policies.drafted(self.domain, self._company.version + 1, self._rows)

    def errors(self) -> list[str]:
        """Everything that is wrong, each with its place and remedy."""
        reader = Reader()
        read.check(reader, self.domain, self._rows)
        plan = self._company_plan()
        foreign = planning.foreign_numbers(self._store, plan, {self.domain: self._rows})
        return list(dict.fromkeys((*self._reader.errors, *reader.errors, *foreign)))

    def plan(self) -> Plan:
        """What is different now; Invalid("invalid-entry") lists everything that is wrong."""
        if errors := self.errors():
            more = [f"and {len(errors) - _SHOWN_ERRORS} more"] if len(errors) > _SHOWN_ERRORS else []
            raise Invalid("invalid-entry", "; ".join((*errors[:_SHOWN_ERRORS], *more)), errors=errors)
        return Plan((self._company_plan(),))

    def _company_plan(self) -> CompanyPlan:
        after = {place: self._rows[place[0]].get(place[1]) for place in self._before}
        differing = [place for place, before in self._before.items() if before != after[place]]
        differing.sort(key=lambda place: NOUNS.index(place[0]))
        changes = (Change(*place, self._before[place], after[place]) for place in differing)
        return CompanyPlan(self.domain, self._company.version, tuple(changes))

    def _entries(self, kind: str) -> dict[str, Rows]:
        if kind not in self._parts:
            parts = entry_rows.parts(kind, self._rows)
            self._parts[kind] = {name: part for name, part in parts.items() if self._is_seen(kind, part)}
        return self._parts[kind]

    def _is_seen(self, kind: str, part: Rows) -> bool:
        if kind != "user" or self._departments is None:
            return True
        return any(users.USER.named(row)["department"] in self._departments for row in part[users.USER].values())

    def _keep(self, kind: str, part: Rows) -> None:
        for noun, rows in part.items():
            self._rows[noun].update(rows)
            for key, values in rows.items():
                name = entry_rows.owner(noun, key, values)
                self._entries(kind).setdefault(name, entry_rows.nothing(kind))[noun][key] = values


@contextmanager
def drafted(store: Store, domain: str, by: str | Actor, folder: Path = Path()) -> Iterator[Draft]:
    """A draft that is saved at the end, as one new version of the company; nothing of it if anything is wrong.

    Nobody else changes the company meanwhile.
    """
    with store.atomic():
        hold(store, domain)
        draft = Draft(store, domain, folder)
        yield draft
        plan = draft.plan()
        if plan:
            planning.apply_plan(store, plan, by)
