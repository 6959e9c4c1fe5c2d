"""Finds a user by what an operator types: extension, username, number in any spelling, or SIP address."""

import re
from dataclasses import dataclass

from fsplug.errors import Invalid
from fsplug.policy.entities import Party, User
from fsplug.policy.numbers import normalise
from fsplug.store.config import groups, numbers, policies, users
from fsplug.store.config.groups import RingGroup
from fsplug.store.db.database import Store

_SIP_ADDRESS = re.compile(r"(?:sips?:)?([^@\s]+)@([^@;\s]+)(?:;.*)?", re.IGNORECASE)
# What a phone can dial though it is not a number of E.164: an emergency or service number, a star code.
_DIALLABLE = re.compile(r"\+?[0-9*#]+")


@dataclass(frozen=True, slots=True)
class Known:
    """One end of a call: a user, a ring group, or somebody outside; `number` is E.164 where `given` is one."""

    given: str
    user: User | None = None
    group: RingGroup | None = None
    number: str | None = None

    @property
    def party(self) -> Party:
        """The party as policy's value."""
        return Party(self.user, (self.given,))

    @property
    def description(self) -> str:
        """The party in words."""
        if self.user:
            return f"user {self.user.username} {self.user.name}".rstrip()
        if self.group:
            return f"group {self.group.number} {self.group.name}".rstrip()
        return f"{self.number}, outside" if self.number else "outside, not a phone number"


class Directory:
    """A company's people, groups and numbers as of one policy version."""

    def __init__(self, store: Store, company: str, version: int) -> None:
        self._store = store
        self._company = company
        self._version = version
        self._country = policies.snapshot(store, company, version).country

    def find(self, text: str) -> Known:
        """The party that `text` names; a party that is not of the company is outside."""
        name = self._local(text)
        number = normalise(text, self._country)
        route = numbers.route_at(self._store, self._company, number, self._version) if number else None
        group = self.group(name) or self.group(route.group if route else None)
        if group:
            return Known(text, group=group, number=number)
        user = self._user(name, number) or self._by_username(route.user if route else None)
        return Known(text, user=user, number=number)

    def group(self, number: str | None) -> RingGroup | None:
        """The ring group with this number inside the company."""
        return groups.group_at(self._store, self._company, number, self._version) if number else None

    def members(self, group: RingGroup) -> dict[str, User | None]:
        """The users of the group by username, in ringing order."""
        return {username: self._by_username(username) for username in group.members}

    def dialled(self, text: str) -> Known:
        """As `find`, for the called party; Invalid when `text` can't be dialled."""
        known = self.find(text)
        if known.user or known.group or known.number or _DIALLABLE.fullmatch(text):
            return known
        remedy = "give an extension, a username, a group or a phone number"
        raise Invalid("unknown-party", f"{self._company} has nobody called {text}; {remedy}", party=text)

    def _user(self, name: str, number: str | None) -> User | None:
        found = users.by_extension(self._store, self._company, name, self._version) or self._by_username(name)
        if found is None and number:
            found = users.by_number(self._store, self._company, number, self._version)
        return found

    def _by_username(self, username: str | None) -> User | None:
        return users.user_at(self._store, self._company, username, self._version) if username else None

    def _local(self, text: str) -> str:
        """The user's part of a SIP address in the company's domain, else the text."""
        address = _SIP_ADDRESS.fullmatch(text.strip())
        return address[1] if address and address[2].lower() == self._company else text.strip()
