"""Who takes part in a conversation: one person may have several legs, and several numbers."""

from collections.abc import Iterable

from fsplug.policy.conversation.events import Called, Event, Person, Talked


class Cast:
    """The people of a conversation by the numbers of their lanes, in the order in which they came.

    A user is one person on every leg and under every number. Somebody outside is one person on one leg, and on every
    leg that shows the same number.
    """

    def __init__(self, told: Iterable[Event]) -> None:
        self.people: list[Person] = []
        self._legs: dict[str, int] = {}
        self._named: dict[tuple[str, str], int] = {}
        self._ends: dict[str, tuple[int, int]] = {}
        for event in told:
            if isinstance(event, Called):
                self._on_leg(event.call, event.who)
            elif isinstance(event, Talked):
                self._ends[event.decision] = self._placed(event)
                for who in event.others:
                    self.number_of(who)

    def of_leg(self, leg: str) -> int | None:
        """The lane of whoever is on this leg."""
        return self._legs.get(leg)

    def known(self, who: Person, leg: str | None = None) -> Person:
        """This person, or whoever is on this leg, as the conversation knows them best."""
        lane = self.lane_of(who, leg)
        return who if lane is None else self.people[lane]

    def lane_of(self, who: Person, leg: str | None = None) -> int | None:
        """The lane of whoever is on this leg, or else of this person."""
        lane = self._legs.get(leg) if leg else None
        return self._named.get(_key(who)) if lane is None else lane

    def ends(self, talk: Talked) -> tuple[int, int]:
        """The lanes of the caller and the answerer of this talk."""
        return self._ends[talk.decision]

    def number_of(self, who: Person) -> int:
        """The lane of this person, added if there is none."""
        lane = self._named.get(_key(who))
        if lane is None:
            lane = self._named[_key(who)] = len(self.people)
            self.people.append(who)
        elif who.name and not self.people[lane].name:
            self.people[lane] = who
        return lane

    def _placed(self, talk: Talked) -> tuple[int, int]:
        if talk.is_conference:
            is_callers = talk.caller.username is not None and talk.caller.username == talk.user
            own, other = (talk.caller, talk.answerer) if is_callers else (talk.answerer, talk.caller)
            lanes = self._on_leg(talk.legs[0], own), self.number_of(other)
            return lanes if is_callers else (lanes[1], lanes[0])
        caller = self._callers_leg(talk)
        answerer = talk.legs[1] if caller == talk.legs[0] else talk.legs[0]
        return self._on_leg(caller, talk.caller), self._on_leg(answerer, talk.answerer)

    def _callers_leg(self, talk: Talked) -> str:
        """The leg of a talk's caller: the one on which somebody is known to be so, else the one of its call."""
        one, other = talk.legs
        for leg, partner in ((one, other), (other, one)):
            lane = self._legs.get(leg)
            if lane is not None and lane == self._named.get(_key(talk.caller)):
                return leg
            if lane is not None and lane == self._named.get(_key(talk.answerer)):
                return partner
        return other if other == talk.call else one

    def _on_leg(self, leg: str, who: Person) -> int:
        """The lane of this person, who is on this leg. One leg of somebody outside may show several numbers."""
        known = self._legs.get(leg)
        if known is not None and not who.username and not self.people[known].username:
            return self._named.setdefault(_key(who), known)
        lane = self.number_of(who)
        return self._legs.setdefault(leg, lane) if known is None else lane


def _key(who: Person) -> tuple[str, str]:
    return ("user", who.username) if who.username else ("number", who.number)
