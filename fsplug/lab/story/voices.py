"""Conversations to listen to: spoken by espeak-ng where it is installed, otherwise hummed; one party per channel."""

import array
import hashlib
import io
import math
import random
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from fsplug.lab.tone import SAMPLE_RATE

_LOUDEST = 22_000
_PAUSE_SECONDS = (0.25, 0.9)
# Voice, pitch and speed of espeak-ng, and the pitch to hum at in Hz: the user's, the customer's.
_PARTIES = (("da", 60, 150, 190.0), ("da", 30, 145, 115.0))
_USER_SAYS = (
    "Acme, det er Anna. Hvad kan jeg hjælpe med?",
    "Ja, det kan jeg godt se her i systemet.",
    "Et øjeblik, så slår jeg ordren op.",
    "Den blev sendt i går eftermiddags, så den burde være fremme i morgen.",
    "Jeg sender dig en bekræftelse på mail med det samme.",
    "Skal vi sige fredag klokken ti?",
    "Det ordner vi. Er der andet, jeg kan hjælpe med?",
    "Selv tak, og hav en rigtig god dag.",
)
_CUSTOMER_SAYS = (
    "Goddag, jeg ringer om en ordre, som jeg ikke har fået endnu.",
    "Nummeret er fire syv to, nul ni.",
    "Ja, det lyder fint.",
    "Kan I flytte leveringen til en anden dag?",
    "Hvad koster det, hvis vi tager tre i stedet for to?",
    "Det er godt at høre. Det var bare det.",
    "Så venter jeg på mailen. Mange tak for hjælpen.",
)

Samples: TypeAlias = "array.array[int]"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A WAV file, 8 kHz in stereo: left is the user, right the other party."""

    path: Path
    seconds: float
    bytes: int
    sha256: str


def conversations(folder: Path, about_seconds: tuple[float, ...]) -> list[Conversation]:
    """One file in the folder for each of these lengths; the same files every time."""
    folder.mkdir(parents=True, exist_ok=True)
    return [_written(folder / f"{number}.wav", seconds, number) for number, seconds in enumerate(about_seconds)]


def silenced(spoken: Conversation, spans: Sequence[tuple[float, float]]) -> Conversation:
    """The same conversation in a file beside it, in which both are silent in these spans, in seconds."""
    with wave.open(str(spoken.path)) as file:
        frames = array.array("h", file.readframes(file.getnframes()))
    if sys.byteorder == "big":
        frames.byteswap()
    for since, until in spans:
        first, end = (2 * round(at * SAMPLE_RATE) for at in (since, min(until, spoken.seconds)))
        frames[first:end] = array.array("h", bytes(2 * (end - first)))
    return _kept(spoken.path.with_stem(f"{spoken.path.stem}-silenced"), frames)


def _written(path: Path, about_seconds: float, number: int) -> Conversation:
    return _kept(path, _talk(about_seconds, random.Random(number)))


def _kept(path: Path, frames: Samples) -> Conversation:
    if sys.byteorder == "big":
        frames.byteswap()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(frames.tobytes())
    content = path.read_bytes()
    return Conversation(path, len(frames) / 2 / SAMPLE_RATE, len(content), hashlib.sha256(content).hexdigest())


def _talk(about_seconds: float, chance: random.Random) -> Samples:
    """The parties take turns until the time is over; each is silent while the other speaks."""
    sides: tuple[Samples, Samples] = (array.array("h"), array.array("h"))
    said = (_clips(0), _clips(1))
    turn, next_clip = 0, [0, 0]
    while len(sides[0]) < about_seconds * SAMPLE_RATE:
        clip = said[turn][next_clip[turn] % len(said[turn])]
        next_clip[turn] += 1
        pause = _silence(chance.uniform(*_PAUSE_SECONDS))
        sides[turn].extend(clip + pause)
        sides[1 - turn].extend(_silence(len(clip) / SAMPLE_RATE) + pause)
        turn = 1 - turn
    frames = _silence(2 * len(sides[0]) / SAMPLE_RATE)
    frames[0::2], frames[1::2] = sides
    return frames


def _silence(seconds: float) -> Samples:
    return array.array("h", bytes(2 * round(seconds * SAMPLE_RATE)))


@cache
def _clips(party: int) -> list[Samples]:
    """One party's sentences."""
    voice, pitch, speed, hertz = _PARTIES[party]
    program = shutil.which("espeak-ng") or shutil.which("espeak")
    speak: Callable[[str], Samples] = lambda text: _hummed(text, hertz)  # noqa: E731
    if program is not None:
        words = [program, "-v", voice, "-p", str(pitch), "-s", str(speed), "--stdout"]
        speak = lambda text: _spoken([*words, text])  # noqa: E731
    return [speak(text) for text in (_USER_SAYS, _CUSTOMER_SAYS)[party]]


def _spoken(command: list[str]) -> Samples:
    spoken = subprocess.run(command, capture_output=True, check=True).stdout
    # espeak-ng writes to a pipe, so the header has no length: wave reads to the end.
    with wave.open(io.BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = array.array("h", file.readframes(len(spoken)))
    return _as_loud(array.array("h", _narrowed(samples, rate)))


def _narrowed(samples: Samples, rate: int) -> Iterator[int]:
    """At telephone rate: each sample is the mean of those that fall into its time."""
    step = rate / SAMPLE_RATE
    for at in range(int(len(samples) / step)):
        part = samples[int(at * step) : int((at + 1) * step)]
        yield sum(part) // len(part)


def _as_loud(samples: Samples) -> Samples:
    loudest = max(max(samples, default=0), -min(samples, default=0), 1)
    return array.array("h", (sample * _LOUDEST // loudest for sample in samples))


def _hummed(text: str, hertz: float) -> Samples:
    """One syllable per vowel: a few harmonics that swell and fade, for a machine without a speech synthesiser."""
    vowels = [one for one in text.lower() if one in "aeiouyæøå"]
    syllable = round(0.16 * SAMPLE_RATE)
    return array.array("h", (_hum(at, syllable, hertz, vowels) for at in range(syllable * len(vowels))))


def _hum(at: int, syllable: int, hertz: float, vowels: list[str]) -> int:
    within = at % syllable / syllable
    angle = 2 * math.pi * hertz * (1 + ord(vowels[at // syllable]) % 7 / 20) * at / SAMPLE_RATE
    tone = math.sin(angle) + 0.5 * math.sin(2 * angle) + 0.3 * math.sin(3 * angle)
    return round(_LOUDEST / 1.8 * tone * math.sin(math.pi * within))
