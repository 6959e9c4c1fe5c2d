"""The switch's side of fsplug.modpython: asks the endpoint beside it, by the standard library alone.

mod_python3 gives every call a thread state of its own: nothing here keeps a connection or a thread's state, and nothing
raises into the switch.
"""

import base64
import json
import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fsplug.errors import FsplugError
from fsplug.wiring.settings import Settings, read

ARM, CONSOLE = "/arm", "/console"
# A header before the channel's own: epoch seconds.
AWAITED_UNTIL = "Fsplug-Awaited-Until"
# The caller hears nothing meanwhile.
ANSWER_SECONDS = 1.0
DEFAULT_FOLDER = "/var/lib/fsplug"
_ANSWER_BYTES = 1 << 20

Api = Callable[[str, str], Any]
Log = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class House:
    """Where the endpoint is, and the account that opens it."""

    host: str
    port: int
    authorization: str = field(repr=False)

    @property
    def place(self) -> str:
        """As people write it."""
        return f"{self.host}:{self.port}"


class Away(Exception):
    """There is no answer; the text says why."""


_known: dict[str, House] = {}


def told(args: str) -> str:
    """What fsplug prints for these words, or why it doesn't."""
    try:
        return asked(CONSOLE, args.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    except Away as away:
        return f"-ERR {away}\n"
    except Exception as error:
        return f"-ERR {type(error).__name__}: {error}\n"


def arm(session: Any, api: Api, log: Log) -> None:
    """Set on the session's channel what its legs do at their answer. No answer is no variables."""
    try:
        uuid = session.getVariable("uuid") or ""
        channel = str(api("uuid_dump", uuid) or "")
        if not channel or channel.startswith("-"):
            raise Away(f"the switch doesn't tell of {uuid!r}: {channel[:80]!r}")
        question = f"{AWAITED_UNTIL}: {time.time() + ANSWER_SECONDS:.3f}\n{channel}"
        for name, value in _variables(asked(ARM, question.encode("utf-8", "surrogateescape"))).items():
            session.setVariable(name, value)
    except Exception as error:
        log("ERR", f"fsplug: call not armed: {error or type(error).__name__}\n")


def asked(path: str, body: bytes, deadline_seconds: float = ANSWER_SECONDS) -> bytes:
    """What the endpoint answers at this door. Away, with the reason, where it doesn't within the deadline."""
    house = _house()
    try:
        answer = _exchanged(house, path, body, time.monotonic() + deadline_seconds)
    except OSError as error:
        raise Away(f"fsplug at {house.place} does not answer ({error}); fsplug doctor says more") from error
    head, _, said = answer.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].split()
    if status[1:2] != [b"200"]:
        _known.clear()
        why = said[:200].decode(errors="replace")
        raise Away(f"fsplug at {house.place} answers {b' '.join(status[1:]).decode(errors='replace')}: {why}")
    return said


def _exchanged(house: House, path: str, body: bytes, end: float) -> bytes:
    """The whole answer. By hand: http.client's timeout is for each read, and an answer may come byte by byte."""
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {house.place}\r\nAuthorization: {house.authorization}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((house.host, house.port), _left(end)) as connection:
        connection.sendall(request.encode("latin-1") + body)
        answer = bytearray()
        while len(answer) < _ANSWER_BYTES:
            connection.settimeout(_left(end))
            piece = connection.recv(65_536)
            if not piece:
                break
            answer += piece
    return bytes(answer)


def _left(end: float) -> float:
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def _variables(answer: bytes) -> Mapping[str, str]:
    given = json.loads(answer)
    # 1.11.1 refuses such values from here, and expands them elsewhere.
    return {name: value for name, value in given.items() if isinstance(value, str) and "${" not in value}


def _house() -> House:
    """As the settings say; read once, and again after the endpoint has refused."""
    if "" not in _known:
        _known[""] = _of(_settings(Path(os.environ.get("FSPLUG_DATA", DEFAULT_FOLDER))))
    return _known[""]


def _settings(folder: Path) -> Settings:
    try:
        return read(folder)
    except FsplugError as error:
        raise Away(f"fsplug's settings: {error.text}") from error
    except OSError as error:
        remedy = "let the switch's user read it, or give it FSPLUG_XML_PASSWORD_FILE"
        raise Away(f"fsplug's settings in {folder} can't be read: {error.strerror}; {remedy}") from error


def _of(settings: Settings) -> House:
    if not settings.xml_password:
        raise Away(f"{settings.data}/fsplug.toml has no xml_password; set FSPLUG_DATA to fsplug's data folder")
    account = base64.b64encode(f"{settings.xml_username}:{settings.xml_password}".encode()).decode()
    return House(settings.xml_host, settings.xml_port, f"Basic {account}")
