"""baresip, which speaks SIP over TLS and SRTP, says a tone and answers by itself: a telephone, or a provider."""

import math
import os
import shutil
import struct
import subprocess
import wave
from pathlib import Path
from types import TracebackType
from typing import Self

from fsplug.errors import Unavailable
from fsplug.lab.freeswitch import wait_for

# In this order: an account names what must be there.
_MODULES = ("g711", "aufile", "srtp", "account", "menu", "stdio")
_RATE, _TONE_SECONDS, _LOUDNESS = 8_000, 600, 8_000
_MODULE_FOLDERS = ("/usr/lib/baresip/modules", "/usr/lib/x86_64-linux-gnu/baresip/modules")


def find_baresip() -> str | None:
    """The program, or None; without its modules it can do nothing."""
    return shutil.which("baresip") if _modules() else None


def _modules() -> str | None:
    return next((place for place in _MODULE_FOLDERS if Path(place).is_dir()), None)


class Baresip:
    """One that runs until the `with` ends. `account` is its line in baresip's accounts, `ca` names whom it trusts.

    It says a tone of `hertz`. With `srtp` its audio is encrypted. With `certificate`, a file that holds its key too, it
    shows it, and takes calls over TLS at the port `listens`.
    """

    def __init__(
        self,
        folder: Path,
        account: str,
        ca: Path,
        srtp: bool = True,
        hertz: int = 440,
        certificate: Path | None = None,
        listens: int = 0,
    ) -> None:
        self._folder = folder
        self._hertz = hertz
        encryption = ";mediaenc=srtp-mand" if srtp else ""
        self._account = f"{account};answermode=auto;audio_codecs=pcma/8000/1{encryption}\n"
        self._ca = ca
        self._certificate = certificate
        # It listens for TLS at the port after the one for UDP and TCP (baresip 1.0, uag_transp_add).
        self._port = listens - 1 if listens else 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What it has said."""
        return (self._folder / "log").read_text(errors="replace") if (self._folder / "log").exists() else ""

    def __enter__(self) -> Self:
        program, modules = find_baresip(), _modules()
        if program is None or modules is None:
            raise Unavailable("no-baresip", "no baresip here; install the packages baresip-core and baresip-x11")
        self._folder.mkdir(parents=True, exist_ok=True)
        lines = (
            f"sip_listen 127.0.0.1:{self._port}",
            "net_interface 127.0.0.1",
            f"sip_cafile {self._ca}",
            "sip_verify_server yes",
            *((f"sip_certificate {self._certificate}",) if self._certificate else ()),
            f"audio_source aufile,{self._folder / 'tone.wav'}",
            "audio_player aufile,/dev/null",
            "audio_alert aufile,/dev/null",
            f"module_path {modules}",
            *(f"module {name}.so" for name in _MODULES),
        )
        (self._folder / "config").write_text("\n".join([*lines, ""]))
        (self._folder / "accounts").write_text(self._account)
        self._write_tone()
        (self._folder / "contacts").write_text("")
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "-f", str(self._folder), "-s"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "TERM": "dumb"},
            )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def call(self, number: str) -> None:
        """Dial."""
        self._type(f"/dial {number}\n")

    def hang_up(self) -> None:
        """End the call."""
        self._type("/hangup\n")

    def until(self, said: str) -> None:
        """Return once it has said that. Unavailable, with what it said, if it never does."""
        try:
            wait_for(lambda: said in self.log, f"baresip to say {said!r}")
        except Unavailable as error:
            raise Unavailable(error.code, f"{error.text}; it said:\n{self.log[-4000:]}") from error

    def _write_tone(self) -> None:
        angle = 2 * math.pi * self._hertz / _RATE
        # Whole hertz: a second repeats without a click.
        second = struct.pack(f"<{_RATE}h", *(round(_LOUDNESS * math.sin(angle * sample)) for sample in range(_RATE)))
        with wave.open(str(self._folder / "tone.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(_RATE)
            file.writeframes(second * _TONE_SECONDS)

    def _type(self, text: str) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(text.encode())
        self._process.stdin.flush()


class BaresipPhone(Baresip):
    """Signs in as `user` of `domain`, whose switch listens for TLS at `port`."""

    def __init__(
        self,
        folder: Path,
        user: str,
        domain: str,
        password: str,
        port: int,
        ca: Path,
        srtp: bool = True,
        hertz: int = 440,
    ) -> None:
        switch = f"sip:127.0.0.1:{port};transport=tls"
        account = f'<sip:{user}@{domain};transport=tls>;auth_pass={password};outbound="{switch}";regint=600'
        super().__init__(folder, account, ca, srtp, hertz)


class BaresipProvider(Baresip):
    """A trunk's other side: takes the switch's calls to `number` at `port`, and signs in nowhere."""

    def __init__(
        self,
        folder: Path,
        number: str,
        port: int,
        ca: Path,
        certificate: Path,
        srtp: bool = True,
        hertz: int = 440,
    ) -> None:
        account = f"<sip:{number}@127.0.0.1:{port};transport=tls>;regint=0"
        super().__init__(folder, account, ca, srtp, hertz, certificate, port)
