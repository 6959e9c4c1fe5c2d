"""Who was in which conference while fsplug did not see it, as the records of legs that have ended tell."""

from fsplug.esl.calls.book import CallBook
from fsplug.esl.calls.decisions import Decisions
from fsplug.esl.calls.ordered_talk import Until
from fsplug.esl.calls.ports import Ports
from fsplug.esl.calls.records import LegRecord, Stay

# A record is posted, or after 2 s kept as a file; files are read once a second. So the records of those who were in a
# conference together come within this time.
TOGETHER_SECONDS = 5.0
# So long a stay is kept: the record of the leg that is recorded may be the last one of a long conference.
_KEPT_SECONDS = 86_400.0


class ConferenceStays:
    """The stays that records have told of."""

    def __init__(self, book: CallBook, decisions: Decisions, ports: Ports) -> None:
        self._book = book
        self._decisions = decisions
        self._ports = ports
        # By leg, each with when its record came.
        self._stays: dict[str, tuple[Stay, float]] = {}

    def note(self, record: LegRecord) -> None:
        """A leg's record has come."""
        if record.stay is not None:
            self._stays.setdefault(record.uuid, (record.stay, self._ports.clock()))

    def may_lack_others(self, record: LegRecord) -> bool:
        """Whether records of others who were in this leg's conference may still come."""
        _, came_at = self._stays.get(record.uuid, (None, 0.0))
        return self._ports.clock() - came_at < TOGETHER_SECONDS

    def forget_old(self) -> None:
        """Drop the stays that are long over."""
        since = self._ports.clock() - _KEPT_SECONDS
        self._stays = {leg: one for leg, one in self._stays.items() if one[1] > since}

    def forbidden(self, own: Stay, company: str, began_at: float) -> Until | None:
        """Until when the part of this leg, whose recording began then, may be; None if nobody came who forbids it."""
        stays = [one for one, _ in self._stays.values()]
        others = [one for one in stays if one.conference == own.conference and one.leg.uuid != own.leg.uuid]
        legs = [one for one in self._book.conferences.get(own.conference, ()) if one not in self._stays]
        live = [self._book.channels[one].leg for one in legs if one in self._book.channels]
        for came_at in sorted(one.at for one in others if began_at < one.at < own.until):
            there = [one.leg for one in others if one.at <= came_at < one.until]
            if self._decisions.forbids_part(own.leg, there, company):
                return Until(came_at)
        # Since when those are there who are still there, their records will say.
        return Until(None) if self._decisions.forbids_part(own.leg, live, company) else None
