"""What a user holds and allows at a policy version, as the gate of listen-in asks it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fsplug.policy.entities import Licence, Right
from fsplug.policy.listening.gate import CompanyRules, Standing
from fsplug.store.config import companies, grants, profiles
from fsplug.store.config.nouns import Noun
from fsplug.store.config.versioned import HOLDS, company_id
from fsplug.store.db.database import Row, Store
from fsplug.store.db.pages import in_batches


@dataclass(slots=True)
class Held:
    """What a user holds at one policy version; `profiles` say by name whether they allow others to listen."""

    licences: set[Licence] = field(default_factory=set)
    rights: set[Right] = field(default_factory=set)
    profiles: dict[str, bool] = field(default_factory=dict)
    active: str | None = None

    def with_profile(self, name: str | None) -> Standing:
        """As the gate asks it, for the profile of this name."""
        allows = name is not None and self.profiles.get(name, False)
        return Standing(frozenset(self.licences), frozenset(self.rights), allows)


def standing(store: Store, domain: str, username: str, version: int) -> Standing:
    """The user's licences and rights at this version, and whether the profile that was active then allows it."""
    active = profiles.active(store, domain, username, version)
    return _standing(store, domain, username, version, active is not None and active.allow_listen)


def standing_now(store: Store, domain: str, username: str, began_under: int, version: int) -> Standing:
    """The same as of `version`, for the profile that was active when the call began, whichever is active today."""
    then = profiles.active(store, domain, username, began_under)
    found = profiles.profiles(store, domain, username, version) if then is not None else []
    allows = any(profile.allow_listen for profile in found if then is not None and profile.name == then.name)
    return _standing(store, domain, username, version, allows)


def listen_rules(store: Store, domain: str) -> CompanyRules:
    """What the company says about listening in, now."""
    company = companies.get(store, domain)
    return CompanyRules(apps_may_listen=company.listen_from_app, colleagues_must_allow=company.listen_consent)


def held(store: Store, domain: str, usernames: Collection[str], version: int) -> Mapping[str, Held]:
    """What each of these users holds at a version: three statements for all of them."""
    found = {username: Held() for username in usernames}
    for username, licence in _rows(store, domain, grants.LICENCE, usernames, version):
        found[username].licences.add(Licence(licence))
    for username, right in _rows(store, domain, grants.RIGHT, usernames, version):
        found[username].rights.add(Right(right))
    for username, name, allow_listen, is_active in _rows(store, domain, profiles.PROFILE, usernames, version):
        found[username].profiles[name] = bool(allow_listen)
        if is_active:
            found[username].active = name
    return found


def _rows(store: Store, domain: str, noun: Noun[Any, Any], usernames: Collection[str], version: int) -> list[Row]:
    columns, found = ", ".join(f"g.{name}" for name in (*noun.key, *noun.values)), []
    for some in in_batches(usernames):
        marks = ", ".join("?" * len(some))
        sql = f"SELECT {columns} FROM {noun.table} g WHERE g.company = ? AND g.username IN ({marks})"
        which = (company_id(store, domain), *some, version, version)
        found += store.rows(f"{sql} AND {HOLDS.format('g')} ORDER BY 1, 2", *which)
    return found


def _standing(store: Store, domain: str, username: str, version: int, allows: bool) -> Standing:
    held = (grants.licences(store, domain, username, version), grants.rights(store, domain, username, version))
    return Standing(*held, allows)
