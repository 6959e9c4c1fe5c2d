"""The names that can sign in: people and their phones, one of them or all of a company's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from fsplug.policy.entities import DeviceKind
from fsplug.store.config import devices, users
from fsplug.store.config.devices import Device
from fsplug.store.db.database import Store
from fsplug.xml.dialplan.company import CompanySnapshot, UserWithDevices
from fsplug.xml.dialplan.extensions import Leg

# The group of people without a department, and of phones that don't have their person's name.
DEFAULT_GROUP = "default"
Groups = Iterable[tuple[str, Iterable["DirectoryEntry"]]]


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A name that signs in and that is rung.

    `device` is the device's kind, empty for a person without a phone of that name. `contact` is where the switch
    reaches the phone that registers under it; if empty, the phone says that itself.
    """

    id: str
    username: str
    device: str
    legs: tuple[Leg, ...]
    name: str
    extension: str
    number: str
    fail_closed: bool
    a1_hash: str | None = field(default=None, repr=False)
    contact: str = ""


class Directory:
    """The entries of a company."""

    def __init__(self, store: Store, snapshot: CompanySnapshot) -> None:
        self._store = store
        self._snapshot = snapshot
        self._at = (store, snapshot.company.domain)
        self._version = snapshot.company.version

    def of(self, name: str, contact: str = "") -> Groups:
        """The entry with this name, in its group; nothing if there is none. `contact` is that of its phone."""
        return [(group, [replace(entry, contact=contact) for entry in entries]) for group, entries in self._of(name)]

    def _of(self, name: str) -> Groups:
        device = devices.by_sip_username(*self._at, name, self._version)
        user = users.user_at(*self._at, device.username if device else name, self._version)
        if user is None:
            return []
        person = self._snapshot.person(user)
        if user.username == name:
            return [(user.department or DEFAULT_GROUP, [self._of_person(person)])]
        return [(DEFAULT_GROUP, [entry for entry in self._of_phones(person) if entry.id == name])]

    def department(self, name: str) -> Groups:
        """The people of a department."""
        return [(name, self._members(name))]

    def whole(self) -> Groups:
        """Everybody, and every phone."""
        for department in users.departments(*self._at):
            if department != DEFAULT_GROUP:
                yield department, self._members(department)
        yield DEFAULT_GROUP, self._rest()

    def _rest(self) -> Iterator[DirectoryEntry]:
        yield from self._members(DEFAULT_GROUP)
        yield from self._members(None)
        for person in self._snapshot.everybody():
            yield from self._of_phones(person)

    def _members(self, department: str | None) -> Iterator[DirectoryEntry]:
        for person in self._snapshot.persons(users.in_department(*self._at, department, self._version)):
            yield self._of_person(person)

    def _of_person(self, person: UserWithDevices) -> DirectoryEntry:
        """The entry of a person, merged with the phone of the same name if there is one."""
        own = next((device for device in person.devices if device.sip_username == person.user.username), None)
        return self._entry(person, person.user.username, own, self._snapshot.legs(person))

    def _of_phones(self, person: UserWithDevices) -> Iterator[DirectoryEntry]:
        for device in person.devices:
            if device.sip_username and device.sip_username != person.user.username:
                legs = self._snapshot.legs(UserWithDevices(person.user, (device,)))
                yield self._entry(person, device.sip_username, device, legs)

    def _entry(
        self, person: UserWithDevices, name: str, device: Device | None, legs: tuple[Leg, ...]
    ) -> DirectoryEntry:
        user = person.user
        return DirectoryEntry(
            id=name,
            username=user.username,
            device=device.kind if device else "",
            legs=legs,
            name=user.name,
            extension=user.extension,
            number=next(iter(user.numbers), ""),
            fail_closed=self._snapshot.closed_from(user),
            a1_hash=device.a1_hash if device and device.kind is not DeviceKind.MOBILE else None,
        )
