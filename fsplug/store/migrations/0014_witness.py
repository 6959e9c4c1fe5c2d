"""The switch's own call records as a second witness: the talks they tell of, and when and why talks were missed."""

from fsplug.store.migrations.port import Database

_STATEMENTS = (
    """CREATE TABLE outage (
        id TEXT PRIMARY KEY,
        switch TEXT NOT NULL,
        cause TEXT NOT NULL,
        from_at DOUBLE PRECISION,
        until_at DOUBLE PRECISION
    )""",
    "CREATE INDEX outage_switch ON outage (switch, from_at)",
    """CREATE TABLE witnessed_talk (
        id TEXT PRIMARY KEY,
        company TEXT NOT NULL REFERENCES company (id),
        talk TEXT NOT NULL,
        call TEXT NOT NULL,
        switch TEXT NOT NULL,
        at DOUBLE PRECISION NOT NULL,
        until_at DOUBLE PRECISION NOT NULL,
        asked BOOLEAN NOT NULL,
        decision TEXT NOT NULL,
        outage TEXT
    )""",
    "CREATE INDEX witnessed_talk_at ON witnessed_talk (company, at, id)",
    "CREATE INDEX witnessed_talk_decision ON witnessed_talk (decision)",
    "CREATE INDEX witnessed_talk_outage ON witnessed_talk (outage, company) WHERE outage IS NOT NULL",
)


def migrate(store: Database) -> None:
    """Make the tables. They tell of the talks from now on."""
    for statement in _STATEMENTS:
        store.run(statement)
