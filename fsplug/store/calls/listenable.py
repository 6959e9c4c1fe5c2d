"""Whom somebody may listen to, for many people at once, by the same gate that decides a real request."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from fsplug.policy.entities import DeviceKind
from fsplug.policy.listening.gate import Colleague, Entitlements, Listener, ListenRequest, Reason, admission
from fsplug.policy.listening.live_calls import CompanyCalls, UserTalk
from fsplug.store.config import devices, entitlements, policies
from fsplug.store.config.entitlements import Held
from fsplug.store.db.database import Store

_NOT_TALKING = UserTalk("")


def reasons(
    store: Store, domain: str, listener: str, people: Collection[str], calls: CompanyCalls
) -> dict[str, Reason | None]:
    """Why the listener may not hear each of these users now; None for those they may.

    A ringing phone of the listener is not seen here, but it is when the listener really asks.
    """
    now = policies.current_version(store, domain)
    known = _Known(store, domain, now, calls, {*people, listener})
    phone = devices.phone_to_ring(store, domain, listener, now)
    kind = phone.kind if phone else DeviceKind.DESK
    asking = Listener(listener, domain, kind, listener not in calls.busy, known.now(listener))
    rules = entitlements.listen_rules(store, domain)

    def request(person: str) -> ListenRequest:
        talk = calls.talks.get(person)
        other = known.colleague(talk.other, talk) if talk and talk.other else None
        target, node = known.colleague(person, talk), talk.node if talk else ""
        return ListenRequest(asking, target, talk is not None and not node, other, rules, node)

    return {person: admission(request(person)).reason for person in people}


class _Known:
    """What every user concerned holds, now and at the versions their calls began under."""

    def __init__(self, store: Store, domain: str, version: int, calls: CompanyCalls, people: set[str]) -> None:
        self._store, self._domain, self._version = store, domain, version
        talks = [calls.talks[person] for person in people if person in calls.talks]
        wanted: defaultdict[int, set[str]] = defaultdict(set)
        wanted[version] = people | {talk.other for talk in talks if talk.other}
        for talk in talks:
            wanted[self._began_under(talk)] |= {talk.username, talk.other} - {""}
        self._held: Mapping[int, Mapping[str, Held]] = {
            one: entitlements.held(store, domain, names, one) for one, names in wanted.items()
        }

    def now(self, username: str) -> Entitlements:
        """The user's entitlements as of now, by the profile that is active now."""
        held = self._held[self._version][username]
        return held.with_profile(held.active)

    def colleague(self, username: str, talk: UserTalk | None) -> Colleague:
        """The user as the gate sees them, in this talk or (None) in no talk."""
        began_under = self._began_under(talk or _NOT_TALKING)
        then, today = self._held[began_under][username], self._held[self._version][username]
        if entitlements.has_passed_on(self._store, self._domain, username, began_under, self._version):
            today = Held()
        return Colleague(username, self._domain, then.with_profile(then.active), today.with_profile(then.active))

    def _began_under(self, talk: UserTalk) -> int:
        return self._version if talk.version is None else talk.version
