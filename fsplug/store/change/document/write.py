"""Rows brought back to the operator's document: what is written reads as the same rows again."""

from collections.abc import Callable, Mapping
from typing import Any

from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change.entry_rows import OWNED, AnyNoun, Rows, parts
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.db.database import Row

Table = dict[str, Any]


def company(domain: str, rows: Rows, show_secrets: bool = False) -> Table:
    """The [[company]] of these rows. Passwords stand in it with `show_secrets` only; devices come with their hash."""
    written = detail(rows[companies.DETAIL][()])
    tables = {kind: [entry(domain, kind, part, show_secrets) for _, part in _sorted(kind, rows)] for kind in OWNED}
    return {"domain": domain, **written, **tables}


def detail(row: Row) -> Table:
    """The company's own columns."""
    written = companies.DETAIL.named(row)
    return written | {"languages": (written["languages"] or written["language"]).split()}


def entry(domain: str, kind: str, part: Rows, show_secrets: bool = False) -> Table:
    """The table of one entry, from the rows that belong to it."""
    writers: Mapping[str, Callable[[Rows], Table]] = {
        "department": lambda part: {"name": next(iter(part[users.DEPARTMENT]))[0]},
        "user": lambda part: _user(domain, part, show_secrets),
        "group": _group,
        "ivr": _ivr,
        "policy": lambda part: _there(_only("department", part, policies.DEPARTMENT_POLICY)),
        "excluded": lambda part: _only("number", part, policies.EXCLUDED),
        "number": _number,
        "trunk": lambda part: _trunk(part, show_secrets),
    }
    return writers[kind](part)


def _sorted(kind: str, rows: Rows) -> list[tuple[str, Rows]]:
    return sorted(parts(kind, rows).items(), key=lambda named: named[0])


def _user(domain: str, part: Rows, show_secrets: bool) -> Table:
    written = _only("username", part, users.USER)
    known = sorted((position, kind, number) for (number,), (_, kind, position) in part[users.USER_NUMBER].items())
    written |= {
        "role": None if written["role"] == Role.NONE else written["role"],
        "admin": None if written["admin"] == AdminScope.NONE else written["admin"],
        "fixed_number": next((number for _, kind, number in known if kind == "fixed"), None),
        "mobile_numbers": [number for _, kind, number in known if kind == "mobile"],
        "admin_departments": _second(part, grants.ADMIN_DEPARTMENT),
        "licences": _second(part, grants.LICENCE),
        "rights": _second(part, grants.RIGHT),
        "device": [
            _device(domain, name, devices.DEVICE.named(row), show_secrets)
            for (_, name), row in sorted(part[devices.DEVICE].items(), key=_by_key)
        ],
        "profile": [
            {"name": name, **profiles.PROFILE.named(row)} for (_, name), row in sorted(part[profiles.PROFILE].items())
        ],
    }
    return _there(written)


def _device(domain: str, name: str, device: Table, show_secrets: bool) -> Table:
    written = {"name": name, "kind": device["kind"], "number": device["number"], "sip_username": device["sip_username"]}
    password = device["password"]
    if show_secrets and password is not None:
        written["password"] = password
    elif password is not None:
        written["a1_hash"] = devices.a1_hash(device["sip_username"], domain, password)
    else:
        written["a1_hash"] = device["a1_hash"]
    return _there(written)


def _group(part: Rows) -> Table:
    written = _only("number", part, groups.RING_GROUP)
    written["overflow"] = _target(written.pop("overflow_kind"), written.pop("overflow_to"))
    members = sorted((position, username) for (_, username), (position,) in part[groups.MEMBER].items())
    # A group of before there were policies has none.
    policy = next(map(policies.GROUP_POLICY.named, part[policies.GROUP_POLICY].values()), {})
    return _there({**written, "members": [username for _, username in members], **policy}, "members")


def _ivr(part: Rows) -> Table:
    written = _only("number", part, ivrs.IVR)
    written["default"] = _target(written.pop("default_kind"), written.pop("default_to"))
    written["choices"] = {digit: _target(*target) for (_, digit), target in sorted(part[ivrs.CHOICE].items())}
    written["prompts"] = {language: file for (_, language), (file,) in sorted(part[ivrs.PROMPT].items())}
    return written


def _number(part: Rows) -> Table:
    written = _only("number", part, numbers.NUMBER)
    target = {"user": written.pop("username"), "group": written.pop("grp"), "ivr": written.pop("ivr")}
    closed = _target(written.pop("closed_kind"), written.pop("closed_to"))
    hours = [f"{days} {opens}-{closes}" for (_, days, opens), (closes,) in sorted(part[numbers.HOURS].items())]
    return _there({**written, **target, "hours": hours, "closed": closed})


def _trunk(part: Rows, show_secrets: bool) -> Table:
    written = _only("name", part, trunks.TRUNK)
    written["prefixes"] = written["prefixes"].split()
    if not show_secrets:
        del written["password"]
    return _there(written, "prefixes")


def _only(key: str, part: Rows, noun: AnyNoun) -> Table:
    [(natural, values)] = part[noun].items()
    return {key: natural[0], **noun.named(values)}


def _second(part: Rows, noun: AnyNoun) -> list[str]:
    return sorted(key[1] for key in part[noun])


def _by_key(item: tuple[Row, Row]) -> Row:
    return item[0]


def _target(kind: str | None, to: str | None) -> Table | None:
    return {kind: to} if kind is not None else None


def _there(table: Table, *always: str) -> Table:
    """The table without what is empty, but for the keys `always`."""
    return {name: value for name, value in table.items() if name in always or value not in (None, [])}
