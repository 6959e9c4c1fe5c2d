"""The people of the story, and how their settings were in the past."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

ACME, BETA = "acme.example", "beta.example"
FIXTURES = Path(__file__).parents[3] / "fixtures"
# One of each role and admin scope at Acme, and the same at Beta.
SUPERUSER, MY_CONSOLE, COMPANY_ADMIN, SUB_ADMIN, EVERYTHING, NO_ROLE = "1005", "1001", "1006", "1007", "1008", "1004"
BETAS_SUPERUSER, BETAS_ADMIN = "1001", "1002"
# The companies began to use fsplug this many days ago.
BEGAN_DAYS = 36
# The value that identifies an entry of a company.
_KEYS = {"department": "name", "user": "username", "group": "number", "policy": "department", "excluded": "number"}

Table = dict[str, Any]


def document() -> Table:
    """Both companies as they are now, as `fsplug apply` reads them."""
    demo, story = (tomllib.loads((FIXTURES / name).read_text(encoding="utf-8")) for name in ("demo.toml", "story.toml"))
    return {"company": _joined(demo["company"], story["company"], "domain")}


def document_of(days_ago: int) -> Table:
    """Both companies as they were this many days ago."""
    then = deepcopy(document())
    acme = next(one for one in then["company"] if one["domain"] == ACME)
    for turn in TURNS:
        if days_ago > turn.days_ago:
            turn.undo(acme)
    return then


class Turn:
    """A change made by one of Acme's people."""

    def __init__(self, days_ago: int, by: str, kind: str, key: str, before: Mapping[str, Any] | None) -> None:
        self.days_ago = days_ago
        self.by = by
        self._entry = (kind, _KEYS[kind], key)
        self._before = before

    def undo(self, company: Table) -> None:
        """Put the entry in the document back: with these values, or absent."""
        kind, name, key = self._entry
        entry = next(one for one in company[kind] if one[name] == key)
        if self._before is None:
            company[kind].remove(entry)
        else:
            entry.update(self._before)


TURNS = (
    Turn(22, SUPERUSER, "excluded", "22 33 44 99", None),
    Turn(15, COMPANY_ADMIN, "user", "1009", {"licences": []}),
    Turn(9, SUPERUSER, "policy", "Support", {"internal": False}),
    Turn(6, EVERYTHING, "group", "2002", {"mode": "department"}),
    Turn(2, COMPANY_ADMIN, "user", "1011", {"role": "none"}),
)


def _joined(base: list[Table], more: list[Table], name: str) -> list[Table]:
    found = {one[name]: one for one in base}
    for one in more:
        found[one[name]] = _on_top(found.get(one[name], {}), one)
    return list(found.values())


def _on_top(base: Table, more: Table) -> Table:
    """`more` over the table. Lists of entries are joined entry by entry where entries have a name."""
    joined = {
        kind: _joined(base.get(kind, []), entries, _KEYS[kind])
        for kind, entries in more.items()
        if kind in _KEYS and isinstance(entries, list)
    }
    return {**base, **more, **joined}
