"""The whole configuration of a company as rows, and which rows belong to one entry of the operator's document."""

from collections.abc import Mapping

from fsplug.store.change.coded import Coded
from fsplug.store.config import companies, devices, grants, groups, ivrs, numbers, policies, profiles, trunks, users
from fsplug.store.config.nouns import Change, Key, Noun, Row
from fsplug.store.config.ranges import RANGE

# The rows of each noun, by key.
Rows = dict[Noun, dict[Key, Row]]

# The tables of a [[company]], in the order they are read, and the rows each of their entries owns; first its own row.
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
    "range": (RANGE,),
    "number": (numbers.NUMBER, numbers.HOURS),
    "trunk": (trunks.TRUNK,),
}
NOUNS: tuple[Noun, ...] = (companies.DETAIL, *(noun for nouns in OWNED.values() for noun in nouns))
KINDS: Mapping[Noun, str] = {noun: kind for kind, nouns in OWNED.items() for noun in nouns}
# The column that names the entry. A user's numbers are keyed by number: nobody shares one.
OWNER: Mapping[Noun, str] = {
    noun: "username" if noun is users.USER_NUMBER else noun.key[0] for noun in NOUNS if noun.key
}


def empty() -> Rows:
    """A company without anything."""
    return {noun: {} for noun in NOUNS}


def nothing(kind: str) -> Rows:
    """An entry of this kind without any rows."""
    return {noun: {} for noun in OWNED[kind]}


def owner(noun: Noun, row: Row) -> str:
    """The name of the entry that the row belongs to."""
    name: str = getattr(row, OWNER[noun])
    return name


def entry_of(change: Change) -> tuple[str, str]:
    """The kind and the name of the entry that the changed row belongs to; "" for the company itself."""
    noun = change.noun
    row = change.before if change.after is None else change.after
    return KINDS.get(noun, ""), owner(noun, row) if noun in OWNER and row is not None else ""


def twice(noun: Noun, key: Key) -> str:
    """What is wrong where two entries, or one of them twice, give a row of this key."""
    *_, name = key
    return Coded("occurs-twice", f"the {noun.name} {name} occurs twice; remove one of them", value=str(name))


def parts(kind: str, rows: Rows) -> dict[str, Rows]:
    """The rows of each entry of a kind, by its name."""
    found: dict[str, Rows] = {}
    for noun in OWNED[kind]:
        for key, row in rows[noun].items():
            name = owner(noun, row)
            if name not in found:
                found[name] = nothing(kind)
            found[name][noun][key] = row
    return found
