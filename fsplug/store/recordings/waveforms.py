"""How loud each recording is from beginning to end, kept once somebody has looked at it."""

import json

from fsplug.store.db.database import Store

# For each channel, numbers from 0 to 255.
Peaks = list[list[int]]
_KEEP = """INSERT INTO waveform (recording, peaks) SELECT ?, ?
    WHERE NOT EXISTS (SELECT 1 FROM deletion WHERE recording = ?) ON CONFLICT (recording) DO NOTHING"""


def find(store: Store, recording: str) -> Peaks | None:
    """What is kept, or None."""
    found = store.row("SELECT peaks FROM waveform WHERE recording = ?", recording)
    return None if found is None else [list(bytes.fromhex(channel)) for channel in json.loads(found[0])]


def keep(store: Store, recording: str, peaks: Peaks) -> None:
    """Keep it, until `forget`; not of a recording that was deleted while it was made."""
    with store.atomic():
        store.run(_KEEP, recording, json.dumps([bytes(channel).hex() for channel in peaks]), recording)


def forget(store: Store, recording: str) -> None:
    """With the recording goes what shows how its people spoke."""
    with store.atomic():
        store.run("DELETE FROM waveform WHERE recording = ?", recording)
