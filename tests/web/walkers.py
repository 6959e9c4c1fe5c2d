"""Those who walk through the console's routes, and what they ask for: of their company, of another, of nobody's."""

import re
import urllib.parse
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, product, repeat
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from fsplug.lab.story.cast import ACME, BETA, COMPANY_ADMIN, EVERYTHING, MY_CONSOLE, NO_ROLE, SUB_ADMIN, SUPERUSER
from fsplug.store.accounts import sessions, step_up
from fsplug.store.accounts.tokens import hash_of
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.web.kernel.guard import rule_of

URL = "https://console.example"
WALKERS = {
    "nobody": None,
    "no-role": NO_ROLE,
    "my-console": MY_CONSOLE,
    "superuser": SUPERUSER,
    "sub-admin": SUB_ADMIN,
    "company-admin": COMPANY_ADMIN,
    "everything": EVERYTHING,
}
STRANGERS = ("nobody", "no-role")
HOSTILE = (
    "../../etc/passwd",
    "%00",
    "\0",
    "<script>evil()</script>",
    "' OR '1'='1",
    "a" * 300,
    "\u202e\U0001f600",
    "-1",
    "9" * 40,
    "x\r\nSet-Cookie: evil=1",
    "%",
    "[]",
)
# Tables of one company, with what its ids are; the values of other columns that nobody else may see.
_IDS = (
    ("recording", "id"),
    ("call", "id"),
    ("decision", "id"),
    ("share_link", "id"),
    # The recording that is shared: a share is named below it.
    ("share_link", "recording"),
    ("deletion", "batch"),
    ("deletion", "recording"),
    ("mail", "id"),
    ("console_session", "id"),
    ("listen_session", "id"),
)
_SEEN = {
    '"user"': ("name", "email"),
    "decision": ("caller", "answerer"),
    "excluded_number": ("number", "note"),
    "department": ("name",),
    "profile": ("name",),
    "gap": ("decision",),
    "share_link": ("email", "subject"),
}
# What may stand above something else in a path, by its name there, and the tables that have an id of it. The tag of the
# console's own files is nobody's.
_ABOVE: Mapping[str, Sequence[tuple[str, str]]] = {
    "recording": (("recording", "id"), ("share_link", "recording"), ("deletion", "recording")),
    "asked": (),
}
_SHORTEST_MARK = 6
SHORTEST_ID = 10
# What a view takes out of a query string or a form.
_TAKEN = re.compile(r"""(?:args|form|values|filled|typed)(?:\.get|\.getlist)?[(\[]\s*["']([a-z_-]+)["']""")
_NAMED = re.compile(r"""name=["']([a-z_-]+)["']""")
_WEB = Path(__file__).parents[2] / "fsplug" / "web"


@dataclass(frozen=True, slots=True)
class Way:
    """One route by one method; `path` has its arguments in <>, as the route table."""

    method: str
    path: str
    endpoint: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def at(self, *values: str) -> str:
        """The path with these for its arguments, the last for all that are left."""
        quoted = iter(urllib.parse.quote(value, safe="") for value in chain(values, repeat(values[-1])))
        return re.sub("<[^>]+>", lambda _: next(quoted), self.path)

    @property
    def arguments(self) -> int:
        """How many there are to be put in."""
        return self.path.count("<")

    def asked(self, ours: "Ids", others: "Ids") -> list[tuple[str, ...]]:
        """What to put in: hostile text and ids for each, and something of others' below what is ours, or theirs."""
        if not self.arguments:
            return [("",)]
        above = (*ours.above(self._first), *others.above(self._first)) if self.arguments > 1 else ()
        return [*((value,) for value in (*ours, *others, uuid.uuid4().hex, *HOSTILE)), *product(above, others)]

    @property
    def _first(self) -> str:
        return re.findall("<(?:[^:>]+:)?([^>]+)>", self.path)[0]


class Ids(tuple[str, ...]):
    """An id of a company's of each kind, the newest; and a user, a number, a department, a group."""

    _by_column: Mapping[tuple[str, str], str]

    @classmethod
    def of(cls, by_column: Mapping[tuple[str, str], str], others: Sequence[str]) -> "Ids":
        """The ids by the table and the column that hold them, and the others."""
        found = cls((*by_column.values(), *others))
        found._by_column = by_column
        return found

    def above(self, name: str) -> Sequence[str]:
        """Those that lead somewhere where a path has `name` above something else; all, where that is not known."""
        columns = _ABOVE.get(name)
        if columns is None:
            return self
        return [self._by_column[column] for column in columns if column in self._by_column]


def ways(app: Flask) -> list[Way]:
    """Every way into the console."""
    return [
        Way(method, rule.rule, rule.endpoint)
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


@cache
def names_taken() -> list[str]:
    """Every name that some view or form knows."""
    views = (name for path in _WEB.rglob("*.py") for name in _TAKEN.findall(path.read_text(encoding="utf-8")))
    forms = (name for path in _WEB.rglob("*.html") for name in _NAMED.findall(path.read_text(encoding="utf-8")))
    return sorted({*views, *forms} - {"viewport", "htmx-config", "robots"})


@cache
def filled(value: str) -> str:
    """A form, or a query string, that has this text under every name that some view or form knows."""
    return urllib.parse.urlencode(dict.fromkeys(names_taken(), value))


def ids(store: Store, domain: str) -> Ids:
    """Those of this company."""
    company = company_id(store, domain)
    newest = "SELECT {} FROM {} WHERE company = ? ORDER BY {} DESC LIMIT 1"
    found = {one: store.row(newest.format(one[1], one[0], _order(one[0])), company) for one in _IDS}
    others = ("1002", "2001", *(row[0] for row in store.rows("SELECT name FROM department WHERE company = ?", company)))
    return Ids.of({one: str(row[0]) for one, row in found.items() if row}, others)


def nobody_s(theirs: str) -> str:
    """An id of the same shape that nobody has."""
    return f"{'0' if theirs[0] != '0' else '1'}{theirs[1:]}"


def marks(store: Store, domain: str) -> set[str]:
    """Text that is this company's alone, and long enough to be known by."""
    mine, others = (_texts(store, one) for one in (domain, BETA if domain == ACME else ACME))
    return {text for text in mine - others if len(text) >= _SHORTEST_MARK} | {domain}


def rows_of(store: Store, domain: str) -> dict[str, list[Any]]:
    """Everything in the store that belongs to the company."""
    company = company_id(store, domain)
    return {
        table: sorted(store.rows(f'SELECT * FROM "{table}" WHERE company = ?', company), key=repr)
        for table in _tables(store)
    }


@dataclass
class Walker:
    """Somebody with a browser; signs in anew for every request, so that none depends on the one before.

    Unless `is_proved` is False, they have just proved who they are.
    """

    app: Any
    store: Store
    username: str | None
    domain: str = ACME
    is_proved: bool = True

    def ask(self, way: Way, path: str, form: dict[str, Any] | bytes | None = None, **options: Any) -> Any:
        """What they get; a body that never ends is not read."""
        client: FlaskClient = self.app.test_client()
        token, proof = self._signed_in() if self.username else ("", "")
        for name, value in (("session", token), ("step-up", proof)):
            if value:
                client.set_cookie(f"__Host-fsplug-{name}", value, domain="console.example", secure=True)
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        headers |= options.pop("headers", {})
        try:
            return client.open(path, method=way.method, data=form, headers=headers, base_url=URL, **options)
        finally:
            # Else the account's page would list every request of a walk, and the store would grow with each.
            if token:
                self.store.run("DELETE FROM console_session WHERE token_hash = ?", hash_of(token))

    def _signed_in(self) -> tuple[str, str]:
        with self.store.atomic():
            token = sessions.begin(self.store, self.domain, str(self.username), "192.0.2.1", "walker")
            return token, step_up.new_proof(self.store, token) if self.is_proved else ""


def body(answer: Any) -> str:
    """Its text; nothing of a stream."""
    if answer.mimetype == "text/event-stream":
        answer.close()
        return ""
    text: str = answer.get_data().decode("utf-8", "replace")
    return text


def is_open_to_anybody(app: Flask, way: Way) -> bool:
    """Whether no session is needed."""
    rule = rule_of(app, way.endpoint)
    return rule is not None and str(getattr(rule.who, "value", "")) == "anybody"


def _order(table: str) -> str:
    return "made_at" if table == "console_session" else "started_at" if table == "call" else "at"


def _texts(store: Store, domain: str) -> set[str]:
    company = company_id(store, domain)
    asked = [*_SEEN.items(), *((table, (column,)) for table, column in _IDS)]
    return {
        str(value)
        for table, columns in asked
        for row in store.rows(f"SELECT DISTINCT {', '.join(columns)} FROM {table} WHERE company = ?", company)
        for value in row
        if value
    }


def _tables(store: Store) -> list[str]:
    found = store.rows(
        "SELECT one.name FROM sqlite_master AS one JOIN pragma_table_info(one.name) AS has "
        "WHERE one.type = 'table' AND has.name = 'company' ORDER BY one.name"
    )
    return [str(table) for (table,) in found]
