"""The whole company: roles, devices, profiles, licences, rights, IVRs, trunks, opening hours, where groups overflow."""

from fsplug.store.migrations.port import Database

_COLUMNS = (
    "ALTER TABLE company_detail ADD COLUMN languages TEXT NOT NULL DEFAULT ''",
    "UPDATE company_detail SET languages = language",
    """ALTER TABLE "user" ADD COLUMN role TEXT NOT NULL DEFAULT 'none'""",
    """ALTER TABLE "user" ADD COLUMN admin TEXT NOT NULL DEFAULT 'none'""",
    "ALTER TABLE ring_group ADD COLUMN overflow_kind TEXT",
    "ALTER TABLE ring_group ADD COLUMN overflow_to TEXT",
    "ALTER TABLE number ADD COLUMN ivr TEXT",
    "ALTER TABLE number ADD COLUMN closed_kind TEXT",
    "ALTER TABLE number ADD COLUMN closed_to TEXT",
)

# Table, key columns, other columns: all of the key is text.
_CONFIGURATION = (
    ("admin_department", ("username", "department"), ""),
    (
        "device",
        ("username", "name"),
        "kind TEXT NOT NULL, number TEXT, sip_username TEXT, password TEXT, a1_hash TEXT",
    ),
    ("profile", ("username", "name"), "allow_listen BOOLEAN NOT NULL, active BOOLEAN NOT NULL"),
    ("licence_grant", ("username", "licence"), ""),
    ("right_grant", ("username", "right_name"), ""),
    (
        "ivr",
        ("number",),
        "name TEXT NOT NULL, timeout_seconds BIGINT NOT NULL, tries BIGINT NOT NULL, "
        "default_kind TEXT NOT NULL, default_to TEXT NOT NULL",
    ),
    ("ivr_prompt", ("ivr", "language"), "file TEXT NOT NULL"),
    ("ivr_choice", ("ivr", "digit"), "kind TEXT NOT NULL, target TEXT NOT NULL"),
    ("number_hours", ("number", "days", "opens"), "closes TEXT NOT NULL"),
    (
        "trunk",
        ("name",),
        "gateway TEXT NOT NULL, host TEXT NOT NULL, port BIGINT NOT NULL, register BOOLEAN NOT NULL, "
        "username TEXT NOT NULL, password TEXT, prefixes TEXT NOT NULL, caller_id_trusted BOOLEAN NOT NULL",
    ),
)

_INDEXES = (
    # A SIP username is a phone's name on the switch: nobody shares it, and every registration asks for it.
    "CREATE UNIQUE INDEX device_sip_username ON device (company, sip_username) "
    "WHERE until IS NULL AND sip_username IS NOT NULL",
    "CREATE INDEX device_sip_username_at ON device (company, sip_username, since)",
    "CREATE UNIQUE INDEX profile_active ON profile (company, username) WHERE until IS NULL AND active",
)


def migrate(store: Database) -> None:
    """Make the tables, and the columns that earlier ones lack."""
    for statement in _COLUMNS:
        store.run(statement)
    for table, key, others in _CONFIGURATION:
        for statement in _versioned(table, key, others):
            store.run(statement)
    for statement in _INDEXES:
        store.run(statement)


def _versioned(table: str, key: tuple[str, ...], others: str) -> tuple[str, ...]:
    keys = ", ".join(f"{column} TEXT NOT NULL" for column in key)
    columns = ", ".join(filter(None, ("company TEXT NOT NULL REFERENCES company (id)", keys, others)))
    indexed = ", ".join(("company", *key))
    return (
        f"CREATE TABLE {table} ({columns}, since BIGINT NOT NULL, until BIGINT)",
        f"CREATE UNIQUE INDEX {table}_current ON {table} ({indexed}) WHERE until IS NULL",
        f"CREATE INDEX {table}_at ON {table} ({indexed}, since, until)",
    )
