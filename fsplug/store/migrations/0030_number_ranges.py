"""The numbers that belong to each company, and whether a user's mobile number is known to be the user's."""

from collections.abc import Iterator

from fsplug.store.migrations.port import Database

# The fixed numbers and those dialled from outside. A number that two companies have stays with the one it leads to.
_NUMBERS = """SELECT number.number, company.id, company.version, company.domain, 0 AS rank
    FROM number JOIN company ON company.id = number.company WHERE number.until IS NULL
    UNION ALL SELECT user_number.number, company.id, company.version, company.domain, 1 AS rank
    FROM user_number JOIN company ON company.id = user_number.company
    WHERE user_number.until IS NULL AND user_number.kind = 'fixed'
    ORDER BY 1, 5, 4"""
_Range = tuple[str, int, str, str]


def migrate(store: Database) -> None:
    """Each company owns the numbers it has now and no others; every mobile number counts as before."""
    store.run("ALTER TABLE user_number ADD COLUMN verified BOOLEAN NOT NULL DEFAULT TRUE")
    store.run(
        """CREATE TABLE number_range (
        company TEXT NOT NULL REFERENCES company (id),
        first TEXT NOT NULL,
        last TEXT NOT NULL,
        since BIGINT NOT NULL,
        until BIGINT
    )"""
    )
    store.run("CREATE UNIQUE INDEX number_range_current ON number_range (company, first) WHERE until IS NULL")
    store.run("CREATE INDEX number_range_at ON number_range (company, first, since, until)")
    insert = "INSERT INTO number_range (company, since, first, last) VALUES (?, ?, ?, ?)"
    store.run_many(insert, list(_ranges(store)))


def _ranges(store: Database) -> Iterator[_Range]:
    """Numbers that follow each other become one range."""
    of: dict[str, tuple[str, int]] = {}
    for number, company, version, *_ in store.rows(_NUMBERS):
        of.setdefault(number, (company, version))
    begun: _Range | None = None
    for number in sorted(of, key=lambda one: (of[one], len(one), one)):
        company, version = of[number]
        if begun and begun[:2] == (company, version) and _next(begun[3]) == number:
            begun = (*begun[:3], number)
            continue
        if begun:
            yield begun
        begun = (company, version, number, number)
    if begun:
        yield begun


def _next(number: str) -> str:
    return f"+{int(number[1:]) + 1}"
