"""Every command that fsplug gives the switch: one port, and its adapter over the inbound link."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from fsplug.errors import Unavailable
from fsplug.esl import commands
from fsplug.esl.commands import recordings
from fsplug.esl.commands.answers import members, sign_in, unclear
from fsplug.esl.protocol import keys
from fsplug.esl.protocol.link import Link
from fsplug.esl.protocol.wire import Event
from fsplug.policy.access.sign_in_failures import SignIn
from fsplug.policy.terms import Terms

# How long to wait for one answer. Commands that take longer have their own limit and run in a separate thread of the
# switch (`bgapi`), so that nothing else on the link waits for them.
ANSWER_SECONDS = 10.0
RING_SECONDS = 60.0
RELOAD_SECONDS = 10.0
# How many legs are dumped in one round trip. Others' commands wait for so many at most.
DUMPS_AT_ONCE = 25
_RINGING = frozenset({"DOWN", "DIALING", "RINGING", "EARLY", "RING_WAIT"})


@dataclass(frozen=True, slots=True)
class Silence:
    """Silence, in real time, or sound again: in the recording `path` on a leg, or without one for the person on it."""

    leg: str
    path: str
    is_silent: bool


class Switch(Protocol):
    """Every command that fsplug gives the switch. Each raises Unavailable if no answer comes in time."""

    def up_seconds(self) -> float:
        """How long the switch has been up."""

    def legs(self) -> frozenset[str]:
        """The uuids of all live legs."""

    def bridges(self) -> Sequence[tuple[str, str]]:
        """The live bridges, as pairs of leg uuids, the caller's first."""

    def conferences(self) -> Mapping[str, Sequence[str]]:
        """The uuids of the legs in each conference, the first comer first, by the conference's uuid."""

    def signed_in(self) -> Sequence[SignIn]:
        """The phones that are signed in."""

    def channel(self, leg: str) -> Event | None:
        """Everything about a leg; None when there is no such leg."""

    def channels(self, legs: Collection[str]) -> list[Event]:
        """Everything about each of these legs; those that are gone are left out."""

    def packets(self, legs: Collection[str]) -> dict[str, int]:
        """How many audio packets came from the phone of each of these legs; those that are not known are left out."""

    def ringing(self, call: str) -> list[str]:
        """The usernames of the legs that ring in the call of this A-leg."""

    def talk_goes_on(self, leg: str, partner: str) -> bool:
        """Whether these two legs are in one bridge now."""

    def mark(self, leg: str, variables: Mapping[str, str]) -> bool:
        """Set variables on a leg (an empty value unsets one); False if there is no such leg."""

    def hang_up(self, leg: str, cause: str) -> None:
        """Hang a leg up."""

    def start_recording(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        """Begin this recording on a leg in a call, of its person or of its partner. The proof is its RECORD_START."""

    def record_at_once(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        """The same, on a leg whose bridge is so new that it takes no command itself."""

    def record_silently(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        """As `start_recording`, silenced from the first frame on, until `silence` says otherwise."""

    def arm_for_partner(self, leg: str, partner: str, path: str, recording: str, terms: Terms) -> None:
        """Begin this recording on a leg whose talk ends because it is about to get this partner."""

    def disarm_for_partner(self, leg: str, partner: str) -> None:
        """Begin nothing when the leg is about to get this partner."""

    def stop_recording(self, leg: str, path: str) -> None:
        """End one recording on a leg."""

    def silence(self, wanted: Sequence[Silence]) -> list[bool]:
        """Make these silent, or no longer, in one round trip; for each, False if there is no such recording or leg."""

    def listen_for(self, leg: str, key: str, presses: str) -> None:
        """Send an event of `KEY_EVENTS` with this `Key` whenever this is pressed on the leg; nobody hears it."""

    def is_recording(self, leg: str, path: str) -> bool:
        """Whether this file is being recorded on this leg."""

    def show(self, leg: str, name: str, number: str) -> bool:
        """Show this on the leg's phone; whether the switch accepted it.

        The switch never says whether the phone shows it.
        """

    def sound(self, leg: str, count: int) -> bool:
        """Play the tone to the person on this leg only; whether it plays."""

    def guard(self, owner: str, turn: int, seconds: int) -> None:
        """Make the switch hang up this owner's listeners in `seconds` seconds; this turn replaces the earlier one."""

    def call_off_guard(self, owner: str, turn: int) -> None:
        """Call off the hangup of this owner's listeners."""

    def ring_and_dial(self, profile: str, phone: str, company: str, variables: Mapping[str, str], dial: str) -> str:
        """Ring a phone of a company, which dials `dial` when it answers; returns the switch's answer."""

    def ring_mobile(self, gateways: Sequence[str], number: str, variables: Mapping[str, str]) -> str:
        """Ring this number by one of these gateways; who answers is asked for a key. Returns the switch's answer."""

    def is_there(self, leg: str) -> bool:
        """Whether there is this leg."""

    def is_confirmed(self, leg: str) -> bool:
        """Whether the phone that made this call has confirmed its answer (ACK)."""

    def set_secret(self, secret: str) -> None:
        """Give the switch the secret with which its dialplan marks calls."""

    def read_files(self, profile: str, gateways: Collection[str], access_lists: bool) -> None:
        """Make the switch read its configuration files again, the files of these gateways of the SIP profile, and its
        access lists.
        """


class LinkedSwitch:
    """The adapter of the port `Switch` over the link.

    Also raises Unavailable while the link is down, and for an unclear answer.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    def up_seconds(self) -> float:
        answer = self._answer(commands.UPTIME)
        if not answer.isdecimal():
            raise unclear(commands.UPTIME, answer)
        return int(answer) / 1000

    def legs(self) -> frozenset[str]:
        return frozenset(row["uuid"] for row in self._rows("show channels as json"))

    def bridges(self) -> Sequence[tuple[str, str]]:
        rows = self._rows("show calls as json")
        return [(row["uuid"], row["b_uuid"]) for row in rows if row.get("b_uuid")]

    def signed_in(self) -> Sequence[SignIn]:
        return [sign_in(row) for row in self._rows("show registrations as json")]

    def conferences(self) -> Mapping[str, Sequence[str]]:
        answer = self._answer(commands.LIST_CONFERENCES)
        if answer.startswith("-ERR"):
            return {}  # The switch has no mod_conference.
        try:
            return {one["conference_uuid"]: members(one) for one in json.loads(answer)}
        except (ValueError, TypeError, KeyError) as error:
            raise unclear(commands.LIST_CONFERENCES, answer) from error

    def channel(self, leg: str) -> Event | None:
        return next(iter(self.channels([leg])), None)

    def channels(self, legs: Collection[str]) -> list[Event]:
        # A leg's dump is some 10 kB; asked for one at a time, a thousand of them take as many turns of two processes.
        asked = list(map(commands.dump, legs))
        some = (asked[at : at + DUMPS_AT_ONCE] for at in range(0, len(asked), DUMPS_AT_ONCE))
        dumps = (dump for these in some for dump in self._link.apis(these, ANSWER_SECONDS))
        return [Event(dump.encode()) for dump in dumps if not dump.startswith("-ERR")]

    def packets(self, legs: Collection[str]) -> dict[str, int]:
        wanted = list(legs)
        found: dict[str, int] = {}
        for at in range(0, len(wanted), DUMPS_AT_ONCE):
            some = wanted[at : at + DUMPS_AT_ONCE]
            # The variable is as old as the last command to set it.
            asked = [commands.count_packets(leg) for leg in some]
            asked += [commands.get_variable(leg, commands.PACKETS) for leg in some]
            counts = self._link.apis(asked, ANSWER_SECONDS)[len(some) :]
            found |= {leg: int(text) for leg, text in zip(some, counts, strict=True) if text.strip().isdigit()}
        return found

    def ringing(self, call: str) -> list[str]:
        # The list has a leg's call_uuid only once the leg is bridged (1.11.1).
        rows = self._rows("show channels as json")
        ring = [row["uuid"] for row in rows if row["direction"] == "outbound" and row["callstate"] in _RINGING]
        its_legs = [leg for leg in ring if self._variable(leg, "fsplug_call") == call]
        return [self._variable(leg, "fsplug_user") for leg in its_legs]

    def talk_goes_on(self, leg: str, partner: str) -> bool:
        return self.is_there(partner) and self._variable(leg, "bridge_uuid") == partner

    def mark(self, leg: str, variables: Mapping[str, str]) -> bool:
        return self._is_done(commands.set_variables(leg, variables))

    def hang_up(self, leg: str, cause: str) -> None:
        self._answer(commands.kill(leg, cause))

    def start_recording(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        application, _, argument = recordings.record_session(path, recording, terms, of_partner).partition(" ")
        self._link.execute(commands.uuid(leg), application, argument, ANSWER_SECONDS)

    def record_at_once(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        if not self._is_done(recordings.record_at_once(leg, path, recording, terms, of_partner)):
            self.start_recording(leg, path, recording, terms, of_partner)  # It has no media yet.

    def record_silently(self, leg: str, path: str, recording: str, terms: Terms, of_partner: bool) -> None:
        application, _, argument = recordings.record_silently(leg, path, recording, terms, of_partner).partition(" ")
        self._link.execute(commands.uuid(leg), application, argument, ANSWER_SECONDS)

    def arm_for_partner(self, leg: str, partner: str, path: str, recording: str, terms: Terms) -> None:
        self._answer(recordings.arm_for_partner(leg, partner, path, recording, terms))

    def disarm_for_partner(self, leg: str, partner: str) -> None:
        self._answer(recordings.disarm_for_partner(leg, partner))

    def stop_recording(self, leg: str, path: str) -> None:
        self._answer(recordings.stop_record(leg, path))

    def silence(self, wanted: Sequence[Silence]) -> list[bool]:
        told = [recordings.silence(one.leg, one.path, one.is_silent) for one in wanted]
        return [answer.strip().startswith("+OK") for answer in self._link.apis(told, ANSWER_SECONDS)]

    def listen_for(self, leg: str, key: str, presses: str) -> None:
        self._link.execute(commands.uuid(leg), keys.LISTEN, keys.binding(key, presses), ANSWER_SECONDS)

    def is_recording(self, leg: str, path: str) -> bool:
        return path in self._answer(recordings.media_bugs(leg))

    def show(self, leg: str, name: str, number: str) -> bool:
        return self._is_done(commands.display(leg, name, number))

    def sound(self, leg: str, count: int) -> bool:
        return self._is_done(commands.tone(leg, count))

    def guard(self, owner: str, turn: int, seconds: int) -> None:
        if not self._is_done(commands.guard(owner, turn, seconds)):
            raise Unavailable("no-guard", "the switch takes no sched_api; load mod_commands")
        self.call_off_guard(owner, turn - 1)

    def call_off_guard(self, owner: str, turn: int) -> None:
        self._answer(commands.call_off_guard(owner, turn))

    def ring_and_dial(self, profile: str, phone: str, company: str, variables: Mapping[str, str], dial: str) -> str:
        line = commands.ring_and_dial(profile, phone, company, variables, dial)
        return self._link.bgapi(line, RING_SECONDS).strip()

    def ring_mobile(self, gateways: Sequence[str], number: str, variables: Mapping[str, str]) -> str:
        return self._link.bgapi(commands.ring_mobile(gateways, number, variables), RING_SECONDS).strip()

    def is_there(self, leg: str) -> bool:
        return self._answer(commands.exists(leg)) == "true"

    def is_confirmed(self, leg: str) -> bool:
        # mod_sofia sets the tag with the ACK; an INVITE that begins a call has none (sofia.c 1.11.1).
        return self._variable(leg, "sip_to_tag") not in ("", "_undef_") and self.is_there(leg)

    def set_secret(self, secret: str) -> None:
        if not self._is_done(commands.set_secret(secret)):
            raise Unavailable("switch-unclear", "the switch did not take the secret of call marks")

    def read_files(self, profile: str, gateways: Collection[str], access_lists: bool) -> None:
        # reloadacl reads all files first (mod_commands.c 1.11.1).
        self._link.bgapi("reloadacl" if access_lists else "reloadxml", RELOAD_SECONDS)
        for gateway in gateways:
            # A rescan does not change a gateway that the switch already has (sofia.c 1.11.1).
            self._link.bgapi(commands.remove_gateway(profile, gateway), RELOAD_SECONDS)
        if gateways:
            self._link.bgapi(commands.rescan(profile), RELOAD_SECONDS)

    def _is_done(self, command: str) -> bool:
        return self._answer(command).startswith("+OK")

    def _variable(self, leg: str, name: str) -> str:
        return self._answer(commands.get_variable(leg, name))

    def _answer(self, command: str) -> str:
        return self._link.api(command, ANSWER_SECONDS).strip()

    def _rows(self, command: str) -> list[dict[str, Any]]:
        answer = self._answer(command)
        try:
            return list(json.loads(answer).get("rows", []))
        except (ValueError, AttributeError) as error:
            raise unclear(command, answer) from error
