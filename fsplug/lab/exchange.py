"""The switch as phones see it: its address, and how they sign in to it."""

import socket
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.free_ports import some_ports
from fsplug.lab.freeswitch import FIXTURE, PATIENCE_SECONDS
from fsplug.lab.installed import phone_password
from fsplug.lab.ports import Ports
from fsplug.lab.scenario import SCENARIOS

REGISTER = SCENARIOS / "roles" / "register.xml"
# Longer than any run: an hour's soak, or a test on a slow machine.
_EXPIRES_SECONDS = 7_200


@dataclass(frozen=True, slots=True)
class Exchange:
    """A running switch with the fixture's people: its host and ports.

    `data` is the data folder of the fsplug that configured the switch; then phones have the passwords from that folder.
    """

    ports: Ports
    host: str = "127.0.0.1"
    data: Path | None = None

    @property
    def local(self) -> str:
        """This machine's address as the switch sees it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as towards:
            towards.connect((self.host, self.ports.internal_port))
            return str(towards.getsockname()[0])

    def password(self, company: str, user: str) -> str:
        """The digest password of a user's phone. Raises Invalid for an unknown user."""
        return password(company, user) if self.data is None else phone_password(self.data, company, user)

    @contextmanager
    def signed_in(self, company: str, phones: Mapping[str, int]) -> Iterator[None]:
        """Phones of a company (username to the port the phone waits on), registered until the `with` ends."""
        self._register(company, phones, _EXPIRES_SECONDS)
        try:
            yield
        finally:
            self._register(company, phones, 0)

    def _register(self, company: str, phones: Mapping[str, int], expires_seconds: int) -> None:
        with tempfile.TemporaryDirectory(prefix="fsplug-sipp-") as folder:
            fields = Path(folder) / "phones.csv"
            fields.write_text("SEQUENTIAL\n" + "".join(self._fields(company, phones)))
            _run(self._command(company, fields, len(phones), expires_seconds), company)

    def _fields(self, company: str, phones: Mapping[str, int]) -> Iterator[str]:
        for user, port in phones.items():
            yield f"{user};[authentication username={user} password={self.password(company, user)}];{port}\n"

    def _command(self, company: str, fields: Path, count: int, expires_seconds: int) -> list[str]:
        return [
            "sipp",
            f"{self.host}:{self.ports.internal_port}",
            *("-sf", str(REGISTER), "-inf", str(fields), "-m", str(count), "-r", "100"),
            *("-i", self.local, "-p", str(some_ports(1)[0])),
            *("-key", "domain", company, "-key", "expires", str(expires_seconds)),
            *("-nostdin", "-timeout", "10s", "-timeout_error", "-recv_timeout", "5000"),
        ]


def password(company: str, user: str) -> str:
    """The digest password of a user of the fixture. Raises Invalid for an unknown user."""
    directory = FIXTURE / "directory" / f"{company}.xml"
    for entry in ElementTree.parse(directory).iter("user"):
        if entry.get("id") == user:
            return next(param.get("value", "") for param in entry.iter("param") if param.get("name") == "password")
    raise Invalid("unknown-user", f"{company} has no user {user}; add one to {directory}", user=user, company=company)


def _run(command: Sequence[str], company: str) -> None:
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS, check=False
    )
    if ended.returncode:
        why = f"SIPp ended with {ended.returncode}"
        text = f"phones of {company} could not sign in ({why}); is a switch with this fixture up at {command[1]}?"
        raise Unavailable("not-registered", text, company=company)
