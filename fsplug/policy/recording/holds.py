"""Holds in a recording: who held the call and when, and the silence that keeps the recording in real time.

While the recorded person's phone holds, FreeSWITCH reads no frame on that leg, and the file stands still. While the
other person's phone holds, the file goes on (1.11.1).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

# How much the switch's times of a hold may differ from what is missing in the file, for each hold: the times come in
# steps of 20 ms, and up to five frames are in its buffers when the hold begins (measured on 1.11.1: 0.14 s at most).
TOLERANCE_SECONDS = 0.3
# What is shorter can't have been a hold: the switch itself takes a quarter of a second to end one.
LEAST_HOLD_SECONDS = 0.5
# What is shorter than a frame of 20 ms can't be missing.
LEAST_SECONDS = 0.02


class Holder(StrEnum):
    """Whose phone holds the call: the recorded user's, or that of the other person."""

    USER = "user"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Hold:
    """From `at` to `until` (epoch seconds) the call was held; `until` is None while the end is unknown."""

    by: Holder
    at: float
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """A hold, in seconds from the beginning of the recording."""

    by: Holder
    begin: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Silence:
    """So many seconds of silence that belong `at` seconds after the beginning of the file as the switch wrote it."""

    at: float
    seconds: float


def spans(holds: Iterable[Hold], started_at: float, seconds: float) -> tuple[Span, ...]:
    """The holds within a recording of this length, in their order; holds by one person that overlap are one."""
    found: list[Span] = []
    for hold in sorted(holds, key=lambda one: (one.by, one.at)):
        end = seconds if hold.until is None else min(hold.until - started_at, seconds)
        span = Span(hold.by, max(0.0, hold.at - started_at), end)
        if found and found[-1].by == span.by and span.begin <= found[-1].end:
            found[-1] = replace(found[-1], end=max(found[-1].end, span.end))
        elif span.end > span.begin:
            found.append(span)
    return tuple(sorted(found, key=lambda span: (span.begin, span.by)))


def silences(held: Sequence[Span], file_seconds: float, talk_seconds: float | None) -> tuple[Silence, ...]:
    """What must be put into a file of `file_seconds` so that it keeps real time.

    `held` are the spans in which the recorded person held. With `talk_seconds` given, as much silence is put in as the
    file lacks: the times of the holds only say where. What lacks beyond the holds is not put in; it is a loss.
    """
    lengths = _lengths([span.seconds for span in held], file_seconds, talk_seconds)
    found: list[Silence] = []
    for span, seconds in zip(held, lengths, strict=True):
        at = min(file_seconds, max(0.0, span.begin - sum(one.seconds for one in found)))
        if seconds >= LEAST_SECONDS:
            found.append(Silence(at, seconds))
    return tuple(found)


def _lengths(held: Sequence[float], file_seconds: float, talk_seconds: float | None) -> list[float]:
    if talk_seconds is None or not held:
        return list(held)
    lacking = max(0.0, talk_seconds - file_seconds)
    over = sum(held) - lacking
    if over < -TOLERANCE_SECONDS * len(held):
        return list(held)
    if over <= TOLERANCE_SECONDS * len(held):
        return _less_each(held, over)
    # A hold ended earlier than reported: the last one may have ended at any time.
    return _less_from_the_end(held, over)


def _less_each(held: Sequence[float], over: float) -> list[float]:
    """Each a little shorter (or longer, for a negative `over`)."""
    lengths = [max(0.0, seconds - over / len(held)) for seconds in held]
    rest = sum(lengths) - (sum(held) - over)
    return _less_from_the_end(lengths, rest) if rest > 0 else lengths


def _less_from_the_end(held: Sequence[float], over: float) -> list[float]:
    lengths = list(held)
    for number in reversed(range(len(lengths))):
        taken = min(over, lengths[number])
        lengths[number] -= taken
        over -= taken
    return lengths
