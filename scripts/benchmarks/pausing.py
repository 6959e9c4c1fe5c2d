"""The payment pause: how soon after its key nothing of the call is recorded, and no listener hears it."""

import io
import statistics
import time
import wave
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks import listening
from benchmarks.figures import Figure, Target, number
from benchmarks.listening import ACME, Bench
from benchmarks.setting import Setting
from fsplug.lab.freeswitch import wait_for
from fsplug.lab.media import Voice
from fsplug.media.archive import FolderArchive
from fsplug.store.recordings import recordings
from fsplug.store.recordings.recordings import Recording, State

MEDIAN = Target("pause: key to silence in the recording, median", 150, "ms")
WORST = Target("pause: key to silence in the recording, slowest", 300, "ms")
LISTENER = Target("pause: key to silence for a listener, slowest", 300, "ms")
TARGETS = (MEDIAN, WORST, LISTENER)

# How long a pause and a talk between two pauses last.
_SECONDS = 1.0
_LOUD, _QUIET_SECONDS, _STEP_SECONDS = 200, 0.06, 0.005


def measure(setting: Setting) -> Iterator[Figure]:
    """One long call: Anna pauses it by `*2` and goes on, again and again, while Bo listens."""
    times = setting.rounds(full=30, quick=10)
    with listening.talking(setting, _document()) as bench:
        listener = bench.bo.until_up(bench.bo.call("*28*70101001"))
        wait_for(lambda: any(level > _LOUD for _, level in listener.voice.loudness()), "Bo to hear", 10)
        for _ in range(2 * times):
            _passes(_SECONDS)
            known = len(bench.anna.voice.pressed)
            for key in "*2":
                bench.anna.voice.press(key)
            wait_for(partial(_have_pressed, bench.anna.voice, known + 2), "the keys to be sent")
        _passes(_SECONDS)
        pressed = _pauses(bench.anna.voice)
        heard = [_until_quiet(listener.voice, two) for _, two in pressed]
        recorded = [gone - (two - star) for gone, (star, two) in zip(_gone(bench), pressed, strict=True)]
    released = f"{times} pauses; the key is held 100 ms of them"
    yield MEDIAN.judged(1000 * statistics.median(recorded), released)
    yield WORST.judged(1000 * max(recorded), f"fastest: {number(1000 * min(recorded))} ms")
    yield LISTENER.judged(1000 * max(heard), f"median: {number(1000 * statistics.median(heard))} ms")


def _document() -> dict[str, Any]:
    """Listen-in's document, in which whoever is recorded may pause."""
    document = listening.document()
    for policy in (*document["company"][0]["policy"], *document["company"][0]["group"]):
        policy["agent_may"] = "pause"
    return document


def _passes(seconds: float) -> None:
    begun = time.monotonic()
    wait_for(lambda: time.monotonic() > begun + seconds, "some time to pass", seconds + 5)


def _pauses(voice: Voice) -> list[tuple[float, float]]:
    """When the star and the key of each pause were pressed; every other pair goes on."""
    at = [one for one, _ in voice.pressed]
    return list(zip(at[::4], at[1::4], strict=True))


def _until_quiet(voice: Voice, since: float) -> float:
    """How long after that a listener still heard anything."""
    loud = [at for at, level in voice.loudness() if level > _LOUD and since <= at < since + _SECONDS]
    return max(loud, default=since) - since


def _gone(bench: Bench) -> list[float]:
    """For each pause, the seconds in the recording from where Anna's voice stops for the star until all is silent.

    Her phone sends no voice while it sends a key: so the recording itself says when the keys came.
    """
    bench.switch.api("hupall")
    wait_for(lambda: _recording(bench).state is State.SEALED, "the recording to be sealed", 30)
    archive = FolderArchive(bench.folder / "archive")
    with archive.open(_recording(bench).location or "") as file, wave.open(io.BytesIO(file.read())) as wav:
        rate = wav.getframerate()
        samples = np.abs(np.frombuffer(wav.readframes(wav.getnframes()), "<i2").reshape(-1, 2).astype(int))
    step = int(rate * _STEP_SECONDS)
    ours, theirs = (samples[: len(samples) // step * step, side].reshape(-1, step).max(1) > _LOUD for side in (0, 1))
    silent = [begin for begin, end in _quiet(theirs) if end - begin > _SECONDS / 2]
    stops = [begin for begin, _ in _quiet(ours)]
    return [begin - next(at for at in stops if begin - _SECONDS / 2 < at) for begin in silent]


def _recording(bench: Bench) -> Recording:
    return recordings.listed(bench.store, ACME)[0]


def _quiet(loud: Sequence[bool]) -> list[tuple[float, float]]:
    """From when to when nothing is loud, in seconds."""
    found, begin = list[tuple[float, float]](), 0
    for at, is_loud in enumerate([*loud, True]):
        if is_loud:
            if (at - begin) * _STEP_SECONDS >= _QUIET_SECONDS:
                found.append((begin * _STEP_SECONDS, at * _STEP_SECONDS))
            begin = at + 1
    return found


def _have_pressed(voice: Voice, keys: int) -> bool:
    return len(voice.pressed) == keys
