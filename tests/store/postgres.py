"""A PostgreSQL cluster for the tests alone, made from Debian's packages, reached by a socket in a temporary folder."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psycopg
from psycopg import sql

from fsplug.lab.freeswitch import PATIENCE_SECONDS

START_SECONDS = PATIENCE_SECONDS
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
# Whatever a statement that changes tables leaves behind: columns, constraints, triggers; indexes have columns too.
_SHAPE = """
    SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod) || attnotnull::text
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname::text, contype::text, '' FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgname::text, 'trigger', '' FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2, 3"""
_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""


def find_binaries() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Contents:
    """The tables of a database and every row in them, to put a copy of it right again."""

    def __init__(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            self._shape = self._shape_of(connection)
            names = connection.execute(_TABLES).fetchall()
            self._rows = {name: self._copied(connection, name) for (name,) in names}

    def restore(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        """Give the database these rows and no others; False if its tables are no longer these."""
        with connection.transaction():
            connection.execute(_END_OTHERS)
            if self._shape_of(connection) != self._shape:
                return False
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(_name(one)) for one in self._rows))
            for name, rows in self._rows.items():
                if rows:
                    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(_name(name))) as copy:
                        copy.write(rows)
            return True

    def _shape_of(self, connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return connection.execute(_SHAPE).fetchall()

    def _copied(self, connection: psycopg.Connection[tuple[object, ...]], name: str) -> bytes:
        with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(_name(name))) as copy:
            return b"".join(bytes(part) for part in copy)


def _name(table: str) -> sql.Identifier:
    return sql.Identifier("public", table)


class Cluster:
    """Started once per test session; a database of its own for each test."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="fsplug-pg-"))
        self._user = self._who_runs_it()
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._returned: dict[str, list[str]] = defaultdict(list)
        self._contents: dict[str, Contents] = {}
        # To begin a session costs the server more than to put every row of a copy right.
        self._sessions: dict[str, psycopg.Connection[tuple[object, ...]]] = {}

    def _who_runs_it(self) -> str:
        # initdb and postgres refuse to run as root; Debian's package brings the user postgres.
        if os.geteuid() != 0:
            return getpass.getuser()
        account = pwd.getpwnam("postgres")
        os.chown(self.folder, account.pw_uid, account.pw_gid)
        return "postgres"

    def make(self) -> None:
        """Make the cluster and start it."""
        self._run("initdb", "-D", "data", "-A", "trust", "-U", "fsplug", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = (
            *("listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=50"),
            # Nothing has to last, and nothing but the tests should take processor time.
            *("fsync=off", "full_page_writes=off", "autovacuum=off", "jit=off"),
        )
        options = [word for setting in settings for word in ("-c", setting)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._binaries / "postgres", "-D", "data", *options],
                **self._as_user(),
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready()

    def stop(self) -> None:
        """Stop the server at once: open connections break, as in a crash of the network."""
        assert self._server is not None
        self._end_sessions()
        self._server.send_signal(signal.SIGINT)
        self._server.wait(START_SECONDS)

    def remove(self) -> None:
        """Stop the server and leave nothing behind."""
        self._end_sessions()
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self, template: str = "template0") -> str:
        """A new database; its name."""
        self._count += 1
        name = f"fsplug_{self._count}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def copy_of(self, template: str) -> str:
        """A database that is as the template is: one that came back, put right again, or a new one; its name.

        Making and dropping one takes a second where the files of its 100 tables and indexes are slow to make.
        """
        contents = self._contents.get(template) or self._read(template)
        while self._returned[template]:
            name = self._returned[template].pop()
            if contents.restore(self._session(name)):
                return name
            self.drop(name)
        return self.new_database(template)

    def give_back(self, name: str, template: str) -> None:
        """Nobody needs this copy of the template any more."""
        self._returned[template].append(name)

    def _read(self, template: str) -> Contents:
        self._contents[template] = Contents(self.url(template))
        return self._contents[template]

    def _session(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        if name not in self._sessions:
            self._sessions[name] = psycopg.connect(self.url(name), autocommit=True)
        return self._sessions[name]

    def _end_sessions(self) -> None:
        while self._sessions:
            self._sessions.popitem()[1].close()

    def drop(self, name: str) -> None:
        """Drop a database, whoever still uses it."""
        if name in self._sessions:
            self._sessions.pop(name).close()
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def url(self, database: str) -> str:
        """Where a database is reached."""
        return f"postgresql://fsplug@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [self._binaries / program, *arguments]
        subprocess.run(command, **self._as_user(), check=True, capture_output=True, timeout=START_SECONDS)

    def _as_user(self) -> dict[str, object]:
        as_root = {"user": self._user, "group": self._user, "extra_groups": []} if os.geteuid() == 0 else {}
        return {"cwd": self.folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **as_root}

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
                return
            except psycopg.OperationalError:
                if time.monotonic() > give_up_at:
                    raise RuntimeError((self.folder / "log").read_text()) from None
            time.sleep(0.02)
