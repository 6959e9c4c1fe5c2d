"""A company's configuration being changed entry by entry, each as the operator's document writes it.

A draft reads only the entries it is asked for. Before it is saved, it is checked as a whole, like a document.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import PolicySnapshot
from fsplug.store.audit import trail
from fsplug.store.change import checks, claims, credentials, entry_rows, permission, planning, successors
from fsplug.store.change.credentials import Made
from fsplug.store.change.document import write
from fsplug.store.change.document.reader import Reader
from fsplug.store.change.entry_rows import NOUNS, OWNED, Rows
from fsplug.store.change.outcome import Outcome
from fsplug.store.change.plans import CompanyPlan, Plan
from fsplug.store.change.present import Present
from fsplug.store.change.reached import Grantee
from fsplug.store.change.view import Changed
from fsplug.store.config import companies, policies
from fsplug.store.config.companies import DETAIL
from fsplug.store.config.nouns import Change, Key, Noun, Row
from fsplug.store.config.ranges import RANGE
from fsplug.store.db.database import Store

Table = dict[str, Any]
# An error's text names this many troubles; its facts hold all.
_SHOWN_ERRORS = 10
# How often somebody else may save first before the company is locked.
_TRIES = 3
_DETAIL_KEY = DETAIL.key_type()
_OPERATOR = operator("operator")
# The nouns of the command line that are not called as the tables of the document.
_LISTED_BY = {"range": "number range"}


class Draft:
    """The company `domain`, to be changed by `by`. With `departments`, only the users of these departments are visible.

    Its entries hold no secrets, and keep those they have when they are put back.
    """

    def __init__(
        self, store: Store, domain: str, departments: frozenset[str] | None = None, by: Actor = _OPERATOR
    ) -> None:
        self._store, self._by = store, by
        # Read the version first: if rows read later are newer, the plan is outdated.
        self._company = companies.get(store, domain)
        self._present = Present(store, domain)
        self._changed: Rows = entry_rows.empty()
        self._view = Changed(store, domain, self._present, self._changed)
        self._reader = Reader()
        self._made: list[Made] = []
        self._asked: set[tuple[str, str]] = set()
        # The entries of which something could not be read as it was put.
        self._unread: set[tuple[str, str]] = set()
        self._same: set[str] = set()
        self._parts: dict[tuple[str, str], Rows] = {}
        self._departments = departments
        self.domain = domain
        self.country = self._company.country
        self.version = self._company.version

    def read(self, kind: str, names: Iterable[str]) -> None:
        """Read these entries together now; they are asked for one by one later."""
        self._present.read(kind, names)

    def names(self, kind: str) -> list[str]:
        """The names of the entries of a kind: `user`, `group`, ..."""
        noun, *_ = OWNED[kind]
        found = self._view.everything(noun)
        if kind == "user" and self._departments is not None:
            found = [user for user in found if user.department in self._departments]
        return sorted(entry_rows.owner(noun, row) for row in found)

    def entries(self, kind: str) -> dict[str, Table]:
        """Every entry of a kind as the document writes it, by name."""
        self._present.read_all(kind)
        return {name: self.entry(kind, name) for name in self.names(kind)}

    def naming(self, noun: Noun, column: str, value: str) -> list[str]:
        """The names of the entries that have a row of `noun` with this value."""
        found = self._view.holding(noun, column, [value])
        kind = entry_rows.KINDS[noun]
        names = sorted({entry_rows.owner(noun, row) for row in found})
        return [name for name in names if self.has(kind, name)]

    def entry(self, kind: str, name: str) -> Table:
        """One entry as the document writes it; Invalid("unknown-...") if there is none."""
        self._asked.add((kind, name))
        return write.entry(self.domain, kind, self._known_part(kind, name))

    def entry_with_secrets(self, kind: str, name: str, by: Actor) -> Table:
        """As `entry`, with its passwords, which the audit trail is told first; Refused if `by` may not read them."""
        part = self._known_part(kind, name)
        permission.check_reads_secrets(by, self.domain)
        trail.add(self._store, self.domain, by.logged_name, "secrets-shown", f"{kind} {name}")
        return write.entry(self.domain, kind, part, write.Secrets.SHOWN)

    def _known_part(self, kind: str, name: str) -> Rows:
        part = self._seen_part(kind, name)
        if part is None:
            command = _LISTED_BY.get(kind, kind)
            text = f"{self.domain} has no {kind} {name}; see: fsplug {command} list --company {self.domain}"
            raise Invalid(f"unknown-{kind}", text, company=self.domain, name=name)
        return part

    def has(self, kind: str, name: str) -> bool:
        """Whether there is such an entry."""
        return self._seen_part(kind, name) is not None

    def put(self, kind: str, table: Mapping[str, Any], name: str | None = None) -> None:
        """Add an entry, or put it in place of the one called `name`; `plan` reports what is wrong with it."""
        # pydantic takes 70 ms and 7 MB to import: only changing an entry pays for it.
        from fsplug.store.change.document import read

        kept = self._part(kind, name) if name is not None else {}
        if name is not None:
            self.remove(kind, name)
        part = entry_rows.nothing(kind)
        known_troubles = len(self._reader.troubles)
        read.take(self._reader, self.domain, self.country, kind, table, part)
        self._made += credentials.settle(self.domain, part, kept)
        parts = entry_rows.parts(kind, part)
        if len(self._reader.troubles) > known_troubles:
            self._unread |= {(kind, called) for called in (name, *parts) if called is not None}
        for called, rows in parts.items():
            self._keep(kind, called, rows)

    def remove(self, kind: str, name: str) -> None:
        """Remove an entry, with all its rows."""
        for noun, rows in self._part(kind, name).items():
            for key in rows:
                self._changed[noun][key] = None
        self._parts[kind, name] = entry_rows.nothing(kind)

    def rows(self, noun: Noun, column: str, *values: str) -> list[Row]:
        """The rows of a noun that have one of these values in a column."""
        return self._view.holding(noun, column, values)

    def row(self, noun: Noun, key: Key) -> Row | None:
        """The row of this key, or None."""
        return self._view.row(noun, key)

    def keep_person(self, username: str) -> None:
        """The user is the same person as before, whatever the entry says."""
        self._same.add(username)

    def put_rows(self, noun: Noun, name: str, rows: Mapping[Key, Row | None]) -> None:
        """Put rows of the entry `name`; None removes one. Nothing else of the entry is read or checked again."""
        kind = entry_rows.KINDS[noun]
        part = self._part(kind, name)
        self._changed[noun].update(rows)
        left = {key: row for key, row in {**part[noun], **rows}.items() if row is not None}
        self._parts[kind, name] = {**part, noun: left}

    def detail(self) -> Table:
        """The company's own columns."""
        return write.detail(self._view.row(DETAIL, _DETAIL_KEY))

    def put_detail(self, table: Mapping[str, Any]) -> None:
        """Change the company's own columns."""
        from fsplug.store.change.document import read

        self._changed[DETAIL][_DETAIL_KEY] = read.detail(self._reader, self.domain, table)

    def snapshot(self) -> PolicySnapshot:
        """The drafted recording policy, as the company's next version."""
        rows = {noun: noun.by_key(self._view.everything(noun)) for noun in policies.DRAFTED}
        return policies.drafted(self.domain, self.version + 1, rows)

    def errors(self) -> list[str]:
        """Everything that is wrong, each with its place and remedy."""
        own = f"company {self.domain}"
        found = (f"{own}, {entry}: {text}" if entry else f"{own}: {text}" for entry, text in self.troubles())
        return list(dict.fromkeys(found))

    def troubles(self) -> list[checks.Trouble]:
        """Everything that is wrong: an entry, such as "user 1001", or a place in it, and the text; some are `Coded`.

        Refused if `by` is not allowed to make the changes, who would else read here what the rows said before.
        """
        plan = self._company_plan()
        self._check_allowed(plan)
        between = (
            *checks.troubles_of(self._view, plan.changes),
            *claims.troubles_of(self.domain, self._view, plan.changes),
            *successors.troubles(self._store, self.domain, plan.changes, self._same),
        )
        own = f"company {self.domain}"
        read = ((where.removeprefix(own).removeprefix(", "), text) for where, text in self._reader.troubles)
        return [*read, *between]

    def check_asked(self) -> None:
        """Refused if `by` was told of a user out of their reach: also that nothing would change would tell of them."""
        permission.check_knows(self._asked, self._present, self._by)

    def plan(self) -> Plan:
        """The plan with the draft's changes; Refused as `troubles`, Invalid("invalid-entry") lists what it found."""
        if errors := self.errors():
            more = [f"and {len(errors) - _SHOWN_ERRORS} more"] if len(errors) > _SHOWN_ERRORS else []
            raise Invalid("invalid-entry", "; ".join((*errors[:_SHOWN_ERRORS], *more)), errors=errors)
        return Plan((self._company_plan(),))

    def _check_allowed(self, plan: CompanyPlan) -> None:
        """What can't be read is no change yet: of that, only the user must be within reach."""
        read = [one for one in plan.changes if entry_rows.entry_of(one) not in self._unread]
        permission.check(self._store, self.domain, read, self._by)
        touched = self._unread if plan.changes else self._unread | self._asked
        permission.check_knows(touched, self._present, self._by)
        credentials.check(plan.changes)

    def _company_plan(self) -> CompanyPlan:
        every = (
            Change(noun, key, self._present.row(noun, key), after)
            for noun in NOUNS
            for key, after in self._changed[noun].items()
        )
        known = claims.settled(every, lambda: claims.of_rows(self._view.everything(RANGE)))
        changes = tuple(one for one in known if one.before != one.after)
        # One that was put again in the same draft has another password, or is gone.
        made = [
            one for one in self._made if getattr(self._changed[one.noun].get(one.key), one.column, None) == one.password
        ]
        return CompanyPlan(self.domain, self.version, changes, tuple(made))

    def _part(self, kind: str, name: str) -> Rows:
        drafted = self._parts.get((kind, name))
        return self._present.part(kind, name) if drafted is None else drafted

    def _seen_part(self, kind: str, name: str) -> Rows | None:
        part = self._part(kind, name)
        noun, *_ = OWNED[kind]
        own = part[noun]
        if not own:
            return None
        if kind != "user" or self._departments is None:
            return part
        return part if all(user.department in self._departments for user in own.values()) else None

    def _keep(self, kind: str, name: str, part: Rows) -> None:
        """Add the rows of one entry to the others, except rows that another entry already owns."""
        kept = {noun: dict(rows) for noun, rows in self._part(kind, name).items()}
        for noun, rows in part.items():
            for key, row in rows.items():
                if self._view.row(noun, key) is None:
                    self._changed[noun][key] = kept[noun][key] = row
                else:
                    place = f"company {self.domain}, {kind} {name}"
                    self._reader.error(place, entry_rows.twice(noun, key))
        self._parts[kind, name] = kept


def edit(
    store: Store,
    domain: str,
    by: str | Actor,
    change: Callable[[Draft], None],
    dry_run: bool = False,
    confirm: Callable[[list[Grantee]], None] | None = None,
) -> Outcome:
    """Change the company as `change` does with a draft of it: all of it as one new version, or nothing.

    Invalid and Refused as `Draft.plan` and `planning.apply_plan` say, also for a `dry_run`, which saves nothing.
    `change` is called again if somebody else saved first. After a few tries the company is locked until it is done.
    `confirm` is called before anything is saved, with whoever is granted something and what that reaches; it must not
    wait. What it raises ends the act.
    """

    def once() -> Outcome:
        draft = Draft(store, domain, by=operator(by) if isinstance(by, str) else by)
        change(draft)
        plan = draft.plan()
        asked = confirm if confirm and planning.grants(plan) else None
        if dry_run or asked:
            planning.check(store, plan, by)
        if asked:
            asked(planning.grantees(store, plan))
        if dry_run:
            return Outcome(draft.version, plan, planning.held(store, plan, by), changed=bool(plan))
        if not plan:
            return Outcome(draft.version, plan)
        made = planning.make(store, plan, by)
        version = made.versions[domain]
        return Outcome(version, plan, made.held, made.waiting, changed=version != draft.version)

    for _ in range(_TRIES):
        version = policies.current_version(store, domain)
        try:
            with store.connection():
                return once()
        except (Invalid, Refused):
            if policies.current_version(store, domain) == version:
                raise
    with store.atomic():
        planning.hold(store, domain)
        return once()
