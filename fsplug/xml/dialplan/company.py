"""The part of a company at one version that the dialplan needs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from fsplug.policy.consent import ANSWERER, CALLER, Consent
from fsplug.policy.dialling import Dialling, dialling
from fsplug.policy.entities import DeviceKind, Direction, Party, PolicySnapshot, Talk, User, WhenAway
from fsplug.policy.recording.verdict import verdict
from fsplug.policy.terms import OnFailure
from fsplug.store.config import devices, policies, trunks, users
from fsplug.store.config.companies import Company
from fsplug.store.config.devices import Device
from fsplug.store.config.trunks import Trunk
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.xml.dialplan.extensions import Gateways, Leg
from fsplug.xml.dialplan.prompts import Telling, telling
from fsplug.xml.ways import Ways

_PAGE = 500


@dataclass(frozen=True, slots=True)
class UserWithDevices:
    """A user and the user's devices."""

    user: User
    devices: tuple[Device, ...]


class CompanySnapshot:
    """A company's data for its dialplan, read once per version."""

    def __init__(self, store: Store, company: Company, ways: Ways) -> None:
        self.company = company
        self.ways = ways
        self.policy: PolicySnapshot = policies.snapshot(store, company.domain, company.version)
        self.trunks: list[Trunk] = trunks.trunks(store, company.domain, company.version)
        self.dialling: Dialling = dialling(company.country)
        # Whether any policy prefers no call to an unrecorded one. Computed once, because there may be thousands of
        # policies.
        self.may_refuse: bool = company.when_away is WhenAway.REFUSED or _may_refuse(self.policy)
        # What is played where a policy wants a recording announced, or agreed to; None where none does.
        self.telling: Telling | None = telling(ways, company.domain, self.languages) if _tells(self.policy) else None
        self._store = store

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that callers hear."""
        return self.company.languages or (self.company.language,)

    def towards(self, e164: str) -> Gateways:
        """The gateways that accept this number, the best first."""
        return tuple(dict.fromkeys(trunk.gateway for trunk in trunks.towards(self.trunks, e164)))

    def everywhere(self) -> Gateways:
        """Every gateway, those that take the country's own numbers first."""
        near = self.towards(f"+{self.dialling.code}")
        return tuple(dict.fromkeys((*near, *(trunk.gateway for trunk in self.trunks))))

    def prefixes(self) -> list[str]:
        """The trunks' prefixes, the longest first."""
        known = {prefix for trunk in self.trunks for prefix in trunk.prefixes}
        return sorted(known, key=lambda prefix: (-len(prefix), prefix))

    def person(self, user: User) -> UserWithDevices:
        """The user with their devices."""
        its = devices.devices(self._store, self.company.domain, user.username, self.company.version)
        return UserWithDevices(user, tuple(its))

    def persons(self, usernames: Iterable[str]) -> Iterator[UserWithDevices]:
        """The users of these names, in the same order; unknown names are left out."""
        for wanted in in_batches(usernames):
            which = (self._store, self.company.domain, wanted, self.company.version)
            known, phones = users.named(*which), devices.of_users(*which)
            yield from (UserWithDevices(known[name], tuple(phones.get(name, ()))) for name in wanted if name in known)

    def everybody(self) -> Iterator[UserWithDevices]:
        """The people of the company, by username."""
        after = ""
        while page := users.users(self._store, self.company.domain, self.company.version, after, _PAGE):
            yield from self.persons(user.username for user in page)
            after = page[-1].username

    def legs(self, person: UserWithDevices) -> tuple[Leg, ...]:
        """The legs that ring when this person is called."""
        # A mobile that nobody has verified may be anybody's.
        known = (one for one in person.devices if one.number is None or one.number in person.user.numbers)
        dials = ((device, self.dial(device)) for device in known)
        username = person.user.username
        return tuple(
            Leg(f"{username}.{device.name}", username, dial, self.ways.srtp and device.kind is not DeviceKind.MOBILE)
            for device, dial in dials
            if dial
        )

    def dial(self, device: Device) -> str | None:
        """Where the switch dials a device: a phone by its registration, a mobile through the trunk that accepts its
        number.

        The separator is `%`, not `@`: then sofia looks the contact up itself, without the directory, and fails at once
        if there is none.
        """
        if device.kind is not DeviceKind.MOBILE:
            return f"sofia/{self.ways.sip_profile}/{device.sip_username}%{self.company.domain}"
        gateways = self.towards(device.number or "")
        return f"sofia/gateway/{gateways[0]}/{device.number}" if gateways else None

    def closed_to(self, users: Iterable[User], group: str = "") -> bool:
        """Whether a call to one of these users, through this group, must not go unrecorded."""
        groups = (group,) if group else ()
        return any(
            self._must_record(Party(), Party(user), direction, groups)
            for user in users
            for direction in (Direction.INCOMING, Direction.INTERNAL)
        )

    def closed_from(self, user: User) -> bool:
        """Whether a call this user makes must not go unrecorded."""
        return any(
            self._must_record(Party(user), Party(), direction, ())
            for direction in (Direction.OUTGOING, Direction.INTERNAL)
        )

    def _must_record(self, caller: Party, answerer: Party, direction: Direction, groups: tuple[str, ...]) -> bool:
        talk = Talk(self.company.domain, caller, answerer, direction, groups)
        talk = replace(talk, consent=Consent.YES, agreed=(CALLER, ANSWERER), told=(CALLER, ANSWERER))
        decided = verdict(talk, self.policy)
        is_closed = decided.terms.on_failure is OnFailure.CLOSED or self.company.when_away is WhenAway.REFUSED
        return decided.record and decided.terms.is_kept and is_closed


def _tells(snapshot: PolicySnapshot) -> bool:
    departments = (policy.terms for policy in snapshot.departments.values())
    groups = (policy.terms for policy in snapshot.groups.values())
    return any(terms.tells for terms in chain(departments, groups))


def _may_refuse(snapshot: PolicySnapshot) -> bool:
    departments = (policy.terms for policy in snapshot.departments.values())
    groups = (policy.terms for policy in snapshot.groups.values())
    return any(terms.on_failure is OnFailure.CLOSED for terms in chain(departments, groups))
