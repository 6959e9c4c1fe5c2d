"""Those who walk through the console's routes, and what they ask for: of their company, of another, of nobody's."""

import re
import urllib.parse
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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

    def asked(self, ours: Sequence[str], others: Sequence[str]) -> list[tuple[str, ...]]:
        """What to put in: hostile text and ids for each, and something of others' below what is ours, or theirs."""
        if not self.arguments:
            return [("",)]
        deep = product((*ours, *others), others) if self.arguments > 1 else ()
        return [*((value,) for value in (*ours, *others, uuid.uuid4().hex, *HOSTILE)), *deep]


def ways(app: Flask) -> list[Way]:
    """Every way into the console."""
    return [
        Way(method, rule.rule, rule.endpoint)
        for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def names_taken() -> list[str]:
    """Every name that some view or form knows."""
    views = (name for path in _WEB.rglob("*.py") for name in _TAKEN.findall(path.read_text(encoding="utf-8")))
    forms = (name for path in _WEB.rglob("*.html") for name in _NAMED.findall(path.read_text(encoding="utf-8")))
    return sorted({*views, *forms} - {"viewport", "htmx-config", "robots"})


def ids(store: Store, domain: str) -> list[str]:
    """An id of the company's of each kind, the newest; and a user, a number, a department, a group."""
    company = company_id(store, domain)
    newest = "SELECT {} FROM {} WHERE company = ? ORDER BY {} DESC LIMIT 1"
    found = [store.row(newest.format(column, table, _order(table)), company) for table, column in _IDS]
    others = ("1002", "2001", *(row[0] for row in store.rows("SELECT name FROM department WHERE company = ?", company)))
    return [*(str(row[0]) for row in found if row), *others]


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
        token = self.username and sessions.begin(self.store, self.domain, self.username, "192.0.2.1", "walker")
        if token:
            client.set_cookie("__Host-fsplug-session", token, domain="console.example", secure=True)
        if token and self.is_proved:
            proof = step_up.new_proof(self.store, token)
            client.set_cookie("__Host-fsplug-step-up", proof, domain="console.example", secure=True)
        headers = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
        headers |= options.pop("headers", {})
        try:
            return client.open(path, method=way.method, data=form, headers=headers, base_url=URL, **options)
        finally:
            # Else the account's page would list every request of a walk.
            if token:
                ended = "UPDATE console_session SET ended_at = ? WHERE token_hash = ? AND ended_at IS NULL"
                self.store.run(ended, self.store.now(), hash_of(token))


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


def _tables(store: Store) -> Iterator[str]:
    for (table,) in store.rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"):
        columns = {row[1] for row in store.rows(f'PRAGMA table_info("{table}")')}
        if "company" in columns:
            yield str(table)
