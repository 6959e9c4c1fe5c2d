"""Users' states: one is active at a time, and each says whether others may listen in."""

from dataclasses import dataclass
from typing import NamedTuple

from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store


class ProfileKey(NamedTuple):
    """A profile by its user and its name there."""

    username: str
    name: str


class ProfileRow(NamedTuple):
    """Whether others may listen in meanwhile, and whether it is the one that counts now."""

    allow_listen: bool
    active: bool


PROFILE = Noun("profile", "profile", ProfileKey, ProfileRow)

_PROFILES = f"""SELECT p.name, p.allow_listen, p.active FROM profile p
    WHERE p.company = ? AND p.username = ? AND {HOLDS.format("p")}"""


@dataclass(frozen=True, slots=True)
class Profile:
    """One state of a user, such as available or meeting."""

    name: str
    allow_listen: bool = False
    active: bool = False


def profiles(store: Store, domain: str, username: str, version: int) -> list[Profile]:
    """The user's profiles as of a policy version, by name."""
    return _profiles(store, domain, username, version, " ORDER BY p.name")


def active(store: Store, domain: str, username: str, version: int) -> Profile | None:
    """The user's active profile as of a policy version; None for a user without profiles, who allows nothing."""
    return next(iter(_profiles(store, domain, username, version, " AND p.active")), None)


def _profiles(store: Store, domain: str, username: str, version: int, which: str) -> list[Profile]:
    found = store.rows(f"{_PROFILES}{which}", company_id(store, domain), username, version, version)
    return [_profile(row) for row in found]


def _profile(row: Row) -> Profile:
    name, allow_listen, active = row
    return Profile(name, bool(allow_listen), bool(active))
