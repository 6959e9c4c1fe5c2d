"""The whole configuration of a company as rows, and which rows belong to one entry of the operator's document."""

from collections.abc import Iterator, Mapping

from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.config.nouns import Noun
from fsplug.store.db.database import Row

Rows = dict[Noun, dict[Row, Row]]

# The tables of a [[company]], in the order they are read, and the rows each of their entries owns.
OWNED: Mapping[str, tuple[Noun, ...]] = {
    "department": (users.DEPARTMENT,),
    "user": (
        users.USER,
        users.USER_NUMBER,
        grants.ADMIN_DEPARTMENT,
        grants.LICENCE,
        grants.RIGHT,
        devices.DEVICE,
        profiles.PROFILE,
    ),
    "group": (groups.RING_GROUP, groups.MEMBER, policies.GROUP_POLICY),
    "ivr": (ivrs.IVR, ivrs.PROMPT, ivrs.CHOICE),
    "policy": (policies.DEPARTMENT_POLICY,),
    "excluded": (policies.EXCLUDED,),
    "number": (numbers.NUMBER, numbers.HOURS),
    "trunk": (trunks.TRUNK,),
}
NOUNS = (companies.DETAIL, *(noun for nouns in OWNED.values() for noun in nouns))


def empty() -> Rows:
    """A company without anything."""
    return {noun: {} for noun in NOUNS}


def nothing(kind: str) -> Rows:
    """An entry of this kind without any rows."""
    return {noun: {} for noun in OWNED[kind]}


def owner(noun: Noun, key: Row, values: Row) -> str:
    """The name of the entry that the row belongs to."""
    # A user's numbers are keyed by number: nobody shares one.
    name: str = values[0] if noun is users.USER_NUMBER else key[0]
    return name


def parts(kind: str, rows: Rows) -> dict[str, Rows]:
    """The rows of each entry of a kind, by its name."""
    found: dict[str, Rows] = {}
    for noun, key, values in _rows(kind, rows):
        name = owner(noun, key, values)
        if name not in found:
            found[name] = nothing(kind)
        found[name][noun][key] = values
    return found


def _rows(kind: str, rows: Rows) -> Iterator[tuple[Noun, Row, Row]]:
    for noun in OWNED[kind]:
        for key, values in rows[noun].items():
            yield noun, key, values
