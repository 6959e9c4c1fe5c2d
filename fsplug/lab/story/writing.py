"""Writes the story into a store and an archive, act by act in order of time; each act writes its own audit entries."""

import os
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from fsplug.lab.story import acts, whole
from fsplug.lab.story.calls import COMPANIES, StoryCall, days, entries, location_of, planned, recording_of
from fsplug.lab.story.cast import ACME, BEGAN_DAYS, TURNS, document_of
from fsplug.lab.story.voices import Conversation, conversations
from fsplug.media.archive import FolderArchive
from fsplug.media.destroyer import Destroyer
from fsplug.policy.access import scopes
from fsplug.store.calls import ledger
from fsplug.store.change import carrying, planning
from fsplug.store.config import actors
from fsplug.store.db.database import Store
from fsplug.store.recordings.deletions import UNDO_SECONDS

DAY_SECONDS = 86_400.0
# Many recordings share one file by links, so the story takes megabytes, not gigabytes.
_LENGTHS_SECONDS = (14.0, 33.0, 48.0, 75.0, 110.0, 170.0, 290.0)
# A talk lasts this long before somebody listens to it.
_SETTLES_SECONDS = 12.0


@dataclass
class _Writer:
    """The store, with a clock that the story moves from act to act."""

    store: Store
    archive: Path
    switch: str
    at: float = 0.0
    recorded: list[StoryCall] = field(default_factory=list)

    def clock(self) -> float:
        return self.at


@dataclass(frozen=True, slots=True)
class _Act:
    at: float
    do: Callable[[], object]


def write(place: str | Path, archive: Path, now: float, switch: str = "fs1", audit_keys: Sequence[str] = ()) -> None:
    """Write everything that happened on this switch until `now` (epoch seconds) into a store without companies.

    The story is the same every time, except for today's calls: only those already over are written.
    """
    store = Store(place)
    writer = _Writer(store, archive, switch)
    store.now = store.database_now = writer.clock
    store.audit_keys = audit_keys
    store.connect()
    store.migrate()
    try:
        with TemporaryDirectory(dir=archive.parent, prefix="story-") as folder:
            spoken = conversations(Path(folder), _LENGTHS_SECONDS)
            for act in sorted(_acts(writer, now, spoken), key=lambda one: one.at):
                writer.at = act.at
                act.do()
    finally:
        store.close()


def _acts(writer: _Writer, now: float, spoken: list[Conversation]) -> Iterator[_Act]:
    destroyer = Destroyer(writer.store, FolderArchive(writer.archive), writer.switch)
    yield _Act(now - BEGAN_DAYS * DAY_SECONDS, partial(_found, writer))
    for turn in TURNS:
        yield _Act(now - turn.days_ago * DAY_SECONDS, partial(_turn, writer, turn.days_ago, turn.by))
    for company in COMPANIES:
        for days_ago in days():
            calls = list(planned(company, days_ago, now, spoken))
            for call in calls:
                yield _Act(call.at, partial(_happen, writer, call))
            yield from _listens(writer, calls, days_ago)
    for days_ago in whole.DAYS_AGO:
        at = whole.began_at(now, days_ago)
        told = [spoken[_LENGTHS_SECONDS.index(seconds)] for seconds in (170.0, 33.0, 75.0)]
        yield _Act(at, partial(whole.happen, writer.store, writer.archive, at, told, writer.switch))
    for days_ago in days():
        at = now - (days_ago + 0.05) * DAY_SECONDS
        yield _Act(at, partial(_live, writer, days_ago))
        yield _Act(at + 2 * UNDO_SECONDS, destroyer.work)
    yield _Act(now - 1.0, partial(acts.post, writer.store))


def _found(writer: _Writer) -> None:
    plan = planning.plan(writer.store, document_of(BEGAN_DAYS))
    planning.apply_plan(writer.store, plan, "operator")


def _turn(writer: _Writer, days_ago: int, by: str) -> None:
    plan = planning.plan(writer.store, document_of(days_ago))
    made = planning.make(writer.store, plan, actors.actor(writer.store, ACME, by))
    for change in made.waiting:
        carrying.confirm(writer.store, ACME, change.id, scopes.operator("operator"))


def _happen(writer: _Writer, call: StoryCall) -> None:
    happened = entries(writer.store, call, writer.switch)
    ledger.apply(writer.store, happened)
    if any(entry.kind == "recording-sealed" for entry in happened):
        path = writer.archive / location_of(call)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.link(call.conversation.path, path)
        writer.recorded.append(call)


def _listens(writer: _Writer, calls: list[StoryCall], days_ago: int) -> Iterator[_Act]:
    """On some days somebody listens to Anna, in one of her long talks."""
    long = (one for one in calls if one.conversation.seconds > 3 * _SETTLES_SECONDS and one.answered_at is not None)
    heard = next((one for one in long if one.user == acts.LISTENED and one.colleague != acts.LISTENER), None)
    if heard is not None and heard.answered_at is not None and heard.company.domain == ACME:
        chance = random.Random(f"listen {days_ago}")
        listen = partial(acts.listen, writer.store, heard, days_ago, writer.switch, chance)
        yield _Act(heard.answered_at + _SETTLES_SECONDS, listen)


def _live(writer: _Writer, days_ago: int) -> None:
    """What people did in the console that day, about calls of the days before."""
    chance = random.Random(f"console {days_ago}")
    acts.post(writer.store)
    ours = [call for call in writer.recorded if call.company.domain == ACME][-30:]
    if ours:
        acts.play(writer.store, [recording_of(call) for call in chance.sample(ours, min(2, len(ours)))], chance)
        acts.share(writer.store, recording_of(chance.choice(ours)), days_ago)
        if acts.delete(writer.store, recording_of(ours[0]), days_ago):
            writer.recorded.remove(ours[0])
    theirs = [recording_of(call) for call in writer.recorded if call.company.domain != ACME][-5:]
    if theirs and days_ago % 4 == 0:
        acts.at_beta(writer.store, chance.choice(theirs), days_ago)
