"""Users' states: one is active at a time, and each says whether others may listen in."""

from dataclasses import dataclass
from typing import Any

from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given
from fsplug.store.schema.history import holds
from fsplug.store.schema.users import Profiles

PROFILE = Noun("profile", Profiles)


@dataclass(frozen=True, slots=True)
class Profile:
    """One state of a user, such as available or meeting."""

    name: str
    allow_listen: bool = False
    active: bool = False


def _profiles_at() -> Any:
    which = (Profiles.company == given.company) & (Profiles.username == given.username)
    return Profiles.select(*columns(Profile, Profiles)).where(which & holds(Profiles, given.version))


_OF_USER = Select(Profile, lambda: _profiles_at().order_by(Profiles.name))
_ACTIVE = Select(Profile, lambda: _profiles_at().where(Profiles.active))


def profiles(store: Store, domain: str, username: str, version: int) -> list[Profile]:
    """The user's profiles as of a policy version, by name."""
    return _OF_USER.rows(store, company=company_id(store, domain), username=username, version=version)


def active(store: Store, domain: str, username: str, version: int) -> Profile | None:
    """The user's active profile as of a policy version; None for a user without profiles, who allows nothing."""
    return _ACTIVE.row(store, company=company_id(store, domain), username=username, version=version)
