"""The switch as listen-in commands it, over the inbound link."""

import json
from collections.abc import Mapping
from typing import Any, Protocol

from fsplug.errors import Unavailable
from fsplug.esl.calls import commands
from fsplug.esl.listenin import commands as listencommands
from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.wire import Event

ANSWER_SECONDS = 2.0
RING_SECONDS = 60.0
_RINGING = frozenset({"DOWN", "DIALING", "RINGING", "EARLY", "RING_WAIT"})


class ListenSwitch(Protocol):
    """What listen-in asks of the switch. Each raises Unavailable when the switch does not answer in time."""

    def channel(self, leg: str) -> Event | None:
        """Everything about a leg; None when there is no such leg."""

    def legs(self) -> frozenset[str]:
        """The uuids of all live legs."""

    def ringing(self, call: str) -> list[str]:
        """The usernames of the legs that ring in the call of this A-leg."""

    def talk_goes_on(self, leg: str, partner: str) -> bool:
        """Whether these two legs are in one bridge now."""

    def mark(self, leg: str, variables: Mapping[str, str]) -> bool:
        """Set variables on a leg, an empty value unsets; False when there is no such leg."""

    def show(self, leg: str, name: str, number: str) -> bool:
        """Show this on the leg's phone; whether the switch took it on. No switch tells whether a phone shows it."""

    def sound(self, leg: str, count: int) -> bool:
        """Play the tone into this leg's ear alone; whether it plays."""

    def hang_up(self, leg: str, cause: str) -> None:
        """Hang a leg up."""

    def guard(self, owner: str, turn: int, seconds: int) -> None:
        """Have the switch hang up this owner's listeners in so many seconds, in the place of the turn before."""

    def call_off_guard(self, owner: str, turn: int) -> None:
        """Have it not do so."""

    def hang_up_listeners(self, owner: str) -> None:
        """Hang up this owner's listeners now."""

    def ring_and_dial(self, profile: str, phone: str, company: str, variables: dict[str, str], dial: str) -> str:
        """Ring a phone of a company, let it dial when it answers; what the switch says once that is known."""


class LinkedListenSwitch:
    """The port, kept by the link. Unavailable while the link is down."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def channel(self, leg: str) -> Event | None:
        told = self._api(commands.dump(leg))
        return None if told.startswith("-ERR") else Event(told.encode())

    def legs(self) -> frozenset[str]:
        return frozenset(row["uuid"] for row in self._rows())

    def ringing(self, call: str) -> list[str]:
        # The list knows a leg's call_uuid only once it is bridged (1.11.1).
        rows = (row for row in self._rows() if row["direction"] == "outbound" and row["callstate"] in _RINGING)
        its_legs = [row["uuid"] for row in rows if self._variable(row["uuid"], "fsplug_call") == call]
        return [self._variable(leg, "fsplug_user") for leg in its_legs]

    def talk_goes_on(self, leg: str, partner: str) -> bool:
        is_there = self._api(f"uuid_exists {commands.uuid(partner)}") == "true"
        return is_there and self._variable(leg, "bridge_uuid") == partner

    def mark(self, leg: str, variables: Mapping[str, str]) -> bool:
        return self._is_done(commands.set_variables(leg, variables))

    def show(self, leg: str, name: str, number: str) -> bool:
        return self._is_done(listencommands.display(leg, name, number))

    def sound(self, leg: str, count: int) -> bool:
        return self._is_done(listencommands.tone(leg, count))

    def hang_up(self, leg: str, cause: str) -> None:
        self._api(commands.kill(leg, cause))

    def guard(self, owner: str, turn: int, seconds: int) -> None:
        if not self._is_done(listencommands.guard(owner, turn, seconds)):
            raise Unavailable("no-guard", "the switch takes no sched_api; load mod_commands")
        self.call_off_guard(owner, turn - 1)

    def call_off_guard(self, owner: str, turn: int) -> None:
        self._api(listencommands.call_off_guard(owner, turn))

    def hang_up_listeners(self, owner: str) -> None:
        self._api(listencommands.hang_up_listeners(owner))

    def ring_and_dial(self, profile: str, phone: str, company: str, variables: dict[str, str], dial: str) -> str:
        line = listencommands.ring_and_dial(profile, phone, company, variables, dial)
        return self._link.bgapi(line, RING_SECONDS).strip()

    def _is_done(self, command: str) -> bool:
        return self._api(command).startswith("+OK")

    def _variable(self, leg: str, name: str) -> str:
        return self._api(f"uuid_getvar {commands.uuid(leg)} {commands.variable_name(name)}")

    def _rows(self) -> list[dict[str, Any]]:
        told = self._api("show channels as json")
        try:
            return list(json.loads(told).get("rows", []))
        except (ValueError, AttributeError) as error:
            raise Unavailable("switch-unclear", f"the switch listed its channels as {told[:80]!r}") from error

    def _api(self, command: str) -> str:
        return self._link.api(command, ANSWER_SECONDS).strip()
