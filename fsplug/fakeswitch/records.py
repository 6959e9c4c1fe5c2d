"""The switch's own record of a leg, as mod_json_cdr 1.11.1 writes it: posted after the leg's end, or kept as a file."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from gevent import Timeout, socket

from fsplug.fakeswitch.channel import Channel, Part, Profile

TIMEOUT_SECONDS = 2.0
_HIGHEST_HEAD = 4_096

Json = dict[str, Any]


@dataclass(slots=True)
class Records:
    """Where records go: posted to `url` with `account` (user:password), or into `folder` if that fails.

    Without both, no record is written. `posted` and `kept` count them.
    """

    url: str = ""
    account: str = ""
    folder: Path | None = None
    posted: int = 0
    kept: int = 0

    def write(self, channel: Channel) -> None:
        """Write the record of a leg that has ended. The leg's own thread waits for it."""
        if not self.url and self.folder is None:
            return
        body = json.dumps(record_of(channel), separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
        if self.url and self._is_taken(channel.uuid, body):
            self.posted += 1
        elif self.folder is not None:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / f"{channel.uuid}.cdr.json").write_bytes(body + b"\n")
            self.kept += 1

    def _is_taken(self, uuid: str, body: bytes) -> bool:
        place = urlsplit(self.url)
        head = (
            f"POST {place.path}?uuid={uuid} HTTP/1.1\r\nHost: {place.netloc}\r\n"
            f"Authorization: Basic {base64.b64encode(self.account.encode()).decode()}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            with (
                Timeout(TIMEOUT_SECONDS, TimeoutError()),
                socket.socket() as connection,
            ):
                # An address is not looked up, which takes a thread.
                connection.connect((place.hostname, place.port))
                connection.sendall(head.encode() + body)
                answer = connection.recv(_HIGHEST_HEAD)
        except OSError:
            return False
        return bool(answer.startswith((b"HTTP/1.1 2", b"HTTP/1.0 2")))


def record_of(channel: Channel) -> Json:
    """The record: the leg's variables at its end, and each part of its life, the latest first."""
    parts = [*channel.parts, channel.part()]
    return {
        "core-uuid": "fakeswitch",
        "switchname": "fakeswitch",
        "channel_data": {"state": "CS_REPORTING", "direction": channel.direction, "state_number": "11"},
        "variables": {**channel.variables.every(), **_closing(channel)},
        **({"app_log": _app_log(channel)} if channel.app_log else {}),
        "callflow": [_flow(channel, part) for part in reversed(parts)],
    }


def _app_log(channel: Channel) -> Json:
    ran = channel.app_log
    return {"applications": [{"app_name": name, "app_data": data, "app_stamp": str(at)} for name, data, at in ran]}


def _closing(channel: Channel) -> dict[str, str]:
    times = channel.times
    moments = {
        "start": times.created,
        "answer": times.answered,
        "bridge": times.bridged,
        "progress": times.progress,
        "end": times.hungup,
    }
    return {
        **{f"{name}_uepoch": str(micros) for name, micros in moments.items()},
        "hangup_cause": channel.cause or "NONE",
        "billmsec": str((times.hungup - times.answered) // 1000 if times.answered else 0),
    }


def _flow(channel: Channel, part: Part) -> Json:
    profile, other = part.profile or channel.profile, part.other
    profiles = _profile(channel, profile)
    if other is not None:
        its = {"uuid": other.uuid, "caller_id_number": other.caller_number, "destination_number": other.destination}
        profiles[other.kind] = {f"{other.kind}_caller_profiles": [its]}
    return {
        "dialplan": "XML",
        "profile_index": str(profile.index),
        **({"extension": _extension(profile.destination, part.actions)} if part.actions else {}),
        "caller_profile": profiles,
        "times": {
            "created_time": str(channel.times.created),
            "profile_created_time": str(part.begun or channel.times.created),
            "progress_time": str(channel.times.progress),
            "answered_time": str(part.answered),
            "bridged_time": str(part.bridged),
            "hangup_time": "0" if part.transferred else str(channel.times.hungup),
            "transfer_time": str(part.transferred),
        },
    }


def _profile(channel: Channel, profile: Profile) -> Json:
    return {
        "username": profile.username,
        "caller_id_name": profile.caller_name,
        "ani": profile.ani or profile.caller_number,
        "caller_id_number": profile.caller_number,
        "network_addr": profile.network_addr,
        "rdnis": profile.rdnis,
        "destination_number": profile.destination,
        "uuid": channel.uuid,
        "source": "mod_sofia",
        "context": profile.context,
        "chan_name": channel.name,
    }


def _extension(number: str, actions: Sequence[tuple[str, str]]) -> Json:
    applications = [{"app_name": name, "app_data": data} for name, data in actions]
    return {"name": number, "number": number, "applications": applications}
