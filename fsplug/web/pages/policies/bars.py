"""The tallies of a preview as bars: how many calls today's policy records, and how many the draft would."""

from collections.abc import Mapping
from dataclasses import dataclass

from fsplug.policy.recording.preview import Tally


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of one tally, in percent of the longest bar of its table."""

    talks: float
    before: float
    after: float


def bars(tallies: Mapping[str, Tally]) -> dict[str, Bars]:
    """The bars of each tally, on one scale."""
    most = max((one.talks for one in tallies.values()), default=0)

    def long(number: int) -> float:
        return round(100.0 * number / most, 2) if most else 0.0

    return {
        name: Bars(long(one.talks), long(one.today.recorded), long(one.drafted.recorded))
        for name, one in tallies.items()
    }
