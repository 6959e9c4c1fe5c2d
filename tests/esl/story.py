"""The record flow without a switch: events in as the switch would tell them, rows and commands out.

A story is told in lines of (seconds, leg, event, what else it says). Leg A called in; B1001 is the leg made for it
towards 1001, and so on. Time is the story's own.
"""

import heapq
import tomllib
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from fsplug.esl import commands
from fsplug.esl.calls.arming import CallArmer
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.control import Control
from fsplug.esl.calls.growth import GrowthWatch
from fsplug.esl.calls.keys import Keys
from fsplug.esl.calls.legs import leg_of
from fsplug.esl.calls.policy_source import PolicySource
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.record_flow import record_flow
from fsplug.esl.calls.witness import Witness
from fsplug.esl.protocol import wire
from fsplug.esl.protocol.event import Event
from fsplug.policy.access.failures import Failure
from fsplug.policy.recording import phone_keys
from fsplug.store.calls import calls, decisions, gaps, ledger
from fsplug.store.calls.calls import Call
from fsplug.store.calls.decisions import Decision
from fsplug.store.change import planning
from fsplug.store.recordings import recordings
from fsplug.wiring.calls.steady_clock import SteadyClock
from tests.esl.commandedswitch import CommandedSwitch
from tests.furnished import DEMO, demo_store

ACME, BETA = "acme.example", "beta.example"
CUSTOMER = "+4522334455"
START = 1_800_000_000.0


class Clock:
    """The story's time, and what is to happen later in it."""

    def __init__(self, now: float = START) -> None:
        self.now = now
        self._order = count()
        self._waiting: list[tuple[float, int, Callable[..., Any], tuple[Any, ...]]] = []

    def later(self, seconds: float, act: Callable[..., Any], *arguments: Any) -> None:
        heapq.heappush(self._waiting, (self.now + seconds, next(self._order), act, arguments))

    def run_until(self, at: float) -> None:
        while self._waiting and self._waiting[0][0] <= at:
            self.now, _, act, arguments = heapq.heappop(self._waiting)
            act(*arguments)
        self.now = at


class Spool:
    """A folder that is only a set of names."""

    def __init__(self) -> None:
        self.trouble: str | None = None
        self.kept_out: str | None = None
        self.files: set[str] = set()
        self.stalled: dict[str, int] = {}
        self.cuts: dict[str, float] = {}
        self.off_the_end: dict[str, float] = {}
        self.written: float | None = None

    def path(self, recording):
        return f"/spool/{recording}.wav"

    def exists(self, recording):
        return recording in self.files

    def begun_early(self):
        return [one for one in self.files if one.startswith("early-")]

    def discard(self, recording):
        self.files.discard(recording)

    def cut(self, recording, seconds, off_the_end):
        self.cuts[recording], self.off_the_end[recording] = round(seconds, 2), round(off_the_end, 2)

    def written_at(self, recording):
        return self.written

    def forget(self, recording):
        self.stalled.pop(recording, None)

    def watch(self, recordings):
        self.watched = set(recordings)

    def stalled_bytes(self, recording):
        return self.stalled.get(recording)


class Story:
    """One switch and one fsplug, which can be started again on the same store.

    `set_by` is by how many seconds the clock of their machine was set since the beginning.
    """

    def __init__(self, folder: Path) -> None:
        self.store = demo_store(folder / "story.db")
        self.store.connect()
        self.clock = Clock()
        self.set_by = 0.0
        self.switch = CommandedSwitch()
        self.spool = Spool()
        self.entries: list[Any] = []
        self.refused: list[tuple[str, str, Failure]] = []
        self._ids = count(1)
        self.start()

    def start(self) -> None:
        """Start fsplug with nothing in memory."""
        self.book = CallBook()
        steady = SteadyClock(lambda: self.clock.now + self.set_by, lambda: self.clock.now)
        ports = Ports(
            switch_name="switch",
            switch=self.switch,
            spool=self.spool,
            write=self.entries.append,
            clock=steady.now,
            later=self.clock.later,
            new_id=lambda: f"id{next(self._ids)}",
            stamped=steady.of,
            refused=lambda company, act, failure: self.refused.append((company, act, failure)),
        )
        self.ports = ports
        policy = PolicySource(self.store)
        flow = self.flow = record_flow(self.store, self.book, policy, ports)
        self.watch, self.reconciler, self.restorer = flow.watch, flow.reconciler, flow.restorer
        self.redirects, self.conferences = flow.redirects, flow.conferences
        self.pauses = flow.recorder.pauses
        self.control = Control(self.book, flow.acts, lambda _: "en")
        self.has_keys(phone_keys.set_keys(phone_keys.DEFAULT))
        self.armer = CallArmer(self.book, policy, flow.conversations, flow.consents, ports)
        self.witness = Witness(self.store, self.book, policy, *flow.left, ports)
        self.growth = GrowthWatch(self.book, flow.recorder, self.spool, ports)

    def has_keys(self, presses: Mapping[phone_keys.Key, str]) -> None:
        """These are the keys that do something to a recording."""
        self.keys = Keys(self.book, self.control, self.ports, presses)
        self.flow.recorder.on_expected = self.keys.listen

    def start_again(self) -> None:
        """Kill fsplug and start it: what it had written is in the store, all else is gone."""
        self.write_down()
        self.clock = Clock(self.clock.now)
        self.start()
        self.flow.restore()
        self.reconciler.look()

    def excludes(self, number: str) -> None:
        """From now on this number is never recorded in the first company."""
        document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
        document["company"][0]["excluded"].append({"number": number})
        planning.apply_plan(self.store, planning.plan(self.store, document), by="test")

    def asks(self, legs: str = "1001", **marks: str) -> dict[str, str]:
        """A's dialplan asks; the variables that arm the call."""
        event = self.event("A", "CHANNEL_DATA", **{"fsplug_legs": legs, "Answer-State": "ringing", **marks})
        leg, names = leg_of(event), tuple(legs.split(","))
        self.variables = self.armer.arm(leg, names)
        return self.variables

    def switch_takes(self, variables: dict[str, str]) -> str:
        """The command that would set these variables; Invalid where one of them is not fit for it."""
        return commands.set_variables("A", variables)

    def receives(self, *lines: tuple[Any, ...]) -> None:
        """The switch sends these events, each at its time: (seconds, leg, event, further headers)."""
        for seconds, leg, name, *more in lines:
            self.clock.run_until(START + seconds)
            self.watch.see(self.event(leg, name, **(more[0] if more else {})))

    def until(self, seconds: float) -> None:
        """Nothing is told until then."""
        self.clock.run_until(START + seconds)

    def recording_of(self, leg_name: str) -> str:
        """The id of the recording that is armed for this leg (or for the caller's, `A`)."""
        variable = "execute_on_answer" if leg_name == "A" else f"fsplug_arm_{leg_name}"
        return Path(self.variables[variable].split(" ")[1]).stem if self.variables[variable] else ""

    def event(self, leg: str, name: str, marks_of_leg: bool = True, **more: str) -> Event:
        """An event as the switch tells it of a leg; what is no variable in `more` begins with a capital.

        Without `marks_of_leg` it says of the leg only what is in `more`.
        """
        headers = {
            "Event-Name": name,
            "Unique-ID": leg,
            "Event-Date-Timestamp": str(int((self.clock.now + self.set_by) * 1e6)),
            "Answer-State": "answered",
            **(_of_leg(leg) if marks_of_leg else {}),
        }
        for key, value in more.items():
            headers[key if key[0].isupper() or key.startswith("variable_") else f"variable_{key}"] = value
        return Event(wire.plain_event(headers))

    def write_down(self) -> None:
        """Bring what was written into the store, as the writer does."""
        entries, self.entries[:] = list(self.entries), []
        ledger.apply(self.store, entries)

    def verdicts(self, company: str = ACME) -> list[tuple[bool, str, str | None]]:
        """(record, rule, user) of every decision, oldest first."""
        self.write_down()
        found = decisions.listed(self.store, company)
        return [(one.record, one.rule, one.user) for one in sorted(found, key=lambda one: (one.at, one.id))]

    def recordings(self, company: str = ACME) -> dict[str, str]:
        """State of every recording by id."""
        self.write_down()
        return {one.id: str(one.state) for one in recordings.listed(self.store, company)}

    def gaps(self, company: str = ACME) -> list[str]:
        """The causes of all gaps."""
        self.write_down()
        return [one.cause for one in gaps.listed(self.store, company)]

    def calls(self, company: str = ACME) -> list[Call]:
        self.write_down()
        return calls.listed(self.store, company)

    def decisions(self, company: str = ACME) -> list[Decision]:
        self.write_down()
        return decisions.listed(self.store, company)

    def open_calls(self) -> list[str]:
        self.write_down()
        return [one.id for one in calls.open_on(self.store, "switch")]

    def rejects(self) -> list[Any]:
        self.write_down()
        return ledger.rejects(self.store)


def _of_leg(leg: str) -> dict[str, str]:
    if leg.startswith("A"):
        numbers = {"Caller-Caller-ID-Number": CUSTOMER, "Caller-Destination-Number": "+4570101001"}
        return {"Call-Direction": "inbound", "variable_fsplug_company": ACME, "variable_fsplug_legs": "1001", **numbers}
    name = leg.removeprefix("B")
    made_for = {"variable_fsplug_call": "A", "variable_fsplug_company": ACME, "variable_fsplug_leg": name}
    user = {} if name == "trunk" else {"variable_fsplug_user": name}
    return {"Call-Direction": "outbound", "Caller-Destination-Number": name, **made_for, **user}


def bridge(caller="A", answerer="B1001"):
    return {"Bridge-A-Unique-ID": caller, "Bridge-B-Unique-ID": answerer}


def started(recording):
    return {"Recording-Variable-fsplug_recording": recording, "Record-File-Path": f"/spool/{recording}.wav"}


def stopped(recording):
    return {**started(recording), "Record-Completion-Cause": "success-silence", "Answer-State": "hangup"}


ENDED = {"Hangup-Cause": "NORMAL_CLEARING", "Answer-State": "hangup"}


Line = tuple[Any, ...]


def a_whole_call(recording: str, leg: str = "B1001") -> list[Line]:
    """From the answer to the end; the recording runs on this leg."""
    return [*talk_begins(recording, leg), *talk_ends(recording, leg)]


def talk_begins(recording: str, leg: str = "B1001") -> list[Line]:
    """1001 answers, and the two talk."""
    return [
        (9.0, "B1001", "CHANNEL_ANSWER"),
        (9.0, leg, "RECORD_START", started(recording)),
        (9.0, "A", "CHANNEL_ANSWER"),
        (9.02, "A", "CHANNEL_BRIDGE", bridge()),
    ]


def talk_ends(recording: str, leg: str = "B1001") -> list[Line]:
    """1001 hangs up, and so does the switch."""
    return [
        (20.0, leg, "RECORD_STOP", stopped(recording)),
        (20.0, "A", "CHANNEL_UNBRIDGE", bridge()),
        (20.0, "B1001", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "A"}),
        (20.0, "A", "CHANNEL_HANGUP_COMPLETE", {**ENDED, "bridge_uuid": "B1001"}),
    ]


def without(names: str, lines: list[Line]) -> list[Line]:
    """The lines but for the events of these names, with spaces between them: they are lost."""
    return [line for line in lines if line[2] not in names.split()]
