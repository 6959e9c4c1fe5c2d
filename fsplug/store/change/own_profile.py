"""Users choose their own active profile, whatever their role."""

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.store.change import draft
from fsplug.store.change.draft import Draft
from fsplug.store.db.database import Store


def choose(store: Store, actor: Actor, name: str) -> bool:
    """Make one of the actor's own profiles the active one, from the next call on; False if it is active already.

    Refused if the actor is not a user, Invalid("unknown-profile") if the user has no profile of that name.
    """
    if actor.company is None:
        raise Refused("not-allowed", f"{actor.name} is no user and has no profile; act as one with --as")

    def put(drafted: Draft) -> None:
        user = drafted.entry("user", actor.name) if drafted.has("user", actor.name) else {}
        its = user.get("profile", [])
        if name not in {one["name"] for one in its}:
            raise Invalid("unknown-profile", f"{actor.logged_name} has no profile {name[:100]}", name=name)
        chosen = [{**one, "active": one["name"] == name} for one in its]
        drafted.put("user", {**user, "profile": chosen}, actor.name)

    return draft.edit(store, actor.company, actor, put).changed
