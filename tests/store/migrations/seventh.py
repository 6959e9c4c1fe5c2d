"""A database as it was after step 7, with recordings of every kind; and what step 8 makes of it."""

import json
from pathlib import Path
from typing import Any

from fsplug.store.db.database import Store

TABLES = ("keyword", "number_part", "recording_keyword", "filed_recording")
# Written by the step as it was released.
FILED = Path(__file__).parent / "seventh_filed.json"

_COMPANIES = (("c1", "acme.example", "DK"), ("c2", "beta.example", "SE"))
_DETAIL = """INSERT INTO company_detail (company, name, country, language, timezone, languages, since, until)
    VALUES (?, 'A company', ?, 'da', 'UTC', 'da', ?, ?)"""
_RECORDING = """INSERT INTO recording (id, company, call, decision, username, decided_at, sealed_at)
    VALUES (?, ?, 'call', ?, ?, ?, 9.0)"""
_DECISION = """INSERT INTO decision (id, company, call, talk, at, version, username, record, rule, reason, direction,
    grp, caller, answerer, inputs) VALUES (?, ?, 'call', ?, 1.0, 1, NULL, ?, 'r', 'r', ?, ?, ?, ?, ?)"""
_DELETION = """INSERT INTO deletion (recording, company, batch, at, deleted_by, undo_until, next_at)
    VALUES (?, 'c1', 'b', 1.0, 'root', 2.0, 2.0)"""


def _user(username: str, name: str, department: str | None, *numbers: str) -> dict[str, Any]:
    return {"user": {"username": username, "name": name, "department": department}, "numbers": list(numbers)}


def _outside(*numbers: str) -> dict[str, Any]:
    return {"user": None, "numbers": list(numbers)}


ANNA, BO = _user("1001", "Anna", "Sales", "1001", "+4570101001"), _user("1002", "Bo", "Blåbær", "1002")
NOBODYS = {"caller": None, "answerer": "no party"}
# Company, user, direction, group, caller, answerer, inputs.
_TALKS: tuple[tuple[str, str | None, str, str | None, str, str, dict[str, Any]], ...] = (
    ("c1", "1001", "incoming", "2001", "+4522334455", "1001", {"caller": _outside("22334455"), "answerer": ANNA}),
    ("c1", "1001", "outgoing", None, "1001", "0046 8 123 456", {"caller": ANNA, "answerer": _outside("0046 8 123456")}),
    ("c1", "1002", "internal", None, "1001", "1002", {"caller": ANNA, "answerer": BO}),
    ("c1", None, "incoming", "2002", "", "1002", {"caller": _outside("+45 22 33 44 55", "sip:112@x"), "answerer": BO}),
    ("c1", "1002", "incoming", "2001", "112", "1002", {"caller": _outside("112", "anonymous"), "answerer": BO}),
    ("c1", "1001", "outgoing", None, "1001", "\u0662\u0662\u0663\u0663", {"caller": ANNA, "answerer": _outside()}),
    ("c1", "1001", "incoming", None, '"N" <tel:2233;phone-context=+4512>', "1001", {}),
    ("c1", "1003", "incoming", None, "12", "9" * 40, NOBODYS),
    ("c2", "anna", "incoming", "2001", "070-174 06 05", "anna", {"caller": _outside("46701740605")}),
    ("c2", "\u00f8re", "outgoing", None, "x\u200b", "+46 (0)8 12 34 56", {"answerer": _outside("08123456")}),
)


def furnish(store: Store) -> None:
    """Two companies; a recording of each talk above, and some that are deleted, undecided, or nobody's."""
    with store.atomic():
        for company, domain, country in _COMPANIES:
            store.run("INSERT INTO company (id, domain, version) VALUES (?, ?, 2)", company, domain)
            store.run(_DETAIL, company, "NO", 1, 2)
            store.run(_DETAIL, company, country, 2, None)
        for number, (company, user, *talk, inputs) in enumerate(_TALKS):
            text = json.dumps(inputs, ensure_ascii=False)
            store.run(_DECISION, f"d{number}", company, f"t{number}", True, *talk, text)
            store.run(_RECORDING, f"r{number}", company, f"d{number}", user, 100.0 + number)
        store.run(_RECORDING, "another's decision", "c2", "d0", "anna", 200.0)
        store.run(_RECORDING, "deleted", "c1", "d0", "1001", 201.0)
        store.run(_DELETION, "deleted")
        store.run(_RECORDING, "nobody's", None, None, None, 202.0)
        store.run(_RECORDING, "undecided", "c1", "not there yet", None, 203.0)
        for number in range(1_200):
            store.run(_RECORDING, f"x{number:04}", "c1", "d0", "1001", 300.0 + number)


def rows(store: Store) -> dict[str, list[list[Any]]]:
    """All that recordings are found by, in order. Those of the many alike are counted."""
    found = {table: [list(row) for row in store.rows(f"SELECT * FROM {table}")] for table in TABLES}
    for table in ("recording_keyword", "filed_recording"):
        place = 2 if table == "recording_keyword" else 0
        alike = [row for row in found[table] if str(row[place]).startswith("x")]
        some = [row for row in alike if row[place] in ("x0000", "x1199")]
        others = [row for row in found[table] if row not in alike]
        found[table] = [*others, *some, [len(alike)]]
    found["filed_recording"] = [
        [*row[:2], bool(row[2]), row[3]] if len(row) > 1 else row for row in found["filed_recording"]
    ]
    return {table: sorted(its, key=repr) for table, its in found.items()}
