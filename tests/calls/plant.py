"""A switch with fsplug beside it: what the call-flow tests run on, the same on either kind of switch."""

import io
import tomllib
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import peewee
from peewee import fn

from fsplug.lab.freeswitch import wait_for
from fsplug.lab.witness import Account, Row
from fsplug.media.archive import FolderArchive
from fsplug.store.calls import calls, decisions, gaps
from fsplug.store.calls.calls import Call
from fsplug.store.calls.decisions import Decision
from fsplug.store.calls.gaps import Gap
from fsplug.store.change import planning
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import UNFINISHED, Recording
from fsplug.store.schema.calls import Calls
from fsplug.store.schema.companies import Companies
from fsplug.store.schema.recordings import Recordings
from tests.calls.lines import Line
from tests.calls.serving import Serving
from tests.furnished import DEMO, demo_store

ROOT = Path(__file__).parents[2]
ACME, BETA = "acme.example", "beta.example"
_UNENDED_CALLS = (
    Calls.select(fn.COUNT(Calls.id)).join(Companies, on=(Companies.id == Calls.company)).where(Calls.ended_at.is_null())
)
_UNFINISHED_RECORDINGS = (
    Recordings.select(fn.COUNT(Recordings.id))
    .join(Companies, on=(Companies.id == Recordings.company))
    .where(Recordings.state.in_(tuple(UNFINISHED)))
)
_EVERYTHING = 1_000_000
_FACTS = ("company", "direction", "group", "caller", "called", "answered_at", "ended_at")


class Plant:
    """`line` is the switch, `serving` the fsplug beside it, `store` fsplug's store as somebody else reads it.

    Without `restarts` fsplug ends with the first of its processes that dies.
    """

    def __init__(self, line: Line, data: Path, *, restarts: bool = True, **settings: str | int) -> None:
        self.line = line
        self.data = data
        self.spool = data / "spool"
        for folder in (self.spool, data / "archive"):
            folder.mkdir(exist_ok=True)
        self.store = demo_store(data / "fsplug.db")
        self.store.connect()
        self.serving = Serving(data, {**line.settings, **settings}, restarts=restarts)
        # The switch may serve several plants in turn. Records of an earlier plant's calls are nobody's now.
        for record in Path(line.settings["records"]).glob("*.json"):
            record.unlink()

    def apply(self, change: Callable[[dict], None]) -> None:
        """Bring in the demo's companies, changed so: `fsplug apply`."""
        document = tomllib.loads(DEMO.read_text(encoding="utf-8"))
        change(document)
        planning.apply_plan(self.store, planning.plan(self.store, document), by="test")

    def calls(self, company: str = ACME) -> list[Call]:
        return calls.listed(self.store, company, _EVERYTHING)

    def decisions(self, company: str = ACME) -> list[Decision]:
        return decisions.listed(self.store, company, _EVERYTHING)

    def recordings(self, company: str = ACME) -> list[Recording]:
        return recordings.listed(self.store, company, _EVERYTHING)

    def gaps(self, company: str = ACME) -> list[Gap]:
        return gaps.listed(self.store, company, _EVERYTHING)

    def account(self) -> Account:
        """Calls and recordings of both companies, as the CLI lists them."""
        found = [(company, self.calls(company)) for company in (ACME, BETA)]
        rows = tuple(self._row(company, call) for company, its_calls in found for call in its_calls)
        kept = tuple(_recording_row(one) for company in (ACME, BETA) for one in self.recordings(company))
        return Account(rows, kept)

    def until(self, condition: Callable[[], bool], what: str) -> None:
        """Return as soon as it holds; Unavailable, naming `what`, when it does not in time."""
        wait_for(condition, what)

    def until_settled(self) -> None:
        """Return when every call has ended and every recording is sealed or told as lost."""
        self.until(self.is_settled, f"calls to end and recordings to be sealed; see {self.serving.log}")

    def is_idle(self) -> bool:
        """Whether every call that fsplug saw has ended."""
        return self._count(_UNENDED_CALLS) == 0

    def is_settled(self) -> bool:
        """Whether besides every recording has come to its end."""
        # In this order: what records a call is known before its end is.
        return self.is_idle() and self._count(_UNFINISHED_RECORDINGS) == 0

    def files(self) -> set[str]:
        """What lies in the spool, probes aside."""
        return {path.name for path in self.spool.iterdir() if not path.name.startswith(".")}

    def trouble(self) -> str | None:
        """What keeps the spool from being recorded to, as fsplug last told."""
        listed = self.serving.said("spool")
        return listed[-1]["trouble"] if listed else None

    def pitches(self, recording: Recording) -> list[int]:
        """The strongest tone of each channel of a sealed recording, to 10 Hz."""
        with FolderArchive(self.data / "archive").open(recording.location or "") as file:
            return pitches(file.read())

    @contextmanager
    def running(self) -> Iterator["Plant"]:
        """With fsplug serving, until the `with` ends."""
        self.serving.start()
        try:
            yield self
        finally:
            self.serving.end()
            self.store.close()

    def _count(self, query: peewee.Query) -> int:
        # Counted by the database: this is asked again and again, also when there are thousands of rows.
        [(count,)] = self.store.query(query)
        return int(count)

    def _row(self, company: str, call: Call) -> Row:
        decided = decisions.of_calls(self.store, company, [call.id])[call.id]
        listed = [{"record": one.record, "rule": one.rule, "user": one.user} for one in decided]
        facts = {name: getattr(call, name) for name in _FACTS}
        return {**facts, "call": call.id, "decisions": listed}


def _recording_row(one: Recording) -> Row:
    times = {"started_at": one.started_at, "stopped_at": one.stopped_at}
    lengths = {"seconds": one.seconds, "talk_seconds": one.talk_seconds}
    return {"id": one.id, "call": one.call, "user": one.user, "state": str(one.state), **times, **lengths}


def pitches(wav: bytes) -> list[int]:
    """The strongest tone of each channel of a WAV file, to 10 Hz; 0 for silence."""
    with wave.open(io.BytesIO(wav)) as recording:
        samples = np.frombuffer(recording.readframes(recording.getnframes()), "<i2")
        channels, rate = samples.reshape(-1, recording.getnchannels()).T, recording.getframerate()
    return [_pitch(one, rate) for one in channels]


def _pitch(samples: np.ndarray, rate: int) -> int:
    if not np.abs(samples).max(initial=0) > 100:
        return 0
    return round(float(np.abs(np.fft.rfft(samples)).argmax()) * rate / len(samples) / 10) * 10
