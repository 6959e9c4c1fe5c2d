"""How fast audio is sent: a generous part at once, and then a little faster than anybody can play it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PaceTerms:
    """The seconds of audio that are sent without waiting, and how many more are allowed for each second that passes."""

    at_once: float
    times: float


# Players play at up to twice the speed, and seek; of each request only a part is listened to.
OF_LISTENER = PaceTerms(at_once=240.0, times=2.5)
OF_REQUEST = PaceTerms(at_once=10.0, times=4.0)


class Pace:
    """The audio that a listener, or a request, may still be sent. Times are seconds of one clock that only rises."""

    def __init__(self, terms: PaceTerms, now: float) -> None:
        self._terms = terms
        self._level, self._at = terms.at_once, now

    def wait_seconds(self, now: float) -> float:
        """How long to wait before more is sent; 0.0 if it may be sent now."""
        level = self._level_at(now)
        return 0.0 if level > 0.0 else max(0.001, -level / self._terms.times)

    def sent(self, audio_seconds: float, now: float) -> None:
        """So much has been sent."""
        self._level, self._at = self._level_at(now) - audio_seconds, now

    def is_full(self, now: float) -> bool:
        """Whether nothing of what was sent counts any more."""
        return self._level_at(now) >= self._terms.at_once

    def _level_at(self, now: float) -> float:
        passed = max(0.0, now - self._at)
        return min(self._terms.at_once, self._level + passed * self._terms.times)
