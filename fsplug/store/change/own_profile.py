"""Users choose their own active profile, whatever their role."""

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.store.change.draft import Draft, edit
from fsplug.store.config.profiles import PROFILE
from fsplug.store.db.database import Store


def choose(store: Store, actor: Actor, name: str) -> bool:
    """Make one of the actor's own profiles the active one, from the next call on; False if it is active already.

    Refused if the actor is not a user, Invalid("unknown-profile") if the user has no profile of that name.
    """
    if actor.company is None:
        raise Refused("not-allowed", f"{actor.name} is not a user and has no profile; act as one with --as")

    def put(draft: Draft) -> None:
        its = draft.rows(PROFILE, "username", actor.name)
        if name not in {one.name for one in its}:
            raise Invalid("unknown-profile", f"{actor.logged_name} has no profile {name[:100]}", name=name)
        # Only these rows: whatever else is wrong with the user is not for the user to mend.
        draft.put_rows(PROFILE, actor.name, PROFILE.by_key(one._replace(active=one.name == name) for one in its))

    return edit(store, actor.company, actor, put).changed
