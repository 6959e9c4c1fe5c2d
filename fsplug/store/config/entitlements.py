"""The licences and rights a user holds and what the user allows at a policy version, for the listening gate."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fsplug.policy.entities import Licence, Right
from fsplug.policy.listening.gate import NO_ENTITLEMENTS, CompanyRules, Entitlements
from fsplug.store.config import companies, grants, profiles, users
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.schema.history import holds
from fsplug.store.schema.users import LicenceGrants, Profiles, RightGrants


@dataclass(frozen=True, slots=True)
class _Licence:
    username: str
    licence: Licence


@dataclass(frozen=True, slots=True)
class _Right:
    username: str
    right_name: Right


@dataclass(frozen=True, slots=True)
class _Profile:
    username: str
    name: str
    allow_listen: bool
    active: bool


def _of_users(table: Any, shape: Any) -> Any:
    selected = columns(shape, table)
    which = (table.company == given.company) & table.username.in_(given_each.usernames)
    return table.select(*selected).where(which & holds(table, given.version)).order_by(*selected[:2])


_LICENCES = Select(_Licence, lambda: _of_users(LicenceGrants, _Licence))
_RIGHTS = Select(_Right, lambda: _of_users(RightGrants, _Right))
_PROFILES = Select(_Profile, lambda: _of_users(Profiles, _Profile))


@dataclass(slots=True)
class Held:
    """What a user holds at one policy version; `profiles` say by name whether they allow others to listen."""

    licences: set[Licence] = field(default_factory=set)
    rights: set[Right] = field(default_factory=set)
    profiles: dict[str, bool] = field(default_factory=dict)
    active: str | None = None

    def with_profile(self, name: str | None) -> Entitlements:
        """The facts that the listening gate asks for, with the profile of this name."""
        allows = name is not None and self.profiles.get(name, False)
        return Entitlements(frozenset(self.licences), frozenset(self.rights), allows)


def of_user(store: Store, domain: str, username: str, version: int) -> Entitlements:
    """The user's licences and rights at this version, and whether the profile that was active then allows it."""
    active = profiles.active(store, domain, username, version)
    return _of_user(store, domain, username, version, active is not None and active.allow_listen)


def of_user_in_call(store: Store, domain: str, username: str, began_under: int, version: int) -> Entitlements:
    """As `of_user`, at `version`, for the profile that was active when the call began.

    Nothing of a person who was given the username since: the one in the call is another.
    """
    if has_passed_on(store, domain, username, began_under, version):
        return NO_ENTITLEMENTS
    then = profiles.active(store, domain, username, began_under)
    found = profiles.profiles(store, domain, username, version) if then is not None else []
    allows = any(profile.allow_listen for profile in found if then is not None and profile.name == then.name)
    return _of_user(store, domain, username, version, allows)


def has_passed_on(store: Store, domain: str, username: str, began_under: int, version: int) -> bool:
    """Whether the username is another person's at `version` than when a call began under `began_under`."""
    return began_under < version and users.tenure(store, domain, username).version > began_under


def listen_rules(store: Store, domain: str) -> CompanyRules:
    """The company's own rules for listening in, now."""
    company = companies.get(store, domain)
    return CompanyRules(apps_may_listen=company.listen_from_app, colleagues_must_allow=company.listen_consent)


def held(store: Store, domain: str, usernames: Collection[str], version: int) -> Mapping[str, Held]:
    """What each of these users holds at a version: three statements for all of them."""
    found = {username: Held() for username in usernames}
    at: dict[str, Any] = {"company": company_id(store, domain), "version": version}
    for some in in_batches(usernames):
        for licence in _LICENCES.rows(store, **at, usernames=some):
            found[licence.username].licences.add(licence.licence)
        for right in _RIGHTS.rows(store, **at, usernames=some):
            found[right.username].rights.add(right.right_name)
        for profile in _PROFILES.rows(store, **at, usernames=some):
            found[profile.username].profiles[profile.name] = profile.allow_listen
            if profile.active:
                found[profile.username].active = profile.name
    return found


def _of_user(store: Store, domain: str, username: str, version: int, allows: bool) -> Entitlements:
    held = (grants.licences(store, domain, username, version), grants.rights(store, domain, username, version))
    return Entitlements(*held, allows)
