"""Playing recordings in the console: what is being played, and lists beside the player that are found at once."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE company_detail ADD COLUMN playback_reason BOOLEAN NOT NULL DEFAULT FALSE",
    # One for a session and a recording: whoever presses play again begins it anew.
    """CREATE TABLE playback (
        session TEXT NOT NULL REFERENCES console_session (id),
        recording TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        until DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (session, recording)
    )""",
    "CREATE INDEX playback_until ON playback (until)",
    # How loud a recording is from its beginning to its end, made when somebody looks at it first.
    """CREATE TABLE waveform (
        recording TEXT PRIMARY KEY,
        peaks TEXT NOT NULL
    )""",
    # Word for word the condition of audit.plays: the index is as small as what it is for.
    "CREATE INDEX audit_entry_plays ON audit_entry (company, subject, number) WHERE act IN ('play', 'share-play')",
    "CREATE INDEX share_link_recording ON share_link (company, recording, at)",
    "CREATE INDEX mail_subject ON mail (company, subject)",
)


def migrate(store: Database) -> None:
    """The tables, the indexes, and whether a company asks why somebody plays."""
    for statement in _STATEMENTS:
        store.run(statement)
