"""People's own states: which of their profiles is the active one is theirs to say, whoever they are."""

from fsplug.errors import Invalid, Refused
from fsplug.policy.access.scopes import Actor
from fsplug.store.change import permission
from fsplug.store.config import profiles
from fsplug.store.config.nouns import Change
from fsplug.store.config.profiles import PROFILE
from fsplug.store.config.versioned import hold, revise
from fsplug.store.db.database import Store


def choose(store: Store, actor: Actor, name: str) -> bool:
    """Make a profile of the actor's own the active one, from the next call on; False if it is so already.

    Refused for one who is no user, Invalid("unknown-profile") when they have none of that name.
    """
    if actor.company is None:
        raise Refused("not-allowed", f"{actor.name} is no user and has no profile; act as one with --as")
    with store.atomic():
        version = hold(store, actor.company)
        its = profiles.profiles(store, actor.company, actor.name, version)
        if name not in {one.name for one in its}:
            raise Invalid("unknown-profile", f"{actor.told} has no profile {name[:100]}", name=name)
        places = [((actor.name, one.name), (one.allow_listen, one.active), one.name == name) for one in its]
        changes = [
            Change(PROFILE, key, before, (before[0], is_active))
            for key, before, is_active in places
            if before[1] is not is_active
        ]
        permission.check(store, actor.company, changes, actor)
        with revise(store, actor.company, actor.told) as revision:
            if changes:
                # First every end: of a user's profiles one is active at any time.
                revision.close(changes)
                revision.open(changes)
        return bool(changes)
