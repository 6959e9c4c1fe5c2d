"""A PostgreSQL cluster for the tests alone, made from Debian's packages, reached by a socket in a temporary folder."""

import getpass
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

START_SECONDS = 30


def find_binaries() -> Path | None:
    """The newest installed PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


class Cluster:
    """Started once per test session; a database of its own for each test."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self.folder = Path(tempfile.mkdtemp(prefix="fsplug-pg-"))
        self._user = self._who_runs_it()
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0

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
        settings = ("fsync=off", "listen_addresses=", f"unix_socket_directories={self.folder}", "max_connections=50")
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
        self._server.send_signal(signal.SIGINT)
        self._server.wait(START_SECONDS)

    def remove(self) -> None:
        """Stop the server and leave nothing behind."""
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

    def drop(self, name: str) -> None:
        """Drop a database, whoever still uses it."""
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
