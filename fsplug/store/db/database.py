"""The store: one database, its connections, its transactions, and its troubles as `Unavailable`."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any, TypeVar

import peewee
from playhouse.pool import MaxConnectionsExceeded

from fsplug.errors import Invalid, Unavailable
from fsplug.store.db.backends import backend
from fsplug.store.db.cache import Cache
from fsplug.store.migrations import runner

if TYPE_CHECKING:
    from fsplug.policy.entities import PolicySnapshot

Row = tuple[Any, ...]
# How long a write waits for another writer before it gives up.
LOCK_SECONDS = 5.0
RETRY_SECONDS = 0.005
# How long a read waits, for calls wait for it. In WAL mode only a recovery or a change of mode can be in its way.
READ_SECONDS = 0.5
Result = TypeVar("Result")


class Store:
    """An fsplug database: SQLite by path, PostgreSQL by URL. Threads and greenlets may share one Store.

    `blocking`: a write holds the calling thread (SQLite): under gevent, run it in the hub's threadpool.
    Each thread or greenlet uses a connection of its own from a pool, for as long as one call or transaction lasts.
    Statements are written with `?`. What goes wrong with the database itself is raised as `Unavailable` (store-locked,
    store-full, store-read-only, store-gone, store-broken, ...); a row that it refuses is Invalid("row-refused").
    `now` is this process's clock; `database_now` asks the database's, which all processes share, unless a
    `database_clock` is given in its place. Both give epoch seconds.
    """

    def __init__(
        self,
        url_or_path: str | Path,
        *,
        lock_seconds: float = LOCK_SECONDS,
        clock: Callable[[], float] = time.time,
        wait: Callable[[float], None] = time.sleep,
        database_clock: Callable[[], float] | None = None,
        copy: "Store | None" = None,
    ) -> None:
        self._backend = backend(url_or_path, lock_seconds)
        self._lock_seconds = lock_seconds
        self._db = self._backend.database
        # By thread or greenlet. peewee knows too, but it makes a state for each that asks, and finds it by a slow way.
        self._holders: dict[int, _Holder] = {}
        self._wait = wait
        self.now = clock
        self.database_now = database_clock or self._database_now
        self.dialect = self._backend.dialect
        self.place = self._backend.place
        self.blocking = self._backend.blocking
        self.company_ids: Cache[str] = Cache(10_000)
        self.snapshots: Cache[PolicySnapshot] = Cache(128)
        # What signs the audit trail: the newest key, then earlier ones.
        self.audit_keys: Sequence[str] = ()
        self._copy = copy
        self.is_away = False
        self.before_change: Callable[[str], Callable[[], object]] = lambda domain: lambda: None

    @property
    def readable(self) -> "Store":
        """Where configuration is read now: here, or in the copy from the first time that this database failed.

        The owner of the store tries it again, and then sets `is_away` back.
        """
        return self._copy if self.is_away and self._copy is not None else self

    def read(self, read: Callable[[], Result]) -> Result:
        """What `read` returns; it reads again, from the copy, if this database is found to be away by it."""
        was_away = self.is_away
        try:
            return read()
        except Unavailable:
            if was_away or not self.is_away:
                raise
            return read()

    def connect(self) -> None:
        """Open the database; Invalid("store-newer") if a later fsplug made its tables."""
        runner.refuse_newer(self)

    def close(self) -> None:
        """Close every connection. The Store may be used again afterwards."""
        self._db.close_all()
        self.company_ids.clear()
        self.snapshots.clear()

    def migrate(self) -> list[str]:
        """Bring the tables up to date; the names of the migrations applied now."""
        return runner.apply_pending(self)

    def pending(self) -> list[str]:
        """The names of the migrations this database still lacks."""
        return runner.pending(self)

    @property
    def in_transaction(self) -> bool:
        """Whether this thread or greenlet is inside `atomic`: what it reads may still be rolled back."""
        holder = self._holders.get(get_ident())
        return holder is not None and holder.transactions > 0

    @contextmanager
    def connection(self) -> Iterator[None]:
        """Several reads on one connection."""
        ident = get_ident()
        if ident in self._holders:
            yield
            return
        context = self._db.connection_context()
        self._patiently(context.__enter__, READ_SECONDS)
        self._holders[ident] = _Holder(self._db.connection())
        try:
            yield
        finally:
            del self._holders[ident]
            context.__exit__(None, None, None)

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """A write transaction; within another one, a savepoint.

        Waits up to `lock_seconds` for its turn, then Unavailable("store-locked"). Under gevent the body must not
        yield to other greenlets.
        """
        with self.connection():
            holder = self._holders[get_ident()]
            transaction = self._begun(holder)
            holder.transactions += 1
            try:
                yield
            except BaseException as error:
                self._undo(transaction, error)
                raise
            else:
                with self._troubles():
                    transaction.__exit__(None, None, None)
            finally:
                holder.end()

    def changes(self, domain: str) -> None:
        """The transaction around this changes the company: `before_change` is told, and called back after its end."""
        self._holders[get_ident()].changes.append(self.before_change(domain))

    def rows(self, sql: str, *params: object) -> list[Row]:
        """Every row of a SELECT."""
        return self.fetch(self._backend.marked(sql), params)

    def row(self, sql: str, *params: object) -> Row | None:
        """The first row of a SELECT, or None."""
        return next(iter(self.rows(sql, *params)), None)

    def query(self, query: peewee.Query) -> list[Row]:
        """Every row of a query built with peewee."""
        return self.fetch(*self.compiled(query))

    def run(self, sql: str, *params: object) -> int:
        """Run one statement in the transaction around it; the number of rows it touched."""
        return self.execute(self._backend.marked(sql), params)

    def run_many(self, sql: str, rows: Sequence[Row]) -> None:
        """Run one statement for each of `rows`, in the transaction around it."""
        self.execute_many(self._backend.marked(sql), rows)

    def compiled(self, query: peewee.Query) -> tuple[str, list[Any]]:
        """The SQL of a query built with peewee, in the marks of this database, and what is bound to them."""
        sql, params = self._db.get_sql_context().sql(query).query()
        return sql, params

    def execute(self, sql: str, params: Sequence[object]) -> int:
        """Run compiled SQL in the transaction around it; the number of rows it touched."""
        with self.connection(), self._troubles():
            cursor = self._cursor()
            cursor.execute(sql, params)
            return int(cursor.rowcount)

    def execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run compiled SQL for each of `rows`, in the transaction around it."""
        if rows:
            with self.connection(), self._troubles():
                self._cursor().executemany(sql, rows)

    def fetch(self, sql: str, params: Sequence[object]) -> list[Row]:
        """Every row of a SELECT in compiled SQL."""
        try:
            return self._fetched_once(sql, params)
        except Unavailable as trouble:
            # A server that restarted leaves dead connections in the pool; outside a transaction a new one will do.
            if trouble.code != "store-gone" or get_ident() in self._holders:
                raise
        return self._fetched_once(sql, params)

    def _database_now(self) -> float:
        return float(self.fetch(self._backend.clock, ())[0][0])

    def _fetched_once(self, sql: str, params: Sequence[object]) -> list[Row]:
        holder = self._holders.get(get_ident())
        if holder is not None:
            # A transaction that met a lock is lost in PostgreSQL, and can't meet one in SQLite: it has the only one.
            patience_seconds = 0.0 if holder.transactions else READ_SECONDS
            return self._patiently(partial(_fetched, holder.connection, sql, params), patience_seconds)
        if self._backend.read is not None:
            return self._patiently(partial(self._backend.read, sql, params), READ_SECONDS)
        with self.connection():
            return self._fetched_once(sql, params)

    def _cursor(self) -> Any:
        return self._holders[get_ident()].connection.cursor()

    def _begun(self, holder: "_Holder") -> Any:
        begin = () if holder.transactions else self._backend.begin
        transaction = self._db.atomic(*begin)
        self._patiently(transaction.__enter__, self._lock_seconds)
        return transaction

    def _patiently(self, step: Callable[[], Result], seconds: float) -> Result:
        """Try `step` again while another program's lock is in its way, letting others run between."""
        give_up_at = time.monotonic() + seconds
        while True:
            try:
                return step()
            except Exception as error:
                trouble = self._explained(error)
                is_lock = isinstance(trouble, Unavailable) and trouble.code == "store-locked"
                if not is_lock or time.monotonic() >= give_up_at:
                    self.is_away = self._copy is not None and isinstance(trouble, Unavailable)
                    raise trouble from error
            self._wait(RETRY_SECONDS)

    def _undo(self, transaction: Any, error: BaseException) -> None:
        try:
            transaction.__exit__(type(error), error, error.__traceback__)
        except peewee.PeeweeException as failed_rollback:
            # SQLite rolled back by itself, or the connection is gone with its transaction: the first error says more.
            error.add_note(f"the rollback failed too: {failed_rollback}")

    @contextmanager
    def _troubles(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise self._explained(error) from error

    def _explained(self, error: Exception) -> Exception:
        if isinstance(error, MaxConnectionsExceeded):
            return Unavailable("store-busy", f"{self.place}: every connection is in use", store=self.place)
        error = _original(error)
        trouble = self._backend.trouble(error)
        if trouble is not None:
            if trouble.code == "store-gone":
                self._db.close_idle()
            return trouble
        if isinstance(error, self._backend.row_errors):
            return Invalid("row-refused", f"{self.place} refuses the row: {error}", store=self.place)
        return error


class _Holder:
    """Who holds a connection, and how many transactions it has begun, one inside the other."""

    __slots__ = ("changes", "connection", "transactions")

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.transactions = 0
        self.changes: list[Callable[[], object]] = []

    def end(self) -> None:
        """A transaction is over. After the outermost, whoever was told of its changes is told so."""
        self.transactions -= 1
        while not self.transactions and self.changes:
            self.changes.pop()()


def _fetched(connection: Any, sql: str, params: Sequence[object]) -> list[Row]:
    cursor = connection.cursor()
    cursor.execute(sql, params)
    return list(cursor.fetchall())


def _original(error: Exception) -> Exception:
    """The driver's error inside peewee's."""
    inner = getattr(error, "orig", None)
    return inner if isinstance(inner, Exception) else error
