"""One role of a scenario, played by one SIPp process."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from fsplug.lab.exchange import Exchange
from fsplug.lab.scenario import Scenario, ScenarioRole
from fsplug.lab.tone import alaw_tone

NAMES = "names.csv"
_COMPLAINT_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class RoleOutcome:
    """How a role ended: SIPp's exit code (None: SIPp did not end by itself) and its error."""

    role: ScenarioRole
    exit: int | None
    complaint: str = ""

    @property
    def is_well(self) -> bool:
        return self.exit == self.role.exit


@dataclass(frozen=True, slots=True)
class PlayerPlace:
    """A player's own folder, SIP port and audio port, and the tone it sends."""

    folder: Path
    port: int
    media_port: int
    hertz: int


class Player:
    """SIPp playing `role`. `consultation` is the Call-ID of the scenario's second call, if there is one."""

    def __init__(
        self, role: ScenarioRole, scenario: Scenario, exchange: Exchange, place: PlayerPlace, consultation: str
    ) -> None:
        self.role = role
        self.place = place
        self._scenario = scenario
        self._exchange = exchange
        self._consultation = consultation
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start SIPp."""
        self.place.folder.mkdir()
        (self.place.folder / "tone.alaw").write_bytes(alaw_tone(self.place.hertz))
        with self._screen.open("wb") as screen:
            self._process = subprocess.Popen(
                self._command(), cwd=self.place.folder, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen
            )

    def end(self) -> None:
        """Kill SIPp if it is still running."""
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait(5)

    @property
    def has_started(self) -> bool:
        return self._process is not None

    @property
    def exit(self) -> int | None:
        """The exit code; None while SIPp is running and before it starts."""
        return self._process.poll() if self._process else None

    @property
    def has_failed(self) -> bool:
        return self.exit not in (None, self.role.exit)

    def outcome(self) -> RoleOutcome:
        """How the role ended, as known now."""
        return RoleOutcome(self.role, self.exit, self._complaint() if self.has_failed else "")

    @property
    def _screen(self) -> Path:
        return self.place.folder / "screen"

    @property
    def _errors(self) -> Path:
        return self.place.folder / "errors"

    def _complaint(self) -> str:
        source = self._errors if self._errors.exists() else self._screen
        return " ".join(source.read_text(errors="replace").split())[:_COMPLAINT_CHARACTERS]

    def _command(self) -> list[str]:
        role, exchange = self.role, self._exchange
        target = exchange.ports.internal_port if role.user else exchange.ports.external_port
        return [
            "sipp",
            f"{exchange.host}:{target}",
            *("-sf", str(self._scenario.folder / f"{role.name}.xml"), "-m", str(role.count), "-l", "1"),
            *("-i", exchange.local, "-p", str(self.place.port)),
            *("-mi", exchange.local, "-mp", str(self.place.media_port)),
            *("-s", role.calls or role.user or "trunk", "-d", str(round(role.talk_seconds * 1000))),
            # SIPp 3.6 can hang forever after its -timeout if -timeout_error is missing.
            *("-nostdin", "-timeout", f"{self._scenario.seconds}s", "-timeout_error", "-recv_timeout", "10000"),
            *("-trace_err", "-error_file", str(self._errors)),
            *self._keys(),
            *self._credentials(),
            *(("-cid_str", self._consultation) if role.consults else ()),
            *self._names(),
        ]

    def _keys(self) -> list[str]:
        role = self.role
        keys = {
            "domain": role.company,
            "user": role.user or role.number,
            "display": f'"{role.display}" ' if role.display else "",
            "headers": "".join(f"{header}\r\n" for header in role.headers),
            "target": role.target,
            "trunk_port": str(self._exchange.ports.trunk_port),
            "consultation": self._consultation,
        }
        return [word for name, value in keys.items() for word in ("-key", name, value)]

    def _credentials(self) -> list[str]:
        user = self.role.user
        return ["-au", user, "-ap", self._exchange.password(self.role.company, user)] if user else []

    def _names(self) -> list[str]:
        names = self._scenario.folder / NAMES
        return ["-inf", str(names)] if names.exists() else []
