"""Requests as mod_xml_curl makes them: one connection each, with some 160 fields for a dialplan."""

import base64
import http.client
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crowd import DOMAIN, extension
from fsplug.errors import Unavailable

_TIMEOUT_SECONDS = 5.0
_CHANNEL_FIELDS = 150


@dataclass(frozen=True, slots=True)
class Client:
    """Asks the endpoint on this port of loopback, which belongs to the fsplug with this data folder."""

    port: int
    password: str
    folder: Path
    username: str = "fsplug"

    def answer(self, body: bytes, door: str = "/") -> str:
        """The document. Unavailable for any other answer."""
        account = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        headers = {"Authorization": f"Basic {account}", "Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_TIMEOUT_SECONDS)
        try:
            connection.request("POST", door, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except OSError as error:
            raise Unavailable("bench-no-answer", f"the endpoint on port {self.port}: {error}") from error
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise Unavailable("bench-no-answer", f"the endpoint answers {answer.status}: {text[:200]}")
        return text

    def at_rate(self, bodies: list[bytes], per_second: float) -> list[float]:
        """The seconds that each answer took, counted from when it was due: a late answer also counts for those it
        delays.
        """
        begun, took = time.perf_counter(), []
        for number, body in enumerate(bodies):
            due = begun + number / per_second
            time.sleep(max(0.0, due - time.perf_counter()))
            self.answer(body)
            took.append(time.perf_counter() - due)
        return took


def directory(user: int) -> bytes:
    """A phone signs in."""
    common = {"section": "directory", "tag_name": "domain", "key_name": "name", "key_value": DOMAIN}
    return _form({**common, "domain": DOMAIN, "user": extension(user), "action": "sip_auth", "sip_profile": "internal"})


def dialplan(user: int) -> bytes:
    """A customer's call has come into the company's context."""
    caller = {"Caller-Context": DOMAIN, "Caller-Destination-Number": extension(user)}
    channel = {f"variable_sip_header_number_{one}": f"sip:+4522334455@192.0.2.{one}" for one in range(_CHANNEL_FIELDS)}
    return _form(
        {"section": "dialplan", **caller, **channel, "Hunt-Context": DOMAIN, "Hunt-Destination-Number": extension(user)}
    )


def _form(fields: Mapping[str, str]) -> bytes:
    return urllib.parse.urlencode(fields).encode()
