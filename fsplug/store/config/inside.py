"""What a dialled number reaches inside a company, in the order in which the dialplan looks it up."""

from dataclasses import dataclass

from fsplug.policy.numbers import is_emergency, normalise
from fsplug.store.config import groups, ivrs, numbers, policies, users
from fsplug.store.db.database import Store


@dataclass(frozen=True, slots=True)
class Inside:
    """A user, a ring group, an IVR or a number of the company: what to dial, and whose phones alone that rings."""

    dial: str
    user: str | None = None


def reached(store: Store, domain: str, dialled: str, version: int) -> Inside | None:
    """What this number reaches as of a policy version. None for everything outside, emergency numbers included."""
    country = policies.snapshot(store, domain, version).country
    if is_emergency(dialled, country):
        return None
    e164 = normalise(dialled, country)
    if e164 and (route := numbers.route_at(store, domain, e164, version)):
        return Inside(e164, route.user)
    user = users.by_extension(store, domain, dialled, version)
    if user is None and e164:
        user = users.by_number(store, domain, e164, version)
    if user is not None:
        return Inside(user.extension, user.username)
    if groups.group_at(store, domain, dialled, version) or ivrs.ivr_at(store, domain, dialled, version):
        return Inside(dialled)
    return None
