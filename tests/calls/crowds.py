"""Calls of a customer to Anna that are up at the same time, on either switch."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fsplug.fakeswitch.control_client import ControlClient
from fsplug.lab.free_ports import is_free, some_media_ports, some_ports
from fsplug.lab.freeswitch import RealSwitch, wait_for

CUSTOMER, ANNAS_NUMBER = "+4522334455", "+4570101001"
_SAID_CHARACTERS = 2000


class Crowd(Protocol):
    """The callers."""

    def complaints(self) -> list[str]:
        """What was not as they meant it: talk, and hang up themselves. Waits for the end of all."""


class PlacedCrowd:
    """Callers of the fake switch."""

    def __init__(self, control: ControlClient, count: int, talk_seconds: float, rings: float) -> None:
        self._control = control
        order = {"caller": CUSTOMER, "destination": ANNAS_NUMBER, "talk": talk_seconds, "answers": {"1001": rings}}
        self.calls = [control.ask("place", **order)["call"] for _ in range(count)]

    def complaints(self) -> list[str]:
        ended = [self._control.ask("wait", call=call, seconds=60) for call in self.calls]
        return [str(one) for one in ended if one["cause"] != "NORMAL_CLEARING" or not one["bridges"]]


@contextmanager
def callers(switch: RealSwitch, count: int, talk_seconds: float, rate: float) -> Iterator[Crowd]:
    """SIPp as callers of the switch: so many calls, so many a second, each talking so long."""
    calls = ("-m", str(count), "-l", str(count), "-r", str(rate), "-d", str(round(talk_seconds * 1000)))
    [port] = some_ports(1)
    with _sipp(port, "-sn", "uac", f"127.0.0.1:{switch.ports.external_port}", "-s", ANNAS_NUMBER, *calls) as sipp:
        yield _SippCrowd(sipp, switch)


@contextmanager
def phone(count: int) -> Iterator[int]:
    """A phone that answers so many calls, some of them more than once; its port."""
    [port] = some_ports(1)
    with _sipp(port, "-sn", "uas", "-m", str(10 * count)):
        wait_for(lambda: not is_free(port), 10, "the phone to listen")
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

    def complaints(self) -> list[str]:
        code = self.sipp.process.wait(60)
        return [f"SIPp ended with {code}: {self.sipp.said}", f"FreeSWITCH: {self.switch.log_tail()}"] if code else []


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
            "60s",
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
            process.wait(5)
