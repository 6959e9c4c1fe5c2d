"""The people of a conversation as its page names them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from fsplug.policy.conversation.events import Person
from fsplug.policy.conversation.shapes import Timeline
from fsplug.policy.recording.participants import Participant
from fsplug.store.calls.calls import Call
from fsplug.store.config import groups
from fsplug.store.config.companies import Company
from fsplug.store.db.database import Store
from fsplug.web.kernel import names
from fsplug.web.kernel.parties import NamedParty, party
from fsplug.words.catalogue import Words


@dataclass(frozen=True, slots=True)
class Named:
    """Names people: users by `users` (their name by username) unless the call knew it, others by their number.

    `numbers` are the users of the conversation by the numbers that they have in it, `groups` the names of ring groups.
    """

    users: dict[str, str]
    numbers: dict[str, Person]
    groups: dict[str, str]
    country: str

    def party(self, who: Person) -> NamedParty:
        """A user or a number."""
        name = who.name or self.users.get(who.username or "", "")
        return party(Participant(who.number, who.username, name), self.country)

    def text(self, who: Person | None, words: Words) -> str:
        """The name within a sentence, also of somebody whom nobody knows."""
        if who is None:
            return words("conversation-somebody")
        found = self.party(who)
        return found.name or found.number or words("recordings-withheld")

    def called(self, call: Call, words: Words) -> str:
        """Whom the call was for: its ring group, else the user with the number called, else that number."""
        if call.group:
            name = self.groups.get(call.group)
            return f"{name} ({call.group})" if name else call.group
        number = call.called or ""
        return self.text(self.numbers.get(number, Person(number)), words)


def of(store: Store, company: Company, found: Timeline, calls: Sequence[Call] = ()) -> Named:
    """Names everybody in this timeline of the company's, and the ring groups of these calls."""
    named = {who.username: who.name for who in _everybody(found) if who.username and who.name}
    unnamed = {who.username for who in _everybody(found) if who.username not in named}
    users = {**names.of_users(store, company.domain, unnamed), **named}
    numbers = {lane.who.number: lane.who for lane in found.lanes if lane.who.username}
    in_groups = groups.names(store, company.domain) if any(call.group for call in calls) else {}
    return Named(users, numbers, in_groups, company.country)


def ends(found: Timeline, first: Call, named: Named) -> tuple[NamedParty, NamedParty]:
    """Who began the conversation, and who first talked to them; the number called where nobody did."""
    if found.parts:
        caller, answerer, *_ = found.parts[0].people
        return named.party(found.lanes[caller].who), named.party(found.lanes[answerer].who)
    caller_ = found.lanes[0].who if found.lanes else Person(first.caller or "")
    return named.party(caller_), named.party(Person(first.called or ""))


def _everybody(found: Timeline) -> Iterator[Person]:
    yield from (lane.who for lane in found.lanes)
    yield from _known(who for turn in found.turns for who in (turn.by, turn.whom))


def _known(people: Iterable[Person | None]) -> Iterator[Person]:
    yield from (who for who in people if who is not None)
