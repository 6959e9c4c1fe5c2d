"""The day as a drawing: calls and recordings of every hour as bars beside a scale of round numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from fsplug.store.calls.overview import Hour
from fsplug.web.kernel.formatting import Moments
from fsplug.web.pages.recordings.filters import address_of_hour

# Drawn even without a call, so that an ordinary day has the same shape of axis every day.
_WORKING_HOURS = range(7, 18)
_HEIGHT = 160
_MOST_STEPS = 4


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour: where its place begins, in percent of the width, and the heights of its bars, in pixels.

    `address` is the list of the recordings of this hour.
    """

    hour: Hour
    label: str
    x: float
    calls: float
    recordings: float
    address: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The bars of a day; `slot` is the width of an hour in percent, `ticks` the scale: a number, and its height."""

    bars: Sequence[Bar]
    slot: float
    ticks: Sequence[tuple[int, float]]
    height: int = _HEIGHT


def plot(hours: Sequence[Hour], moments: Moments) -> Plot:
    """The hours from the first to the last with a call, and all that people work in."""
    shown = _shown(hours, moments)
    most = max((max(one.calls, one.recordings) for one in shown), default=0)
    step = _step(most)
    top = max(1, ceil(most / step)) * step
    slot = 100.0 / max(1, len(shown))

    def height(number: int) -> float:
        return round(_HEIGHT * number / top, 1)

    bars = [
        Bar(one, f"{begins.hour:02}", round(slot * place, 3), height(one.calls), height(one.recordings),
            address_of_hour(begins.date(), begins.hour))
        for place, one in enumerate(shown)
        for begins in [moments.of(one.at)]
    ]  # fmt: skip
    return Plot(bars, round(slot, 3), [(number, height(number)) for number in range(0, top + 1, step)])


def _shown(hours: Sequence[Hour], moments: Moments) -> Sequence[Hour]:
    wanted = [
        number
        for number, one in enumerate(hours)
        if one.calls or one.recordings or moments.of(one.at).hour in _WORKING_HOURS
    ]
    return hours[wanted[0] : wanted[-1] + 1] if wanted else hours


def _step(most: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 and so on with which few steps reach this number."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if most <= _MOST_STEPS * digit * power:
                return digit * power
        power *= 10
