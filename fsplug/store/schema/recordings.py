"""Recordings, what they are found by, who plays them, with whom they are shared, and their deletions."""

from peewee import CompositeKey

from fsplug.store.schema.accounts import ConsoleSessions
from fsplug.store.schema.base import Table, generated, index, real, reference, text, truth, whole
from fsplug.store.schema.companies import Companies


class Recordings(Table):
    """A recording from the decision on. `state` and `at` follow from the times that are known."""

    id = text(key=True)
    company = reference(Companies, null=True)
    call = text(null=True)
    decision = text(null=True)
    username = text(null=True)
    leg = text(null=True)
    path = text(null=True)
    channels = text(null=True)
    purpose = text(null=True)
    on_failure = text(null=True)
    decided_at = real(null=True)
    started_at = real(null=True)
    stopped_at = real(null=True)
    stop_cause = text(null=True)
    talk_seconds = real(null=True)
    sealed_at = real(null=True)
    seconds = real(null=True)
    bytes = whole(null=True)
    sha256 = text(null=True)
    location = text(null=True)
    repaired = truth(null=True)
    lost_at = real(null=True)
    lost_cause = text(null=True)
    lost_detail = text(null=True)
    state = generated(text())
    at = generated(real())
    max_seconds = whole(null=True)
    whole = truth(null=True)
    agent_may = text(null=True)
    start = text(null=True)
    announce = text(null=True)

    class Meta:
        table_name = "recording"


index(Recordings, "recording_at", "company at id")
index(Recordings, "recording_of", "company username at id")
index(Recordings, "recording_length", "company seconds id at", where="seconds IS NOT NULL")
index(Recordings, "recording_unfinished", "state", where="state IN ('expected', 'recording', 'stopped')")
index(Recordings, "recording_decision", "decision")


class RecordingHolds(Table):
    """A span of a recorded talk in which the phone of one of the two held the call; `by` says whose."""

    id = text(key=True)
    recording = text()
    company = reference(Companies)
    by = text(column="holder")
    at = real()
    until = real(null=True)

    class Meta:
        table_name = "recording_hold"


index(RecordingHolds, "recording_hold_of", "recording at")


class Deletions(Table):
    """A recording deleted by people: wanted at `at`, done at `destroyed_at`."""

    recording = text(key=True)
    company = reference(Companies)
    batch = text()
    at = real()
    deleted_by = text()
    undo_until = real()
    next_at = real()
    begun_at = real(null=True)
    tries = whole(default="0")
    code = text(null=True, column="trouble")
    destroyed_at = real(null=True)
    leased_until = real(default="0")
    reason = text(null=True)

    class Meta:
        table_name = "deletion"


index(Deletions, "deletion_at", "company at recording")
index(Deletions, "deletion_batch", "company batch")
index(Deletions, "deletion_due", "next_at", where="destroyed_at IS NULL")
index(Deletions, "deletion_open", "company at", where="destroyed_at IS NULL")


class Playbacks(Table):
    """A recording that is being played in a console session."""

    session = reference(ConsoleSessions)
    recording = text()
    at = real()
    until = real()

    class Meta:
        table_name = "playback"
        primary_key = CompositeKey("session", "recording")


index(Playbacks, "playback_until", "until")


class Waveforms(Table):
    """How loud a recording is from its beginning to its end."""

    recording = text(key=True)
    peaks = text()

    class Meta:
        table_name = "waveform"


class ShareLinks(Table):
    """A recording shared with an address outside."""

    id = text(key=True)
    company = reference(Companies)
    recording = text()
    made_by = text()
    at = real()
    email = text()
    subject = text()
    language = text()
    code_by = text()
    expires_at = real()
    plays = whole()
    played = whole(default="0")
    wrong_codes = whole(default="0")
    revoked_at = real(null=True)
    revoked_by = text(null=True)

    class Meta:
        table_name = "share_link"


index(ShareLinks, "share_link_at", "company at id")
index(ShareLinks, "share_link_recording", "company recording at")


class ShareVisits(Table):
    """A browser that opened the link of a share."""

    token_hash = text(key=True)
    share = reference(ShareLinks)
    at = real()
    address = text()
    agent = text()
    proved_at = real(null=True)
    hearing_until = real(null=True)

    class Meta:
        table_name = "share_visit"


index(ShareVisits, "share_visit_of", "share at")
