"""A plan: what would change, company by company, and how it reads."""

from collections.abc import Iterator
from dataclasses import dataclass

from fsplug.store.change.credentials import Made
from fsplug.store.config.nouns import Change


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """What would change in one company, which is at `version` (0: it doesn't exist yet).

    `made` are the passwords that are made at random with it.
    """

    domain: str
    version: int
    changes: tuple[Change, ...]
    made: tuple[Made, ...] = ()

    def lines(self) -> Iterator[str]:
        """One line for each change, for people."""
        return (f"{self.domain}: {_line(change)}" for change in self.changes)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document would change. A plan with changes is true; its text lists the changes."""

    companies: tuple[CompanyPlan, ...]

    def __bool__(self) -> bool:
        return any(company.changes for company in self.companies)

    def __str__(self) -> str:
        lines = [line for company in self.companies for line in company.lines()]
        return "\n".join(lines) or "nothing to change"

    @property
    def changes(self) -> list[Change]:
        """Every change, company by company."""
        return [change for company in self.companies for change in company.changes]

    @property
    def made(self) -> list[Made]:
        """Every password that is made at random, company by company."""
        return [one for company in self.companies for one in company.made]


def _line(change: Change) -> str:
    what = " ".join((change.action, change.noun.name, *change.key))
    if change.action == "remove":
        return what
    before = change.noun.named(change.before) if change.before is not None else {}
    after, shown = change.noun.named(change.after), change.noun.shown(change.after)
    changed = (name for name, value in after.items() if before.get(name) != value)
    details = [_detail(name, change, shown[name]) for name in changed]
    return f"{what}: {', '.join(details)}" if details else what


def _detail(name: str, change: Change, value: object) -> str:
    if name in change.noun.secrets:
        return f"{name} {value}"
    before = change.noun.named(change.before)[name] if change.before is not None else None
    return f"{name} {before!r} -> {value!r}" if change.before is not None else f"{name} {value!r}"
