"""Rows brought back to the operator's document: what is written reads as the same rows again."""

from collections.abc import Callable, Collection, Mapping
from enum import Enum
from operator import attrgetter
from typing import Any

from fsplug.policy.entities import AdminScope, Role
from fsplug.store.change.entry_rows import OWNED, Rows, parts
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.config.nouns import Noun, Row
from fsplug.store.config.ranges import RANGE

Table = dict[str, Any]


class Secrets(Enum):
    """How the passwords of devices and trunks are written. A device's hash is as good as its password to sign in."""

    LEFT_OUT = "left out"
    HASHED = "devices by their hash, trunks not at all"
    SHOWN = "as they are"


def company(domain: str, rows: Rows, secrets: Secrets, without: Collection[str] = ()) -> Table:
    """The [[company]] of these rows, without the tables `without`."""
    [own] = rows[companies.DETAIL].values()
    tables = {kind: _tables(domain, kind, rows, secrets) for kind in OWNED if kind not in without}
    return {"domain": domain, **detail(own), **tables}


def detail(row: Row) -> Table:
    """The company's own columns."""
    return companies.DETAIL.named(row) | {"languages": (row.languages or row.language).split()}


def entry(domain: str, kind: str, part: Rows, secrets: Secrets = Secrets.LEFT_OUT) -> Table:
    """The table of one entry, from the rows that belong to it."""
    writers: Mapping[str, Callable[[Rows], Table]] = {
        "department": lambda part: _only(part, users.DEPARTMENT),
        "user": lambda part: _user(domain, part, secrets),
        "group": _group,
        "ivr": _ivr,
        "policy": lambda part: _there(_only(part, policies.DEPARTMENT_POLICY)),
        "excluded": lambda part: _only(part, policies.EXCLUDED),
        "range": lambda part: _only(part, RANGE),
        "number": _number,
        "trunk": lambda part: _trunk(part, secrets),
    }
    return writers[kind](part)


def _tables(domain: str, kind: str, rows: Rows, secrets: Secrets) -> list[Table]:
    found = parts(kind, rows)
    return [entry(domain, kind, found[name], secrets) for name in sorted(found)]


def _user(domain: str, part: Rows, secrets: Secrets) -> Table:
    written = _only(part, users.USER)
    known = _sorted(part, users.USER_NUMBER, "position", "kind", "number")
    written |= {
        "role": None if written["role"] == Role.NONE else written["role"],
        "admin": None if written["admin"] == AdminScope.NONE else written["admin"],
        "fixed_number": next((one.number for one in known if one.kind == "fixed"), None),
        "mobile_numbers": [one.number for one in known if one.kind == "mobile"],
        "verified_numbers": [one.number for one in known if one.kind == "mobile" and one.verified],
        "admin_departments": [one.department for one in _sorted(part, grants.ADMIN_DEPARTMENT, "department")],
        "licences": [one.licence for one in _sorted(part, grants.LICENCE, "licence")],
        "rights": [one.right_name for one in _sorted(part, grants.RIGHT, "right_name")],
        "device": [_device(domain, one, secrets) for one in _sorted(part, devices.DEVICE, "name")],
        "profile": [
            {"name": one.name, **profiles.PROFILE.named(one)} for one in _sorted(part, profiles.PROFILE, "name")
        ],
    }
    return _there(written)


def _device(domain: str, device: Row, secrets: Secrets) -> Table:
    written = {
        "name": device.name,
        "kind": device.kind,
        "number": device.number,
        "sip_username": device.sip_username,
    }
    if secrets is Secrets.LEFT_OUT:
        return _there(written)
    if device.password is None:
        written["a1_hash"] = device.a1_hash
    elif secrets is Secrets.SHOWN:
        written["password"] = device.password
    else:
        written["a1_hash"] = devices.a1_hash(device.sip_username, domain, device.password)
    return _there(written)


def _group(part: Rows) -> Table:
    written = _only(part, groups.RING_GROUP)
    written["overflow"] = _target(written.pop("overflow_kind"), written.pop("overflow_to"))
    members = [one.username for one in _sorted(part, groups.MEMBER, "position", "username")]
    # A group of before there were policies has none.
    policy = next(map(policies.GROUP_POLICY.named, part[policies.GROUP_POLICY].values()), {})
    return _there({**written, "members": members, **policy}, "members")


def _ivr(part: Rows) -> Table:
    written = _only(part, ivrs.IVR)
    written["default"] = _target(written.pop("default_kind"), written.pop("default_to"))
    written["choices"] = {one.digit: _target(one.kind, one.target) for one in _sorted(part, ivrs.CHOICE, "digit")}
    written["prompts"] = {one.language: one.file for one in _sorted(part, ivrs.PROMPT, "language")}
    return written


def _number(part: Rows) -> Table:
    written = _only(part, numbers.NUMBER)
    target = {"user": written.pop("username"), "group": written.pop("group"), "ivr": written.pop("ivr")}
    closed = _target(written.pop("closed_kind"), written.pop("closed_to"))
    its_hours = _sorted(part, numbers.HOURS, "days", "opens")
    hours = [f"{one.days} {one.opens}-{one.closes}" for one in its_hours]
    return _there({**written, **target, "hours": hours, "closed": closed})


def _trunk(part: Rows, secrets: Secrets) -> Table:
    written = _only(part, trunks.TRUNK)
    written["prefixes"] = written["prefixes"].split()
    written["sources"] = written["sources"].split()
    if secrets is not Secrets.SHOWN:
        del written["password"], written["inbound_password"]
    return _there(written, "prefixes")


def _only(part: Rows, noun: Noun) -> Table:
    """The columns of the one row that this entry has of the noun."""
    [row] = part[noun].values()
    columns: Table = row._asdict()
    return columns


def _sorted(part: Rows, noun: Noun, *columns: str) -> list[Row]:
    return sorted(part[noun].values(), key=attrgetter(*columns))


def _target(kind: str | None, to: str | None) -> Table | None:
    return {kind: to} if kind is not None else None


def _there(table: Table, *always: str) -> Table:
    """The table without what is empty, but for the keys `always`."""
    return {name: value for name, value in table.items() if name in always or value not in (None, [])}
