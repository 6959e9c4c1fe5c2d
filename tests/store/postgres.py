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

from fsplug.lab.freeswitch import PATIENCE_SECONDS

START_SECONDS = PATIENCE_SECONDS
# Each table with the columns that a row is written with.
_TABLES = """
    SELECT relname, string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
    GROUP BY relname ORDER BY relname"""
# Whatever a statement that changes tables leaves behind: columns, constraints, triggers; indexes have columns too.
_SHAPE = """
    SELECT md5(string_agg(part, ' ' ORDER BY part)) FROM (
        SELECT concat_ws(' ', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull) AS part
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', conname, contype) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgname, 'trigger') FROM pg_trigger WHERE NOT tgisinternal
    ) AS parts"""
# A function's statements are planned once in a session, and asked for at once. It is False if the tables are others.
_RESTORE = """
    CREATE FUNCTION kept.restore() RETURNS boolean LANGUAGE plpgsql AS $restore$
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
        IF ({shape}) <> '{known}' THEN
            RETURN false;
        END IF;
        {statements};
        RETURN true;
    END $restore$"""


def find_binaries() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def _keep_contents(url: str) -> None:
    """Keep the rows of all tables beside them, with a function that puts a copy of the database right again."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA kept")
        statements = []
        for name, columns in connection.execute(_TABLES).fetchall():
            statements.append(f'DELETE FROM public."{name}"')
            made = connection.execute(f'CREATE TABLE kept."{name}" AS SELECT {columns} FROM public."{name}"')
            if made.rowcount:
                statements.append(f'INSERT INTO public."{name}" ({columns}) SELECT * FROM kept."{name}"')
            else:
                connection.execute(f'DROP TABLE kept."{name}"')
        [(known,)] = connection.execute(_SHAPE).fetchall()
        connection.execute(_RESTORE.format(shape=_SHAPE, known=known, statements="; ".join(statements)))


class Cluster:
    """Started once per test session; a database of its own for each test."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="fsplug-pg-"))
        self._user = self._who_runs_it()
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._returned: dict[str, list[str]] = defaultdict(list)
        self._kept: set[str] = set()
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
        if template not in self._kept:
            _keep_contents(self.url(template))
            self._kept.add(template)
        while self._returned[template]:
            name = self._returned[template].pop()
            if self._session(name).execute("SELECT kept.restore()").fetchone() == (True,):
                return name
            self.drop(name)
        return self.new_database(template)

    def give_back(self, name: str, template: str) -> None:
        """Nobody needs this copy of the template any more."""
        self._returned[template].append(name)

    def _session(self, name: str) -> psycopg.Connection[tuple[object, ...]]:
        if name not in self._sessions:
            # Neither triggers nor references to other tables are in the way of rows that were there before.
            options = "-c session_replication_role=replica"
            self._sessions[name] = psycopg.connect(self.url(name), autocommit=True, options=options)
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
