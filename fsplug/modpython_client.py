"""The switch's side of fsplug.modpython: asks the endpoint on this machine, using only the standard library.

mod_python3 gives every call a thread state of its own, so this module must not keep a connection or a thread's state.
Nothing here raises into the switch.
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
from fsplug.wiring.endpoint.questions import ARM, AWAITED_UNTIL, CONSOLE
from fsplug.wiring.settings import Settings, read

# The caller hears silence meanwhile, for as long as by a frozen fsplug at most.
ANSWER_SECONDS = 2.5
DEFAULT_FOLDER = "/var/lib/fsplug"
_ANSWER_BYTES = 1 << 20

Api = Callable[[str, str], Any]
Log = Callable[[str, str], Any]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The endpoint's address, and the account to sign in with."""

    host: str
    port: int
    authorization: str = field(repr=False)

    @property
    def place(self) -> str:
        """The address as people write it."""
        return f"{self.host}:{self.port}"


class Away(Exception):
    """There is no answer; the text gives the reason."""


_known: dict[str, Endpoint] = {}


def answer_to(args: str) -> str:
    """fsplug's answer to these words, or the reason why there is none."""
    try:
        return asked(CONSOLE, args.encode("utf-8", "surrogateescape")).decode("utf-8", "replace")
    except Away as away:
        return f"-ERR {away}\n"
    except Exception as error:
        return f"-ERR {type(error).__name__}: {error}\n"


def arm(session: Any, api: Api, log: Log) -> None:
    """Set the variables on the session's channel that its legs act on at their answer. No answer, no variables."""
    try:
        uuid = session.getVariable("uuid") or ""
        channel = str(api("uuid_dump", uuid) or "")
        if not channel or channel.startswith("-"):
            raise Away(f"the switch doesn't report {uuid!r}: {channel[:80]!r}")
        question = f"{AWAITED_UNTIL}: {time.time() + ANSWER_SECONDS:.3f}\n{channel}"
        for name, value in _variables(asked(ARM, question.encode("utf-8", "surrogateescape"))).items():
            session.setVariable(name, value)
    except Exception as error:
        log("ERR", f"fsplug: call not armed: {error or type(error).__name__}\n")


def asked(path: str, body: bytes, deadline_seconds: float = ANSWER_SECONDS) -> bytes:
    """The endpoint's answer at this door. Away, with the reason, if there is none within the deadline."""
    endpoint = _endpoint()
    try:
        answer = _exchanged(endpoint, path, body, time.monotonic() + deadline_seconds)
    except OSError as error:
        raise Away(f"fsplug at {endpoint.place} does not answer ({error}); run fsplug doctor for more") from error
    head, _, said = answer.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0].split()
    if status[1:2] != [b"200"]:
        _known.clear()
        why = said[:200].decode(errors="replace")
        raise Away(f"fsplug at {endpoint.place} answers {b' '.join(status[1:]).decode(errors='replace')}: {why}")
    return said


def _exchanged(endpoint: Endpoint, path: str, body: bytes, end: float) -> bytes:
    """The whole answer. By hand: http.client's timeout is for each read, and an answer may come byte by byte."""
    request = (
        f"POST {path} HTTP/1.1\r\nHost: {endpoint.place}\r\nAuthorization: {endpoint.authorization}\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((endpoint.host, endpoint.port), _left(end)) as connection:
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
    # 1.11.1 refuses such values here, and expands them elsewhere.
    return {name: value for name, value in given.items() if isinstance(value, str) and "${" not in value}


def _endpoint() -> Endpoint:
    """The endpoint of the settings; read once, and again after the endpoint has refused."""
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


def _of(settings: Settings) -> Endpoint:
    if not settings.xml_password:
        raise Away(f"{settings.data}/fsplug.toml has no xml_password; set FSPLUG_DATA to fsplug's data folder")
    account = base64.b64encode(f"{settings.xml_username}:{settings.xml_password}".encode()).decode()
    return Endpoint(settings.xml_host, settings.xml_port, f"Basic {account}")
