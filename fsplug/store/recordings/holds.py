"""The holds within recorded talks, as the switch reported them."""

from collections.abc import Iterable
from dataclasses import dataclass

from fsplug.policy.recording.holds import Hold, Holder, Span, spans
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from fsplug.store.db.pages import in_batches
from fsplug.store.db.shapes import columns
from fsplug.store.db.statements import Select, given, given_each
from fsplug.store.recordings.recordings import Recording
from fsplug.store.schema.recordings import RecordingHolds


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold, and its id and recording."""

    id: str
    recording: str
    by: Holder
    at: float
    until: float | None

    @property
    def hold(self) -> Hold:
        return Hold(self.by, self.at, self.until)


_HOLDS = RecordingHolds.select(*columns(HoldRow, RecordingHolds)).order_by(RecordingHolds.at, RecordingHolds.id)
_OF_COMPANY = Select(
    HoldRow,
    lambda: _HOLDS.where((RecordingHolds.company == given.company) & (RecordingHolds.recording == given.recording)),
)
_OF_ANYBODY = Select(HoldRow, lambda: _HOLDS.where(RecordingHolds.recording.in_(given_each.recordings)))


def of(store: Store, domain: str, recording: str) -> list[Hold]:
    """The holds of the company's recording, in their order."""
    found = _OF_COMPANY.rows(store, company=company_id(store, domain), recording=recording)
    return [row.hold for row in found]


def within(store: Store, recording: Recording) -> tuple[Span, ...]:
    """The holds of a recording in seconds from its beginning, for people; a hold that goes on lasts until now."""
    if recording.company is None or recording.started_at is None:
        return ()
    known = recording.seconds if recording.seconds is not None else recording.talk_seconds
    seconds = max(0.0, store.now() - recording.started_at) if known is None else known
    return spans(of(store, recording.company, recording.id), recording.started_at, seconds)


def of_recordings(store: Store, recordings: Iterable[str]) -> dict[str, list[HoldRow]]:
    """The holds of any company's recordings, by recording. Only for the call path and the media worker."""
    found: dict[str, list[HoldRow]] = {}
    for some in in_batches(recordings):
        for row in _OF_ANYBODY.rows(store, recordings=some):
            found.setdefault(row.recording, []).append(row)
    return found
