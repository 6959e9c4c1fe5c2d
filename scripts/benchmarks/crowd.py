"""A company of any size, as the document that `fsplug apply` reads."""

from collections.abc import Mapping
from typing import Any

DOMAIN = "acme.example"
_IN_A_GROUP = 10
_DEPARTMENTS = tuple(f"Department {number}" for number in range(20))


def document(users: int) -> Mapping[str, Any]:
    """A company with this many users, each with a desk phone, a fixed number and a place in a ring group."""
    return {
        "company": [
            {
                "domain": DOMAIN,
                "name": "Acme A/S",
                "country": "DK",
                "department": [{"name": name} for name in _DEPARTMENTS],
                "policy": [{"department": name, "incoming": True} for name in _DEPARTMENTS],
                "trunk": [{"name": "trunk", "gateway": "trunk", "sources": ["127.0.0.1"]}],
                "range": [{"first": "+4530000000", "last": "+4539999999"}],
                "user": [_user(number) for number in range(users)],
                "group": [_group(first) for first in range(0, min(users, 1_000), _IN_A_GROUP)],
            }
        ]
    }


def extension(number: int) -> str:
    """The extension of the user with this number; also the username."""
    return str(200_000 + number)


def fixed_number(number: int) -> str:
    """The user's number as dialled from outside."""
    return f"+453{number:07}"


def _user(number: int) -> dict[str, Any]:
    return {
        "username": extension(number),
        "extension": extension(number),
        "name": f"User {number}",
        "department": _DEPARTMENTS[number % len(_DEPARTMENTS)],
        "record": True,
        "fixed_number": fixed_number(number),
        "device": [{"kind": "desk"}],
    }


def _group(first: int) -> dict[str, Any]:
    members = [extension(number) for number in range(first, first + _IN_A_GROUP)]
    return {"number": str(700_000 + first), "name": f"Group {first}", "members": members}
