"""What a user holds and allows at a policy version, as the gate of listen-in asks it."""

from fsplug.policy.listening import House, Standing
from fsplug.store import companies, grants, profiles
from fsplug.store.database import Store


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


def house(store: Store, domain: str) -> House:
    """What the company says about listening in, now."""
    company = companies.get(store, domain)
    return House(apps_may_listen=company.listen_from_app, colleagues_must_allow=company.listen_consent)


def _standing(store: Store, domain: str, username: str, version: int, allows: bool) -> Standing:
    held = (grants.licences(store, domain, username, version), grants.rights(store, domain, username, version))
    return Standing(*held, allows)
