"""A real FreeSWITCH for tests: the fixture's configuration in a temporary folder, on free ports."""

import grp
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.ending import die_with_parent
from fsplug.lab.event_socket import api
from fsplug.lab.ports import Ports, free_ports, reserve, write_ports

FIXTURE = Path(__file__).parents[2] / "fixtures" / "freeswitch"
# Long enough for the slowest machine. Only a wait for something that never comes takes this long.
PATIENCE_SECONDS = 300.0

_USUAL_PLACES = ("/usr/local/freeswitch/bin/freeswitch", "/usr/bin/freeswitch", "/opt/freeswitch/bin/freeswitch")
_FOLDERS = ("log", "run", "db", "temp", "recordings")


def find_freeswitch() -> Path | None:
    """The program that $FSPLUG_FREESWITCH names, else the one in a usual place, else None.

    Raises Invalid when the variable names a file that cannot be run: a typing error must not pass as "not installed".
    """
    named = os.environ.get("FSPLUG_FREESWITCH")
    if named and not os.access(named, os.X_OK):
        raise Invalid("bad-freeswitch", f"FSPLUG_FREESWITCH={named} is not a program; correct or unset it", path=named)
    places = [named] if named else [*_USUAL_PLACES, shutil.which("freeswitch") or ""]
    return next((Path(place) for place in places if place and os.access(place, os.X_OK)), None)


class RealSwitch:
    """A FreeSWITCH that runs until the `with` ends. It dies with the process that started it.

    `conf` and `recordings` are its folders, `log` is its log file; all stay until the `with` ends, also over restarts.
    `environment` is added to this process's own. As root it can run as another `user`, who then has its folders.
    """

    def __init__(
        self,
        ports: Ports | None = None,
        fixture: Path = FIXTURE,
        program: Path | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        self.ports = ports or free_ports()
        self._fixture = fixture
        self._user = user
        self._environment = {**os.environ, **(environment or {})}
        self._program = program or find_freeswitch()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()
        self._audio: socket.socket | None = None

    @property
    def conf(self) -> Path:
        return self._folder / "conf"

    @property
    def recordings(self) -> Path:
        return self._folder / "recordings"

    @property
    def records(self) -> Path:
        """Where the switch leaves the call records that it could not post."""
        return self.recordings / ".records"

    @property
    def fsplug_settings(self) -> dict[str, str | int]:
        """The settings of the fsplug beside this switch, as far as they follow from it."""
        return {
            "event_socket_port": self.ports.event_socket_port,
            "event_socket_password": self.ports.event_socket_password,
            "listen_port": self.ports.fsplug_port,
            "xml_port": self.ports.fsplug_xml_port,
            "xml_password": self.ports.fsplug_xml_password,
            "records": str(self.records),
        }

    @property
    def log(self) -> Path:
        return self._folder / "log" / "freeswitch.log"

    @property
    def pid(self) -> int:
        """The process id. Raises Unavailable when the switch is not running."""
        if self._process is None:
            raise Unavailable("switch-down", "this FreeSWITCH is not running; call start()")
        return self._process.pid

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="fsplug-switch-"))
        try:
            self._audio = reserve(self.ports)
            self._lay_out()
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()
        if self._audio is not None:
            self._audio.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start the switch and wait until both SIP profiles are up. Raises Unavailable with the end of the log."""
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
            umask=0o007,
            preexec_fn=die_with_parent,
        )
        try:
            wait_for(self._is_ready, "FreeSWITCH to start")
        except Unavailable as error:
            self.kill()
            text = f"{error}; its log ends:\n{self.log_tail()}"
            raise Unavailable("switch-not-started", text, log=str(self.log)) from error

    def stop(self) -> None:
        """Stop the switch in order: calls are hung up and files are closed. Kills it if that takes too long."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """Send SIGKILL: no file is closed and no call is ended in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
        self._process = None

    def restart(self) -> None:
        """Stop and start the switch again, with the same ports and folders and a new Core-UUID."""
        self.stop()
        self.start()

    def api(self, command: str, deadline_seconds: float = 5.0) -> str:
        """The switch's answer to an `api` command."""
        return api(self.ports.event_socket_port, self.ports.event_socket_password, command, deadline_seconds)

    def legs(self) -> int:
        """How many legs are up."""
        return int(self.api("show channels count").split()[0])

    def wait_until_idle(self, deadline_seconds: float = 60.0) -> None:
        """Return when no legs are left. Raises Unavailable at the deadline."""
        wait_for(lambda: self.legs() == 0, "every call to end", deadline_seconds)

    def log_tail(self, lines: int = 20) -> str:
        """The end of the switch's log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def _lay_out(self) -> None:
        shutil.copytree(self._fixture, self.conf)
        write_ports(self.ports, self.conf / "ports.xml")
        for name in _FOLDERS:
            (self._folder / name).mkdir()
        for place in (self._folder, *self._folder.rglob("*")) if self._user else ():
            shutil.chown(place, self._user, _group_of(str(self._user)))

    def _command(self) -> list[str]:
        if self._program is None:
            text = "no FreeSWITCH here; name one with FSPLUG_FREESWITCH=/path/to/freeswitch"
            raise Unavailable("no-freeswitch", text)
        folders = [word for name in ("conf", *_FOLDERS) for word in (f"-{name}", str(self._folder / name))]
        who = ["-u", self._user, "-g", _group_of(self._user)] if self._user else []
        return [str(self._program), "-nc", "-nf", "-nonat", *who, *folders]

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise Unavailable("switch-ended", f"FreeSWITCH ended with {self._process.returncode} while starting")
        try:
            return self.api("sofia status", 1.0).count("RUNNING") >= 2
        except Unavailable:
            return False


def wait_for(condition: Callable[[], bool], what: str, deadline_seconds: float = PATIENCE_SECONDS) -> None:
    """Return as soon as the condition holds. Raises Unavailable, naming `what`, at the deadline."""
    began = asked = time.monotonic()
    while not condition():
        now = time.monotonic()
        if now > began + deadline_seconds:
            raise Unavailable("waited-in-vain", f"waited {deadline_seconds:g} s for {what}", seconds=deadline_seconds)
        # To wait must not slow down what is waited for: what takes long, to ask or to come, is asked less often.
        time.sleep(max(0.05, min(0.15, (now - began) / 20), 3 * (now - asked)))
        asked = time.monotonic()


def wait_for_count(
    count: Callable[[], int], wanted: int, what: str, patience_seconds: float = PATIENCE_SECONDS
) -> None:
    """Return when `count` is `wanted`. Raises Unavailable, naming `what`, once the count has stood still for that long.

    For many things that a slow machine does one after the other: it may take any time, as long as it goes on.
    """
    seen = -1
    while seen != wanted:

        def has_changed(before: int = seen) -> bool:
            return count() != before

        wait_for(has_changed, f"{what}: {max(seen, 0)} of {wanted}", patience_seconds)
        seen = count()


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name
