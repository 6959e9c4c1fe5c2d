"""The names of the people who did something."""

from collections.abc import Iterable, Mapping

from fsplug.policy.access.scopes import logged_name, outsider
from fsplug.store.change.reached import Grantee
from fsplug.store.config import policies, users
from fsplug.store.db.database import Store


def of_users(store: Store, domain: str, usernames: Iterable[str | None]) -> Mapping[str, str]:
    """The name of each of these users by username; the username itself if the user has no name or no longer exists."""
    wanted = {username for username in usernames if username}
    known = users.named(store, domain, wanted, policies.current_version(store, domain))
    return {one: known[one].name or one if one in known else one for one in wanted}


def of_actors(store: Store, domain: str, actors: Iterable[str]) -> Mapping[str, str]:
    """The same for the actors in a trail: the company's users by name, any other actor as recorded."""
    wanted = set(actors)
    usernames = {actor: username for actor in wanted if (username := username_of(actor, domain))}
    names = of_users(store, domain, usernames.values())
    return {actor: names[usernames[actor]] if actor in usernames else outside(actor, domain) for actor in wanted}


def of_setters(store: Store, domain: str, grantees: Iterable[Grantee]) -> Mapping[str, str]:
    """The same for the actors who set what these grantees are reached by."""
    return of_actors(store, domain, (one.set_by for grantee in grantees for one in grantee.things))


def outside(actor: str, domain: str) -> str:
    """An actor who is not a user, without brackets, unless that would look like a user's name."""
    typed = actor[1:-1] if actor == outsider(actor[1:-1]) else actor
    return typed if username_of(typed, domain) is None else actor


def username_of(actor: str, domain: str) -> str | None:
    """The company's user behind this actor, or None."""
    username, _, _ = actor.rpartition("@")
    return username if username and actor == logged_name(username, domain) else None
