"""The two databases a store can live in: how each is opened, how a write begins, and what its errors mean."""

import os
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import peewee
from playhouse.pool import PooledDatabase

from fsplug.errors import Invalid, Unavailable
from fsplug.store.db.folding import NAME as HOLDS
from fsplug.store.db.folding import is_held

MAX_CONNECTIONS = 20
# How long one SQLite call may hold its thread (and a gevent hub with it) for another's lock; the store tries again.
BUSY_SECONDS = 0.02
# A server that does not answer becomes an error, not an endless wait.
POSTGRES_LIMITS = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "client_encoding": "utf8",
}


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of database, opened at `place` (never with a password in it).

    `clock`: a SELECT of the time by the database's own clock, in epoch seconds; inside a transaction it goes on.
    `blocking`: its calls hold the whole thread, greenlets included. `begin`: arguments of a write transaction's BEGIN.
    `trouble` says what an error of the driver means; None if it is not the database's fault. `row_errors` are the
    driver's errors for a row that it refuses.
    `read` gives every row of a SELECT outside any transaction. It costs a greenlet that lives for one call a fraction
    of what a connection of peewee's costs it. None where there is no such short way.
    """

    dialect: str
    place: str
    database: Any
    blocking: bool
    clock: str
    begin: tuple[str, ...]
    trouble: Callable[[Exception], Unavailable | None]
    row_errors: tuple[type[Exception], ...]
    read: Callable[[str, Sequence[object]], list[Any]] | None = None

    def marked(self, sql: str) -> str:
        """This statement, which has `?` for each value, with the marks of this database's driver."""
        return sql if self.dialect == "sqlite" else _with_percent_marks(sql)


# A value that no column can hold: an integer over 64 bits, a lone surrogate.
_VALUE_ERRORS = (OverflowError, UnicodeError)


def backend(url_or_path: str | Path, lock_seconds: float) -> Backend:
    """The backend for a `postgresql://` URL or the path of an SQLite file; `lock_seconds` limits a wait for a lock."""
    text = str(url_or_path)
    if text.startswith(("postgresql://", "postgres://")):
        return _postgres("postgresql://" + text.partition("://")[2], lock_seconds)
    if "://" in text or text == ":memory:":
        raise Invalid("unknown-store", f"{text} is not a store; give a file or a postgresql:// URL", store=text)
    return _sqlite(Path(text))


class _SqlitePool(peewee.SqliteDatabase):
    """Connections for the hub's greenlets and its threadpool alike; no lock, as a deque's append and pop are atomic."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._idle: deque[Any] = deque()
        super().__init__(*args, **options)
        # peewee guards its per-greenlet state with it, which needs no guard.
        self._lock = nullcontext()

    def _connect(self) -> Any:
        try:
            return self._idle.pop()
        except IndexError:
            _make_file(self.database)
            return super()._connect()  # type: ignore[misc]  # peewee has no types for what it keeps to itself

    def _close(self, conn: Any) -> None:
        if conn.in_transaction or len(self._idle) >= MAX_CONNECTIONS:
            conn.close()
        else:
            self._idle.append(conn)

    def read(self, sql: str, params: Sequence[object]) -> list[Any]:
        """Every row of a SELECT, on a connection that nobody uses."""
        connection = self._connect()
        try:
            return list(connection.execute(sql, params).fetchall())
        finally:
            self._close(connection)

    def close_idle(self) -> None:
        """Close the connections that nobody uses."""
        while self._idle:
            self._idle.pop().close()

    def close_all(self) -> None:
        """Close this greenlet's connection and the idle ones."""
        self.close()
        self.close_idle()


def _make_file(path: str) -> None:
    """People's data: the file is its owner's alone, and SQLite gives its -wal and -shm the same mode.

    An existing file is never opened and closed here: that would drop every POSIX lock this process holds on it, and
    the next program to close the database would take itself for the last and unlink the -wal we go on writing to
    (sqlite.org/howtocorrupt.html, 2.2).
    """
    if not os.path.exists(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _sqlite(path: Path) -> Backend:
    database = _SqlitePool(
        str(path),
        autoconnect=False,
        check_same_thread=False,
        pragmas=[
            ("busy_timeout", int(BUSY_SECONDS * 1000)),
            ("journal_mode", "wal"),
            ("synchronous", "normal"),
            ("foreign_keys", "on"),
            # What is deleted must not be found in the file afterwards. Builds of SQLite differ in what they do unasked.
            ("secure_delete", "on"),
            ("cache_size", -16_000),
            # A WAL that a long read let grow is cut back to this after the next checkpoint.
            ("journal_size_limit", 16 * 1024 * 1024),
        ],
    )
    database.register_function(is_held, HOLDS, 3, True)
    refusals = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError)
    return Backend(
        dialect="sqlite",
        place=str(path),
        database=database,
        blocking=True,
        # The days since 4714 BC, with milliseconds; those of 1970 are 2,440,587.5 (sqlite.org/lang_datefunc.html).
        clock="SELECT (julianday('now') - 2440587.5) * 86400.0",
        begin=("IMMEDIATE",),
        trouble=lambda error: _sqlite_trouble(path, error),
        row_errors=(*refusals, *_VALUE_ERRORS),
        read=database.read,
    )


_SQLITE_TROUBLES = {
    "SQLITE_BUSY": ("store-locked", "is locked by another program; it is tried again"),
    "SQLITE_LOCKED": ("store-locked", "is locked by another program; it is tried again"),
    "SQLITE_FULL": ("store-full", "cannot grow: the disk is full; free some space"),
    "SQLITE_READONLY": ("store-read-only", "cannot be written; check the folder's owner and mount"),
    "SQLITE_CANTOPEN": ("store-missing", "cannot be opened; check that its folder exists and may be written"),
    "SQLITE_IOERR": ("store-broken", "cannot be read or written; check the disk"),
    "SQLITE_CORRUPT": ("store-broken", "is damaged; restore it from a backup"),
    "SQLITE_NOTADB": ("store-broken", "is not an fsplug store; give another file"),
}


def _sqlite_trouble(path: Path, error: Exception) -> Unavailable | None:
    if isinstance(error, OSError):
        return Unavailable("store-missing", f"{path} cannot be opened: {error.strerror}", store=str(path))
    if not isinstance(error, sqlite3.Error):
        return None
    name = getattr(error, "sqlite_errorname", "")
    for prefix, (code, text) in _SQLITE_TROUBLES.items():
        if name.startswith(prefix):
            return Unavailable(code, f"{path} {text} ({error})", store=str(path))
    if isinstance(error, sqlite3.OperationalError):
        return Unavailable("store-failed", f"{path}: {error}", store=str(path))
    return None


def _postgres(url: str, lock_seconds: float) -> Backend:
    try:
        import psycopg
        from playhouse.postgres_ext import Psycopg3Database
    except ImportError as error:
        text = "a PostgreSQL store needs psycopg; install it with: pip install 'fsplug[postgres]'"
        raise Invalid("no-psycopg", text) from error

    class _PostgresPool(PooledDatabase, Psycopg3Database):  # type: ignore[misc]  # playhouse has no types
        def _is_closed(self, conn: Any) -> bool:
            return bool(conn.closed)

        def _can_reuse(self, conn: Any) -> bool:
            return bool(conn.info.transaction_status == psycopg.pq.TransactionStatus.IDLE)

    place = _without_password(url)
    database = _PostgresPool(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=5,
        autoconnect=False,
        options=f"-c lock_timeout={int(lock_seconds * 1000)} -c timezone=UTC",
        **POSTGRES_LIMITS,
    )
    return Backend(
        dialect="postgresql",
        place=place,
        database=database,
        blocking=False,
        clock="SELECT EXTRACT(EPOCH FROM clock_timestamp())::float8",
        begin=(),
        trouble=lambda error: _postgres_trouble(place, error),
        row_errors=(psycopg.DatabaseError, *_VALUE_ERRORS),
    )


_POSTGRES_TROUBLES = {
    "55P03": ("store-locked", "is locked by another program; it is tried again"),
    "40": ("store-locked", "was locked by another program; it is tried again"),
    "5310": ("store-full", "cannot grow: the server's disk is full; free some space"),
    "53": ("store-busy", "has no room for more connections"),
    "25006": ("store-read-only", "cannot be written: the server is read-only"),
    "42P01": ("store-outdated", "has no such table; make or upgrade it with: fsplug init"),
    "58": ("store-broken", "cannot be read or written; see the server's log"),
    "XX": ("store-broken", "is damaged or the server has a fault; see its log"),
}


def _postgres_trouble(place: str, error: Exception) -> Unavailable | None:
    import psycopg

    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or ""
    for prefix, (code, text) in _POSTGRES_TROUBLES.items():
        if state.startswith(prefix):
            return Unavailable(code, f"{place} {text} ({error})", store=place)
    if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return Unavailable("store-gone", f"{place} does not answer: {error}", store=place)
    return None


def _without_password(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    parts = conninfo_to_dict(url)
    return f"postgresql://{parts.get('host', '')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


@lru_cache(maxsize=512)
def _with_percent_marks(sql: str) -> str:
    return sql.replace("?", "%s")
