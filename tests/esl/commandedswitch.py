"""The port `Switch` without a switch: it keeps what it was commanded, and answers what a test lets it see."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from fsplug.errors import Unavailable
from fsplug.esl.protocol.event import Event
from fsplug.esl.switch import Silence
from fsplug.policy.access.sign_in_failures import SignIn
from fsplug.policy.terms import Terms


class CommandedSwitch:
    """`live` are the legs by uuid, `bridged` who talks to whom, `met` the legs in each conference, `records`
    (leg, path) of what is recorded.
    """

    def __init__(self) -> None:
        self.commands: list[tuple[str, ...]] = []
        self.live: dict[str, Event] = {}
        self.met: dict[str, list[str]] = {}
        self.bridged: list[tuple[str, str]] = []
        self.records: set[tuple[str, str]] = set()
        self.is_silent = False
        self.has_been_up = 1e6
        self.heard: dict[str, int] = {}

    def up_seconds(self) -> float:
        return self.has_been_up

    def legs(self) -> frozenset[str]:
        return frozenset(self.live)

    def bridges(self) -> Sequence[tuple[str, str]]:
        return list(self.bridged)

    def conferences(self) -> Mapping[str, Sequence[str]]:
        return {name: list(legs) for name, legs in self.met.items()}

    def channel(self, leg: str) -> Event | None:
        return self.live.get(leg)

    def signed_in(self) -> Sequence[SignIn]:
        return []

    def channels(self, legs: Collection[str]) -> list[Event]:
        if self.is_silent:
            raise Unavailable("switch-silent", "no answer came in time")
        return [self.live[leg] for leg in legs if leg in self.live]

    def packets(self, legs: Collection[str]) -> dict[str, int]:
        return {leg: self.heard[leg] for leg in legs if leg in self.heard}

    def ringing(self, call: str) -> list[str]:
        return []

    def talk_goes_on(self, leg: str, partner: str) -> bool:
        return (leg, partner) in self.bridged or (partner, leg) in self.bridged

    def mark(self, leg: str, variables: Mapping[str, str]) -> bool:
        self.commands.append(("mark", leg, *sorted(f"{name}={value}" for name, value in variables.items())))
        return leg in self.live

    def hang_up(self, leg: str, cause: str) -> None:
        self.commands.append(("hang up", leg, cause))

    def start_recording(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        self.commands.append(("start swapped" if of_partner else "start", leg, recording))

    def record_silently(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        self.commands.append(("start swapped silent" if of_partner else "start silent", leg, recording))

    def record_at_once(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        self.commands.append(("start swapped at once" if of_partner else "start at once", leg, recording))

    def arm_for_partner(self, leg: str, partner: str, path: str, recording: str, terms: Terms) -> None:
        self.commands.append(("arm", leg, recording))

    def disarm_for_partner(self, leg: str, partner: str) -> None:
        self.commands.append(("take back", leg, partner))

    def stop_recording(self, leg: str, path: str) -> None:
        if self.is_silent:
            raise Unavailable("switch-silent", "no answer came in time")
        self.commands.append(("stop", leg, Path(path).stem))

    def silence(self, wanted: Sequence[Silence]) -> list[bool]:
        for one in wanted:
            told = ("mask", "unmask") if one.path else ("deafen", "hear again")
            what = (Path(one.path).stem,) if one.path else ()
            self.commands.append((told[not one.is_silent], one.leg, *what))
        return [not self.is_silent] * len(wanted)

    def listen_for(self, leg: str, key: str, presses: str) -> None:
        self.commands.append(("listen for", leg, key, presses))

    def is_recording(self, leg: str, path: str) -> bool:
        return (leg, path) in self.records

    def show(self, leg: str, name: str, number: str) -> bool:
        self.commands.append(("show", leg, name, number))
        return leg in self.live

    def sound(self, leg: str, count: int) -> bool:
        self.commands.append(("sound", leg))
        return leg in self.live

    def guard(self, owner: str, turn: int, seconds: int) -> None:
        self.commands.append(("guard", owner))

    def call_off_guard(self, owner: str, turn: int) -> None:
        self.commands.append(("call off guard", owner))

    def ring_and_dial(self, profile: str, phone: str, company: str, variables: Mapping[str, str], dial: str) -> str:
        self.commands.append(("ring", phone, dial))
        return "+OK"

    def ring_mobile(self, gateways: Sequence[str], number: str, variables: Mapping[str, str]) -> str:
        self.commands.append(("ring", number, *gateways))
        return "+OK a-mobile"

    def is_there(self, leg: str) -> bool:
        return True

    def is_confirmed(self, leg: str) -> bool:
        return True

    def set_secret(self, secret: str) -> None:
        self.commands.append(("set secret",))

    def read_files(self, profile: str, gateways: Collection[str], access_lists: bool) -> None:
        self.commands.append(("read files", *gateways, str(access_lists)))
