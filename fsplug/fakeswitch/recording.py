"""One recording in progress: a file, and the leg whose conversation goes into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from fsplug.fakeswitch.audio import FRAMES_A_SECOND, WavFile, sound
from fsplug.fakeswitch.clock import Timer

# The audio held before the file's own buffer: the media bug's frames and its thread's next chunk. Measured
# on 1.11.1: 0.7 s with the default of 25 frames.
THREAD_SECONDS = 0.2
FRAME_SECONDS = 1 / FRAMES_A_SECOND


class Speaker(Protocol):
    """A leg as seen by a recording: its tone, whether it is up and its phone holds, and who is heard on it."""

    @property
    def tone_hz(self) -> int:
        """The leg's tone in hertz; 0 is silence."""
        ...

    @property
    def held(self) -> bool:
        """Whether the leg's phone holds the call."""
        ...

    @property
    def up(self) -> bool:
        """Whether the leg is not hung up yet."""
        ...

    @property
    def partner(self) -> "Speaker | None":
        """The leg bridged with this one."""
        ...

    @property
    def company(self) -> "tuple[Speaker, ...]":
        """The other legs in this one's conference."""
        ...


Leg = TypeVar("Leg", bound=Speaker)


@dataclass(slots=True, eq=False)
class Recording(Generic[Leg]):
    """A leg being recorded. Times are the switch's seconds; `samples` counts all samples, kept or not.

    `overdue`: its limit was reached while the leg's phone held the call.
    """

    leg: Leg
    path: str
    file: WavFile
    started: float
    variables: Mapping[str, str]
    min_seconds: int = 0
    pre_buffer_frames: int = 25
    hang_up_on_error: bool = False
    swapped: bool = False
    masked: bool = False
    paused: bool = False
    failed: bool = False
    samples: int = 0
    timer: Timer | None = None
    overdue: bool = False
    _heard_until: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._heard_until = self.started

    def hear(self, now: float) -> None:
        """Take in the sound since the last call, in whole frames, as RTP delivers it."""
        samples = self._came(now)
        if samples:
            self.file.hold(self._voices(samples))
            self.samples += samples

    def drain(self, limit_bytes: int | None) -> bool:
        """Write full buffers to the disk; False when the write fails."""
        keep_seconds = self.pre_buffer_frames * FRAME_SECONDS + THREAD_SECONDS
        return self.file.drain(int(keep_seconds * self.file.rate) * 2 * self.file.channels, limit_bytes)

    def count(self, now: float) -> None:
        """Count the samples since the last call, for recordings without sound."""
        self.samples += self._came(now)

    def _came(self, now: float) -> int:
        """How many samples the leg has read since the last call: none while its phone holds (1.11.1)."""
        frames = max(0, int((now - self._heard_until) / FRAME_SECONDS + 1e-6))
        self._heard_until += frames * FRAME_SECONDS
        return 0 if self.paused or self.leg.held else frames * self.file.rate // FRAMES_A_SECOND

    def _voices(self, samples: int) -> bytes:
        if self.masked:
            return bytes(samples * 2 * self.file.channels)
        leg = self.leg
        others = (leg.partner, *leg.company) if leg.partner else leg.company
        said = (leg.tone_hz,)
        heard = tuple(sorted(one.tone_hz for one in others if one.up and not one.held))
        left, right = (heard, said) if self.swapped else (said, heard)
        return sound(left, right, self.file.channels, self.samples, samples, self.file.rate)
