"""A flow of legs as a table: each row is what the switch tells of a leg, and when.

    seconds  leg  event    note
    0.04     B    ANSWER
    0.04     B    START             its recording begins: the one armed for it, else the one commanded last
    0.04     A    BRIDGE   A-B
    0.82     A    ASKS     1003     its dialplan is about to ring 1003

A leg RINGS once the switch has made it. Recordings end with STOP and a completion cause; legs with HANGUP and theirs.
A leg COMES into a conference and GOES out of it; those events tell nothing else of the leg.
A leg NAMES another number in a SIP UPDATE; `names` is no event. LEAVES is a leg's CHANNEL_HANGUP, where it comes long
before its CHANNEL_HANGUP_COMPLETE. FILE is no event: the armed recording is written to, and nobody tells. MOVES is none
either: the leg is transferred (REFER with Replaces), which begins a new part of its life. PLACED is none: the leg is in
this parking place; nor is MARKED: its dialplan is about to ring these legs, and asks nobody. Nor are hold and unhold in
small letters: the leg does so, and only its later events show. VALET, CENTER and FIFO are what a park and the queues of
mod_callcenter and mod_fifo say just before they connect the leg with the one that is named.

After the two legs of an UNBRIDGE may come the one that the leg is about to get (`signal_bond`), and after the cause of
a hangup whom the leg's phone has transferred to whom (`transfer_to`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import permutations

from fsplug.esl.calls.conferences import CONFERENCE_EVENTS
from fsplug.esl.calls.legs import leg_names, leg_of
from fsplug.esl.calls.transfers import ends_talk
from fsplug.esl.protocol.event import Event, plain_event
from tests.esl.outcome import Outcome
from tests.esl.story import ACME, CUSTOMER, START, Story

_NAMES = {
    "ANSWER": "CHANNEL_ANSWER",
    "BRIDGE": "CHANNEL_BRIDGE",
    "RINGS": "CHANNEL_ORIGINATE",
    "LEAVES": "CHANNEL_HANGUP",
    "UNBRIDGE": "CHANNEL_UNBRIDGE",
    "HOLD": "CHANNEL_HOLD",
    "UNHOLD": "CHANNEL_UNHOLD",
    "HANGUP": "CHANNEL_HANGUP_COMPLETE",
    "NAMES": "CALL_UPDATE",
    "START": "RECORD_START",
    "STOP": "RECORD_STOP",
}
Marks = Mapping[str, str]
_FORETOLD: Mapping[str, Marks] = {
    "VALET": {"Event-Subclass": "valet_parking::info", "Action": "bridge", "Bridge-To-UUID": "{other}"},
    "CENTER": {
        "Event-Subclass": "callcenter::info",
        "CC-Action": "bridge-agent-start",
        "CC-Member-Session-UUID": "{leg}",
        "CC-Agent-UUID": "{other}",
    },
    "FIFO": {"Event-Subclass": "fifo::info", "FIFO-Action": "consumer_pop", "FIFO-Caller-UUID": "{other}"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    seconds: float
    leg: str
    event: str
    note: str = ""


def rows(table: str) -> list[Row]:
    """The rows of a table."""
    lines = [line.split(None, 3) for line in table.splitlines() if line.strip()]
    return [Row(float(seconds), leg, event, *note) for seconds, leg, event, *note in lines]


def lines(text: str) -> list[str]:
    """The lines of a result, each with one space between its words."""
    return [" ".join(line.split()) for line in text.strip().splitlines()]


def customer(number: str = "+4570101001", who: str = CUSTOMER) -> Marks:
    """The leg of a customer who dialled this."""
    numbers = {"Caller-Caller-ID-Number": who, "Caller-Destination-Number": number}
    return {"Call-Direction": "inbound", "variable_fsplug_company": ACME, **numbers}


def caller(username: str, dials: str) -> Marks:
    """The leg of a user who dialled this."""
    numbers = {"Caller-Caller-ID-Number": username, "Caller-Destination-Number": dials}
    marks = {"variable_fsplug_company": ACME, "variable_fsplug_user": username}
    return {"Call-Direction": "inbound", **marks, **numbers}


def called(username: str, by: str) -> Marks:
    """The leg towards a user's phone that was made for the leg `by`."""
    marks = {"company": ACME, "user": username, "leg": username, "call": by}
    numbers = {"Caller-Destination-Number": username}
    return {"Call-Direction": "outbound", **{f"variable_fsplug_{name}": one for name, one in marks.items()}, **numbers}


def assert_nothing_is_left(story: Story, gaps: str = "") -> None:
    """After a flow: these gaps, no open call, nothing in memory."""
    assert (story.gaps(), story.open_calls(), story.rejects()) == (lines(gaps), [], [])
    book = story.book
    assert (book.calls, book.channels, book.recordings, book.ringing) == ({}, {}, {}, {})
    assert book.conferences == {}


class Flow(Outcome):
    """Plays tables on a story. `legs` are what the switch says of each leg in every event."""

    def __init__(self, story: Story, legs: Mapping[str, Marks]) -> None:
        super().__init__(story)
        self._marks = {name: dict(marks) for name, marks in legs.items()}
        self._is_seen = True
        self._armed: dict[tuple[str, str], str] = {}
        self._runs: dict[str, list[str]] = {}
        self._acts: Mapping[str, Callable[[Row], None]] = {
            "ASKS": self._asks,
            "FILE": self._writes_untold,
            "MOVES": self._moves,
            "PLACED": self._placed,
            "MARKED": self._marked,
            "START": self._starts,
            "STOP": self._stops,
            "HOLD": self._holds,
            "UNHOLD": self._holds,
            "COMES": self._meets,
            "GOES": self._meets,
            "VALET": self._foretells,
            "CENTER": self._foretells,
            "FIFO": self._foretells,
            "NAMES": self._names,
            "names": self._names,
            "hold": self._holds,
            "unhold": self._holds,
        }

    def plays(self, table: str) -> None:
        """The switch tells all of it, and a minute later a look at it finds no leg."""
        self.begins(table)
        self._story.until(60)
        self._story.reconciler.look()

    def begins(self, table: str) -> None:
        """The switch tells all of it."""
        for row in rows(table):
            self._story.clock.run_until(START + row.seconds)
            self._acts.get(row.event, self._received)(row)

    def goes_unseen(self, table: str) -> None:
        """All of it happens on the switch while fsplug is away."""
        self._is_seen = False
        self.begins(table)
        self._is_seen = True

    def dump(self, leg: str) -> Event:
        """What the switch answers when it is asked for this leg."""
        return self._event(Row(self._story.clock.now - START, leg, "DUMP"))

    def cut_at(self, table: str, leg: str, partner: str) -> float:
        """When a listener to this leg's talk with this partner is cut by what the switch tells of the bridge."""
        for row in rows(table):
            if row.event in ("BRIDGE", "UNBRIDGE") and ends_talk(self._event(row), leg, partner):
                return row.seconds
        raise AssertionError(f"nothing ends the talk of {leg} with {partner}")

    def _asks(self, row: Row) -> None:
        self._marks[row.leg]["variable_fsplug_legs"] = row.note
        state = self._marks[row.leg].get("Answer-State", "ringing")
        event = self._event(Row(row.seconds, row.leg, "ASKS"), {"Answer-State": state})
        self._story.switch.live[row.leg] = event
        variables = self._story.armer.arm(leg_of(event), leg_names(event))
        for name, value in variables.items():
            if name.startswith("fsplug_arm_") or name == "execute_on_answer":
                leg_name = name.removeprefix("fsplug_arm_") if name != "execute_on_answer" else ""
                self._armed[row.leg, leg_name] = _recording_in(value)

    def _starts(self, row: Row) -> None:
        recording = self._commanded_on(row.leg) or self._armed_on(row.leg)
        self._runs.setdefault(row.leg, []).append(recording)
        self._story.spool.files.add(recording)
        self._record(row, recording, {})

    def _writes_untold(self, row: Row) -> None:
        self._story.spool.files.add(self._armed_on(row.leg))

    def _stops(self, row: Row) -> None:
        goes_on = row.note == "success-maxtime"
        if goes_on:
            commanded = ("stop", row.leg, self._runs[row.leg][0])
            assert commanded in self._story.switch.commands, f"{row}: nobody has told the switch to stop it"
        marks = {"Record-Completion-Cause": row.note, "Answer-State": "answered" if goes_on else "hangup"}
        self._record(row, self._runs[row.leg].pop(0), marks)

    def _moves(self, row: Row) -> None:
        marks, now = self._marks[row.leg], self._now()
        history = marks.get("variable_transfer_history", "")
        second = now // 1_000_000
        transfer = f"{second}:id:att_xfer:1001@127.0.0.1/1003@127.0.0.1|:{second}:id:uuid_br:id"
        marks["variable_transfer_history"] = f"{history}|:{transfer}" if history else f"ARRAY::{transfer}"
        marks["Caller-Profile-Created-Time"] = str(now)
        self._story.switch.live[row.leg] = self._event(Row(row.seconds, row.leg, "DUMP"))

    def _placed(self, row: Row) -> None:
        self._marks[row.leg]["variable_valet_lot_extension"] = row.note

    def _marked(self, row: Row) -> None:
        self._marks[row.leg]["variable_fsplug_legs"] = row.note

    def _record(self, row: Row, recording: str, marks: Marks) -> None:
        told = {"Recording-Variable-fsplug_recording": recording, "Record-File-Path": f"/spool/{recording}.wav"}
        self._story.watch.see(self._event(row, {**told, **marks}))

    def _holds(self, row: Row) -> None:
        marks, now = self._marks[row.leg], self._now()
        last, total = int(marks.get("Caller-Channel-Last-Hold", 0)), int(marks.get("Caller-Channel-Hold-Accum", 0))
        is_held = marks.get("Channel-Call-State") == "HELD"
        if row.event.lower() == "hold" and not is_held:
            marks |= {"Channel-Call-State": "HELD", "Caller-Channel-Last-Hold": str(now)}
        elif row.event.lower() == "unhold" and is_held:
            marks |= {"Channel-Call-State": "UNHELD", "Caller-Channel-Hold-Accum": str(total + now - last)}
        if row.event.isupper():
            self._received(row)

    def _names(self, row: Row) -> None:
        marks = self._marks[row.leg]
        called_in = marks["Call-Direction"] == "inbound"
        marks["Caller-Caller-ID-Number" if called_in else "Caller-Callee-ID-Number"] = row.note
        self._story.switch.live[row.leg] = self._event(Row(row.seconds, row.leg, "DUMP"))
        if row.event.isupper():
            self._story.watch.see(self._event(row, {"Direction": "RECV"}))

    def _meets(self, row: Row) -> None:
        action = {"COMES": "add-member", "GOES": "del-member"}[row.event]
        sent = {"Event-Name": "CUSTOM", "Unique-ID": row.leg, "Event-Subclass": CONFERENCE_EVENTS, "Action": action}
        self._story.watch.see(Event(plain_event({**sent, "Conference-Unique-ID": row.note})))

    def _foretells(self, row: Row) -> None:
        said = {name: one.format(leg=row.leg, other=row.note) for name, one in _FORETOLD[row.event].items()}
        self._story.watch.see(Event(plain_event({"Event-Name": "CUSTOM", "Unique-ID": row.leg, **said})))

    def _received(self, row: Row) -> None:
        if row.event == "ANSWER":
            now = str(self._now())
            self._marks[row.leg] |= {"Answer-State": "answered", "Caller-Channel-Answered-Time": now}
        elif row.event == "BRIDGE":
            for leg, partner in permutations(row.note.split("-")):
                now = str(self._now())
                self._marks[leg] |= {"Caller-Channel-Bridged-Time": now, "variable_bridge_uuid": partner}
        for leg in row.note.split("-") if row.event == "BRIDGE" else (row.leg,):
            if row.event == "HANGUP":
                self._story.switch.live.pop(leg, None)
            else:
                self._story.switch.live[leg] = self._event(Row(row.seconds, leg, "DUMP"))
        if self._is_seen:
            self._story.watch.see(self._event(row))
            return
        gone = set(row.note.split("-") if row.event in ("BRIDGE", "UNBRIDGE") else (row.leg,))
        talking = [one for one in self._story.switch.bridged if row.event == "ANSWER" or not gone & set(one)]
        caller, _, answerer = row.note.partition("-")
        self._story.switch.bridged = [*talking, *([(caller, answerer)] if row.event == "BRIDGE" else [])]

    def _event(self, row: Row, marks: Marks | None = None) -> Event:
        never = {"Caller-Channel-Bridged-Time": "0"}
        more: dict[str, str] = {"Answer-State": "answered", **never, **self._marks[row.leg]}
        if row.event in ("BRIDGE", "UNBRIDGE"):
            pair, _, bond = row.note.partition(" ")
            more["Bridge-A-Unique-ID"], more["Bridge-B-Unique-ID"] = pair.split("-")
            more |= {"variable_signal_bond": bond} if bond else {}
        elif row.event in ("HANGUP", "LEAVES"):
            cause, _, sent = row.note.partition(" ")
            more |= {"Hangup-Cause": cause, "Answer-State": "hangup"} | ({"variable_transfer_to": sent} if sent else {})
        name = _NAMES.get(row.event, "CHANNEL_DATA")
        return self._story.event(row.leg, name, marks_of_leg=False, **{**more, **(marks or {})})

    def _now(self) -> int:
        """The switch's time, in microseconds."""
        return int((self._story.clock.now + self._story.set_by) * 1e6)

    def _commanded_on(self, leg: str) -> str:
        """The recording that was commanded on this leg and has not begun yet."""
        verbs = ("start", "start at once", "start silent", "arm")
        begun = {one for runs in self._runs.values() for one in runs} | self._story.spool.files
        told = self._story.switch.commands
        starts = [command for verb in verbs for command in told if command[:2] == (verb, leg)]
        return next((one for _, _, one in starts if one not in begun), "")

    def _armed_on(self, leg: str) -> str:
        marks = self._marks[leg]
        by = marks.get("variable_fsplug_call", "")
        return self._armed.get((by, marks.get("variable_fsplug_leg", ""))) or self._armed[leg, ""]


def _recording_in(value: str) -> str:
    return value.split(" ")[1].rpartition("/")[2].removesuffix(".wav") if value else ""
