"""What one change costs: statements inside its transaction, and rows read, however large the company is.

Counted by what SQLite and PostgreSQL execute, which is the same in every run; time is measured by scripts/bench.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from fsplug.policy.access.scopes import Actor, operator
from fsplug.policy.entities import AdminScope, DepartmentPolicy
from fsplug.store.change import draft, edit_policy, edit_users, own_profile, planning
from fsplug.store.config import actors, policies
from fsplug.store.config.versioned import company_id
from fsplug.store.db.database import Store
from tests.policysets import set_department_policy

DOMAIN = "big.example"
# A scan of the big one would read a hundred times as many rows as a look-up does.
USERS = {"small": 20, "postgresql": 1_000, "big": 2_000}
# Inside the transaction: the version held, the row ended and begun, the version told, the audit trail's entry, whose it
# is, and its head.
FEWER_THAN = 10
# All that an act reads: its user with all that is theirs, a few times over.
ROWS_READ = 60
# A look-up goes a little deeper in a bigger tree; a scan would cost hundreds of times as much.
NOT_DEARER = 1.5


def _company(users: int) -> dict[str, Any]:
    admin = {"role": "superuser", "admin": "company-admin", "email": "admin@big.example"}
    found = [
        {
            "username": f"u{number}",
            "extension": str(100_000 + number),
            "department": "Sales" if number % 2 else "Support",
            "fixed_number": f"+457{number:07d}",
            "device": [{"kind": "desk", "password": "long-enough-now"}],
            "profile": [{"name": "available", "active": True}, {"name": "meeting"}],
        }
        for number in range(users)
    ]
    found[0] |= admin
    excluded = [{"number": f"+452{number:07d}"} for number in range(users)]
    named: dict[str, Any] = {"domain": DOMAIN, "name": "Big", "country": "DK"}
    named["range"] = [{"first": "+4570000000", "last": "+4570010000"}]
    return {**named, "department": [{"name": "Sales"}, {"name": "Support"}], "user": found, "excluded": excluded}


def _furnish(url: str, size: str) -> None:
    store = Store(url)
    store.migrate()
    planning.apply_plan(store, planning.plan(store, {"company": [_company(USERS[size])]}), "operator")
    if store.dialect == "postgresql":
        store.run("ANALYZE")
    store.close()


@pytest.fixture(scope="module")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cost")
    files = {size: folder / f"{size}.db" for size in ("small", "big")}
    for size, file in files.items():
        _furnish(str(file), size)
    return files


@pytest.fixture(scope="module")
def postgres_url(cluster: Any) -> Iterator[str]:
    name = cluster.new_database()
    _furnish(cluster.url(name), "postgresql")
    yield cluster.url(name)
    cluster.drop(name)


def _tick(store: Store) -> None:
    assert edit_users.save(store, DOMAIN, ["u7"], edit_users.UserEdit(records=True), _admin(store), 1) == (1, 0)


def _tick_as_a_command_does(store: Store) -> None:
    made = draft.edit(
        store,
        DOMAIN,
        operator("root"),
        lambda drafted: drafted.put("user", {**drafted.entry("user", "u9"), "record": True}, "u9"),
    )
    assert made.changed


def _set_boxes(store: Store) -> None:
    assert set_department_policy(store, DOMAIN, DepartmentPolicy("Sales", incoming=True), _admin(store)) > 1


def _exclude(store: Store) -> None:
    assert edit_policy.exclude(store, DOMAIN, {"+4570101155": None}, _admin(store)) == ["+4570101155"]


def _choose_profile(store: Store) -> None:
    assert own_profile.choose(store, Actor("u5", AdminScope.NONE, company=DOMAIN), "meeting")


def _admin(store: Store) -> Actor:
    return actors.actor(store, DOMAIN, "u0")


ACTS = [_tick, _tick_as_a_command_does, _set_boxes, _exclude, _choose_profile]


class Executed:
    """What SQLite executes, and how much of it: its statements, the rows it gave, and its virtual machine's steps."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.rows = 0
        self.steps = 0

    @property
    def inside(self) -> list[str]:
        """The statements between a BEGIN and its COMMIT."""
        [began] = (place for place, sql in enumerate(self.statements) if sql.startswith("BEGIN"))
        [ended] = (place for place, sql in enumerate(self.statements) if sql.startswith("COMMIT"))
        return self.statements[began + 1 : ended]

    def _row(self, _cursor: object, row: tuple[object, ...]) -> tuple[object, ...]:
        self.rows += 1
        return row

    def _step(self) -> None:
        self.steps += 1

    @contextmanager
    def counting(self, store: Store) -> Iterator[None]:
        """Count what the store is asked for."""
        with store.connection():
            connection = store._db.connection()
            connection.set_trace_callback(self.statements.append)
            connection.set_progress_handler(self._step, 1)
            connection.row_factory = self._row
            try:
                yield
            finally:
                connection.set_trace_callback(None)
                connection.set_progress_handler(None, 0)
                connection.row_factory = None


def _cost(file: Path, tmp_path: Path, act: Callable[[Store], None]) -> Executed:
    store = Store(shutil.copy(file, tmp_path / file.name))
    executed = Executed()
    with executed.counting(store):
        act(store)
    assert policies.current_version(store, DOMAIN) == 2, "one act is one version"
    of_the_act = "SELECT COUNT(*) FROM audit_entry WHERE facts LIKE '%\"version\":2%'"
    assert store.row(of_the_act) == (1,), "and one entry, after those of the company's making"
    store.close()
    return executed


@pytest.mark.parametrize("act", ACTS)
def test_an_act_in_a_company_of_two_thousand_runs_fewer_than_ten_statements_in_its_transaction_and_reads_its_own_rows(
    act: Callable[[Store], None], sqlite_files: dict[str, Path], tmp_path: Path
) -> None:
    small, big = (_cost(sqlite_files[size], tmp_path, act) for size in ("small", "big"))
    assert len(big.inside) < FEWER_THAN, big.inside
    assert [sql.split()[0] for sql in big.statements] == [sql.split()[0] for sql in small.statements]
    assert big.rows == small.rows <= ROWS_READ
    assert big.steps <= small.steps * NOT_DEARER


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_as_cheap_on_postgresql(act: Callable[[Store], None], postgres_url: str) -> None:
    store = Store(postgres_url)
    company_id(store, DOMAIN)  # which is known before there is a transaction
    with pytest.raises(ZeroDivisionError), store.atomic():
        before = _tuples_read(store)
        connection = store._db.connection()
        counted = _counting(connection)
        act(store)
        connection.cursor_factory = counted.factory
        assert _tuples_read(store) - before <= ROWS_READ
        assert len(counted.writing) < FEWER_THAN, counted.writing
        raise ZeroDivisionError
    store.close()


class _Counted:
    """The statements of a PostgreSQL connection, from the first that changes something on: those of the transaction."""

    def __init__(self, factory: Any) -> None:
        self.factory = factory
        self.statements: list[str] = []

    @property
    def writing(self) -> list[str]:
        first = next(place for place, sql in enumerate(self.statements) if not sql.startswith("SELECT"))
        return [sql for sql in self.statements[first:] if "SAVEPOINT" not in sql]


def _counting(connection: Any) -> _Counted:
    counted = _Counted(connection.cursor_factory)

    class Cursor(counted.factory):
        def execute(self, query: Any, *args: Any, **options: Any) -> Any:
            counted.statements.append(str(query))
            return super().execute(query, *args, **options)

        def executemany(self, query: Any, rows: Any, **options: Any) -> Any:
            counted.statements += [str(query)] * len(rows)
            return super().executemany(query, rows, **options)

    connection.cursor_factory = Cursor
    return counted


def _tuples_read(store: Store) -> int:
    """The rows that this transaction has read of tables, by whatever way."""
    sql = "SELECT SUM(COALESCE(seq_tup_read, 0) + COALESCE(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"
    return int((store.row(sql) or (0,))[0])
