"""Lists of people by name, in companies of 10,000."""

from fsplug.store.migrations.port import Database

_INDEXES = (
    'CREATE INDEX user_name ON "user" (company, name, username) WHERE until IS NULL',
    "CREATE INDEX group_member_of ON group_member (company, username) WHERE until IS NULL",
)


def migrate(store: Database) -> None:
    """What the lists look things up by."""
    for statement in _INDEXES:
        store.run(statement)
