"""Compares the book with the switch: finds and corrects what no event reported.

The switch's lists may be 0.3 s behind its events (`show calls` after a REFER, FreeSWITCH 1.11.1). What differs from the
book therefore counts only if it still does at a second look, and if no event of its legs has come in between.
"""

from dataclasses import dataclass, replace

import structlog

from fsplug.errors import Unavailable
from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.conferences import Conferences
from fsplug.esl.calls.left_recordings import LeftRecordings
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.talks import Talks
from fsplug.esl.calls.watch import Watch
from fsplug.store.calls.entries import UNREPORTED_CAUSE

log = structlog.get_logger()

# The time between two looks that confirm each other: several times the delay of the switch's lists.
SECOND_LOOK_SECONDS = 1.0

# What differs: one leg that is gone; the caller and the answerer of a bridge; or a conference, a leg, and whether that
# comes or goes.
Difference = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sight:
    """A difference: since when it is seen, and when the last look was that did not see it, if there was one."""

    since: float
    alike_at: float | None


class Reconciler:
    """Looks at the switch every few seconds, and whenever the link has come (back) up."""

    def __init__(
        self,
        book: CallBook,
        watch: Watch,
        talks: Talks,
        conferences: Conferences,
        left_recordings: LeftRecordings,
        ports: Ports,
    ) -> None:
        self._book = book
        self._watch = watch
        self._talks = talks
        self._conferences = conferences
        self._left_recordings = left_recordings
        self._ports = ports
        self._seen: dict[Difference, _Sight] = {}
        self._looked_at: float | None = None

    def look(self) -> None:
        """Take in bridges that no event reported, end legs that are gone. Unavailable if the switch does not answer.

        A difference that is new is looked at again a second later.
        """
        if self._compare():
            self._ports.later(SECOND_LOOK_SECONDS, self._look_again)
        self._conferences.judge_all()
        self._talks.settle_owed()
        self._talks.end_deserted()
        self._left_recordings.end_late()

    def _look_again(self) -> None:
        try:
            self._compare()
        except Unavailable as error:
            log.warning("not-reconciled", code=error.code, error=error.text)

    def _compare(self) -> bool:
        """Correct what has differed since an earlier look; whether anything new differs."""
        asked_at = self._ports.clock()
        live, bridges = self._ports.switch.legs(), self._ports.switch.bridges()
        differ: list[Difference] = [(leg,) for leg in frozenset(self._book.channels) - live]
        differ += [pair for pair in bridges if self._is_owed(*pair)]
        differ += self._conferences.look()
        seen, now = self._seen, self._ports.clock()
        new = _Sight(now, self._looked_at)
        self._seen = {one: self._seen_again(one, seen[one]) if one in seen else new for one in differ}
        self._looked_at = now
        confirmed = [one for one, its in self._seen.items() if one in seen and now - its.since >= SECOND_LOOK_SECONDS]
        for one in confirmed:
            # Correcting the one before may have taken time, in which events of these legs came.
            if self._heard_at(one) < asked_at:
                self._correct(one)
        for pair in bridges:
            if self._lacks_decision(*pair):
                self._watch.begin(*pair)
        return len(confirmed) < len(differ)

    def _seen_again(self, difference: Difference, before: _Sight) -> _Sight:
        return replace(before, since=max(before.since, self._heard_at(difference)))

    def _correct(self, difference: Difference) -> None:
        if len(difference) == 1:
            alike_at = self._seen[difference].alike_at or 0.0
            self._left_recordings.leg_vanished(*difference, max(alike_at, self._heard_at(difference)) or None)
            self._talks.leg_ended(*difference, UNREPORTED_CAUSE, self._ports.clock())
        elif len(difference) == 2:
            self._watch.begin(*difference)
        else:
            self._conferences.correct(*difference)

    def _heard_at(self, difference: Difference) -> float:
        """When the latest event of these legs came; 0 for legs that no event reported."""
        channels = (self._book.channels.get(leg) for leg in difference)
        return max((one.heard_at for one in channels if one), default=0.0)

    def _is_owed(self, caller: str, answerer: str) -> bool:
        """Whether this bridge is not in the book."""
        one, other = self._book.channels.get(caller), self._book.channels.get(answerer)
        return one is None or other is None or (one.partner, other.partner) != (answerer, caller)

    def _lacks_decision(self, caller: str, answerer: str) -> bool:
        """Whether this bridge is in the book, and its decision could not be made yet."""
        one, other = self._book.channels.get(caller), self._book.channels.get(answerer)
        return bool(one and other and not self._is_owed(caller, answerer) and not (one.decision and other.decision))
