"""Calls of a customer to Anna that are up at the same time, on either switch."""

import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.free_ports import is_free, some_media_ports, some_ports
from fsplug.lab.freeswitch import PATIENCE_SECONDS, RealSwitch, wait_for

CUSTOMER, ANNAS_NUMBER = "+4522334455", "+4570101001"
_UNTIL_BYE = Path(__file__).with_name("until-bye.xml")
_SAID_CHARACTERS = 2000


class Crowd(Protocol):
    """The callers."""

    def hang_up(self) -> None:
        """All of them say goodbye."""

    def complaints(self) -> list[str]:
        """What was not as they meant it: talk, and hang up. Waits for the end of all."""

    def up_seconds(self) -> dict[str, float]:
        """How long each call was up, by the clock of a switch that reports it. Waits for the end of all."""


class PlacedCrowd:
    """Callers of the fake switch."""

    def __init__(self, control: ControlClient, count: int, talk_seconds: float | None, rings: float) -> None:
        self._control = control
        order = {"caller": CUSTOMER, "destination": ANNAS_NUMBER, "talk": talk_seconds, "answers": {"1001": rings}}
        self.calls = [control.ask("place", **order)["call"] for _ in range(count)]

    def hang_up(self) -> None:
        for call in self.calls:
            self._control.ask("hang_up", call=call)

    def complaints(self) -> list[str]:
        ended = self._ended()
        return [str(one) for one in ended if one["cause"] != "NORMAL_CLEARING" or not one["bridges"]]

    def up_seconds(self) -> dict[str, float]:
        return {one["call"]: one["up_seconds"] for one in self._ended()}

    def _ended(self) -> list[dict[str, Any]]:
        return [self._control.ask("wait", call=call, seconds=PATIENCE_SECONDS) for call in self.calls]


@contextmanager
def callers(switch: RealSwitch, count: int, talk_seconds: float | None, rate: float) -> Iterator[Crowd]:
    """SIPp as callers of the switch: so many calls, so many a second, each talking so long; None: until hung up."""
    calls = ("-m", str(count), "-l", str(count), "-r", str(rate))
    talks = ("-sf", str(_UNTIL_BYE)) if talk_seconds is None else ("-sn", "uac", "-d", str(round(talk_seconds * 1000)))
    [port] = some_ports(1)
    with _sipp(port, *talks, f"127.0.0.1:{switch.ports.external_port}", "-s", ANNAS_NUMBER, *calls) as sipp:
        yield _SippCrowd(sipp, switch)


@contextmanager
def phone(count: int) -> Iterator[int]:
    """A phone that answers so many calls, some of them more than once; its port."""
    [port] = some_ports(1)
    with _sipp(port, "-sn", "uas", "-m", str(10 * count)):
        wait_for(lambda: not is_free(port), "the phone to listen")
        yield port


@dataclass(frozen=True, slots=True)
class _Sipp:
    process: "subprocess.Popen[bytes]"
    folder: Path

    @property
    def said(self) -> str:
        """Its errors, or else its screen."""
        errors = self.folder / "errors"
        source = errors if errors.exists() else self.folder / "screen"
        return source.read_text(errors="replace")[:_SAID_CHARACTERS]


@dataclass(frozen=True, slots=True)
class _SippCrowd:
    sipp: _Sipp
    switch: RealSwitch

    def hang_up(self) -> None:
        """The switch ends the callers' legs: SIPp takes no orders."""
        rows = json.loads(self.switch.api("show channels as json")).get("rows", [])
        for caller in (row["uuid"] for row in rows if row["direction"] == "inbound"):
            self.switch.api(f"uuid_kill {caller} NORMAL_CLEARING")

    def complaints(self) -> list[str]:
        code = self.sipp.process.wait(PATIENCE_SECONDS)
        return [f"SIPp ended with {code}: {self.sipp.said}", f"FreeSWITCH: {self.switch.log_tail()}"] if code else []

    def up_seconds(self) -> dict[str, float]:
        return {}


@contextmanager
def _sipp(port: int, *words: str) -> Iterator[_Sipp]:
    """SIPp on this port until the `with` ends, even if calls are up."""
    [media_port] = some_media_ports(1)
    with tempfile.TemporaryDirectory(prefix="fsplug-sipp-") as name:
        folder = Path(name)
        command = ["sipp", *words, "-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1", "-mp", str(media_port)]
        command += [
            "-nostdin",
            "-timeout",
            f"{PATIENCE_SECONDS:.0f}s",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            str(folder / "errors"),
        ]
        with (folder / "screen").open("wb") as screen:
            process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=screen, stderr=screen)
        try:
            yield _Sipp(process, folder)
        finally:
            process.kill()
            process.wait(PATIENCE_SECONDS)
