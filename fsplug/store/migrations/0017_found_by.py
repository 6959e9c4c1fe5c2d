"""What lists and checks of changes look rows up by, so that they read no others."""

from fsplug.store.migrations.port import Database

_INDEXES = (
    "CREATE INDEX recording_of ON recording (company, username, at, id)",
    'CREATE INDEX user_department_at ON "user" (company, department, since)',
    "CREATE INDEX number_user ON number (company, username) WHERE until IS NULL",
    "CREATE INDEX number_group ON number (company, grp) WHERE until IS NULL",
    "CREATE INDEX number_ivr ON number (company, ivr) WHERE until IS NULL",
    "CREATE INDEX number_closed ON number (company, closed_to) WHERE until IS NULL",
)


def migrate(store: Database) -> None:
    """A person's recordings, a department's users, and the numbers that lead to a user, a group or an IVR."""
    for statement in _INDEXES:
        store.run(statement)
