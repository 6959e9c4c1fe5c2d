"""How loud each recording is from beginning to end, kept once somebody has looked at it."""

import json
from typing import Any

import peewee
from peewee import SQL, fn

from fsplug.store.db.database import Store
from fsplug.store.db.statements import Select, Write, given, unless_there
from fsplug.store.schema.recordings import Deletions, Waveforms

# For each channel, numbers from 0 to 255.
Peaks = list[list[int]]
_PEAKS = Select(str, lambda: Waveforms.select(Waveforms.peaks).where(Waveforms.recording == given.recording))
_KEEP = Write(lambda: unless_there(_insert_unless_deleted(), Waveforms, "recording"))
_FORGET = Write(lambda: Waveforms.delete().where(Waveforms.recording == given.recording))


def find(store: Store, recording: str) -> Peaks | None:
    """What is kept, or None."""
    found = _PEAKS.row(store, recording=recording)
    return None if found is None else [list(bytes.fromhex(channel)) for channel in json.loads(found)]


def keep(store: Store, recording: str, peaks: Peaks) -> None:
    """Keep it, until `forget`; not of a recording that was deleted while it was made."""
    with store.atomic():
        _KEEP.run(store, recording=recording, peaks=json.dumps([bytes(channel).hex() for channel in peaks]))


def forget(store: Store, recording: str) -> None:
    """With the recording goes what shows how its people spoke."""
    with store.atomic():
        _FORGET.run(store, recording=recording)


def _insert_unless_deleted() -> Any:
    deleted = Deletions.select(SQL("1")).where(Deletions.recording == given.recording)
    row = peewee.Select(columns=[given.recording, given.peaks]).where(~fn.EXISTS(deleted))
    return Waveforms.insert_from(row, [Waveforms.recording, Waveforms.peaks])
