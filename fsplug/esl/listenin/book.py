"""Who listens to whom at this moment. Memory only, no I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from fsplug.esl.listenin.gate_facts import Caller, TargetTalk
from fsplug.policy.entities import User


@dataclass(frozen=True, slots=True)
class Listening:
    """One listen-in under way: `caller` hears `target` in `talk`, since `began_at` (epoch seconds)."""

    id: str
    company: str
    caller: Caller
    target: User
    talk: TargetTalk
    began_at: float


@dataclass(slots=True)
class TargetLeg:
    """A leg that somebody listens to: what its phone showed before, and the listen-ins in the order in which they
    began.
    """

    leg: str
    company: str
    shown_name: str
    shown_number: str
    listens: list[str] = field(default_factory=list)


@dataclass(slots=True)
class ListenBook:
    """All listen-ins by id and by both legs, and the targets' legs by their uuid."""

    listens: dict[str, Listening] = field(default_factory=dict)
    target_legs: dict[str, TargetLeg] = field(default_factory=dict)
    by_listener_leg: dict[str, str] = field(default_factory=dict)

    def add(self, listening: Listening, target_leg: TargetLeg) -> None:
        """Add a listen-in; `target_leg` becomes the leg's entry, unless the leg has one."""
        self.listens[listening.id] = listening
        self.by_listener_leg[listening.caller.leg] = listening.id
        self.target_legs.setdefault(target_leg.leg, target_leg).listens.append(listening.id)

    def remove(self, listen: str) -> Listening | None:
        """Remove a listen-in; None if there is no such listen-in. The target's leg stays until it is forgotten."""
        listening = self.listens.pop(listen, None)
        if listening is not None:
            self.by_listener_leg.pop(listening.caller.leg, None)
            target_leg = self.target_legs.get(listening.talk.leg)
            if target_leg is not None:
                target_leg.listens.remove(listen)
        return listening

    def on_listener_leg(self, uuid: str) -> Listening | None:
        """The listen-in whose listener is on this leg."""
        return self.listens.get(self.by_listener_leg.get(uuid, ""))

    def of_leg(self, uuid: str) -> list[Listening]:
        """The listen-ins to this leg, in the order in which they began."""
        target_leg = self.target_legs.get(uuid)
        return [self.listens[listen] for listen in target_leg.listens] if target_leg else []

    def of_listener(self, company: str, username: str) -> Iterator[Listening]:
        """The listen-ins of this listener."""
        return (one for one in self.listens.values() if one.company == company and one.caller.user.username == username)

    def companies(self) -> set[str]:
        """The companies with a listen-in."""
        return {one.company for one in self.listens.values()}
