"""What a browser holds of its user's last step-up."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    "ALTER TABLE console_session ADD COLUMN step_up_hash TEXT",
    "ALTER TABLE console_session ADD COLUMN stepped_up_at DOUBLE PRECISION",
)


def migrate(store: Database) -> None:
    """Sessions that are open now have none, so the next act that needs one asks for it."""
    for statement in _STATEMENTS:
        store.run(statement)
