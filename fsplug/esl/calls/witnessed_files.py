"""The files of talks that the switch's records tell of: which file belongs to which talk, and what belongs to none."""

from collections.abc import Mapping

import structlog

from fsplug.errors import FsplugError
from fsplug.esl.calls.cutting import CUT_SECONDS
from fsplug.esl.calls.decision_rows import early_id
from fsplug.esl.calls.left_files import LeftFiles
from fsplug.esl.calls.ports import Spool
from fsplug.esl.calls.records import LegRecord
from fsplug.esl.calls.seen_talks import SeenTalk
from fsplug.store.db.database import Store
from fsplug.store.recordings import recordings

log = structlog.get_logger()


class WitnessedFiles:
    """Looks for the files of missed talks. `ordered` are those that a decision of this round ordered."""

    def __init__(self, store: Store, left_files: LeftFiles, spool: Spool) -> None:
        self._store = store
        self._left_files = left_files
        self._spool = spool
        self.ordered: set[str] = set()

    def of(self, talk: SeenTalk, leg: LegRecord | None, recording: str | None) -> str | None:
        """The recording, if it has a file with nothing of any other talk; what was recorded after the talk is cut off.

        None where nothing would be left of it.

        `leg` is the one that it was armed on: it recorded from its answer to its end, whoever it talked to.
        """
        if recording is None or leg is None or not self._spool.exists(recording):
            return None
        first = next(iter(leg.talks), None)
        if first is None or first.at > talk.until:
            return None
        if {leg.uuid, first.partner} != {talk.caller.uuid, talk.answerer.uuid} or (leg.stay and leg.stay.at < first.at):
            return None
        later = [*(one.at for one in leg.talks[1:]), *([leg.stay.at] if leg.stay else [])]
        if later:
            end = min(first.until, *later)
            closed_at = min(leg.ended_at, self._spool.written_at(recording) or leg.ended_at)
            wanted = end - leg.answered_at - CUT_SECONDS
            if wanted <= 0:
                return None
            try:
                # While the leg holds, its file stands still: by the beginning alone too much could be kept.
                self._spool.cut(recording, wanted, max(0.0, closed_at - end))
            except FsplugError as error:
                log.error("recording-not-cut", recording=recording, error=error.text)
                return None
        return recording

    def made_away(self, talk: SeenTalk, user: str | None, records: Mapping[str, LegRecord]) -> str | None:
        """The file that the switch made of this talk by itself, while fsplug was away."""
        legs = (talk.caller, talk.answerer) if user == talk.caller.username else (talk.answerer, talk.caller)
        found = (records.get(leg.uuid) for leg in legs)
        files = (self.of(talk, one, one.away) for one in found if one is not None and one.away)
        made = next((one for one in files if one is not None and one not in self.ordered), None)
        return made or self._made_early(talk, user, records)

    def unwanted(self, talk: SeenTalk) -> None:
        """Policy does not want this talk. What the switch had been told to record of it goes."""
        self._spool.discard(_early(talk))

    def _made_early(self, talk: SeenTalk, user: str | None, records: Mapping[str, LegRecord]) -> str | None:
        """The file that the switch began just before this talk: its leg had been armed for this very partner."""
        file = _early(talk)
        recorded = talk.caller if user == talk.caller.username else talk.answerer
        leg = records.get(recorded.uuid)
        if not self._spool.exists(file):
            return None
        if leg is None or not self._is_of(talk, leg, file):
            self._spool.discard(file)
            return None
        return file

    def _is_of(self, talk: SeenTalk, leg: LegRecord, file: str) -> bool:
        """Whether the file holds this talk alone; what was recorded after it is cut off."""
        later = [one.at for one in leg.talks if one.at > talk.at]
        later += [leg.stay.at] if leg.stay is not None and leg.stay.at > talk.at else []
        if not later:
            return True
        end = min(talk.until, *later)
        closed_at = min(leg.ended_at, self._spool.written_at(file) or leg.ended_at)
        try:
            self._spool.cut(file, max(0.0, end - talk.at - CUT_SECONDS), max(0.0, closed_at - end))
        except FsplugError as error:
            log.error("recording-not-cut", recording=file, error=error.text)
            return False
        return end - talk.at > CUT_SECONDS

    def judge(self, record: LegRecord) -> None:
        """Destroy what the switch recorded of this leg by itself, if no decision has ordered it."""
        file = record.away
        if not file or file in self.ordered or not self._left_files.is_unordered(file):
            return
        if recordings.find(self._store, file) is None:
            self._spool.discard(file)
            log.info("not-kept", recording=file, leg=record.uuid, company=record.company)

    def forget(self) -> None:
        """The round is over."""
        self.ordered.clear()


def _early(talk: SeenTalk) -> str:
    return early_id(talk.company, talk.caller, talk.answerer, talk.ordinal)
