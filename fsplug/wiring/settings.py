"""fsplug's settings: read once, from the file, the environment, then flags; strict, all faults reported at once."""

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fsplug.errors import Invalid
from fsplug.policy.access.plays import USUAL_PER_HOUR
from fsplug.policy.one_line import shown
from fsplug.policy.proxies import Front
from fsplug.policy.recording import phone_keys
from fsplug.wiring import setting_values
from fsplug.wiring.toml_source import parsed

FILE_NAME = "fsplug.toml"
# The folder of the switch's call records, in the spool unless it is set.
RECORDS = ".records"
# `when_away_seconds`, where other machines can change the policy.
AWAY_SECONDS = 900
ENVIRONMENT_PREFIX = "FSPLUG_"
# An environment variable with this ending names a file that holds the value.
_IN_FILE = "_FILE"
# What no error repeats.
_SECRETS = ("password", "_key", "_keys", "_keys_before")


@dataclass(frozen=True, slots=True)
class Settings:
    """Addresses, folders and limits.

    Ports are TCP. Without `xml_password` there is no XML endpoint. `session_limit` is the number of calls that may ask
    at once. With less than `least_free_bytes` free in the spool, no recording is promised. `web_url` is the console's
    address as people type it; without it there is no console. With `web_behind_proxy`, this machine and `web_proxies`
    (addresses and networks) say who a visitor is, and nobody else connects. Without `smtp_host`, mail stays queued.
    `secret_keys_before` are earlier keys; `audit_keys` sign the audit trail: the newest, then earlier ones;
    `audit_checkpoints` are the places that its checkpoints go to. Lists are separated by spaces. The phone of a
    recorded call that sends nothing for `phone_timeout_seconds` has vanished; with 0 none ever has. The switch arms
    calls by itself, where a company wants it, for `when_away_seconds` after fsplug last compared its policy with the
    store; with 0, for ever. With `phones_srtp`, phones encrypt their audio. Phones that
    register from `phone_proxies` (addresses and networks) are reached as they say. The recorded user presses
    `keys_in_calls` to start, pause and stop (`policy.recording.phone_keys`).
    """

    data: Path
    store: str
    spool: Path
    records: Path
    archive: str
    switch_name: str
    event_socket_host: str = "127.0.0.1"
    event_socket_port: int = 8021
    event_socket_password: str = "ClueCon"
    listen_host: str = "127.0.0.1"
    listen_port: int = 8084
    xml_host: str = "127.0.0.1"
    xml_port: int = 8085
    xml_username: str = "fsplug"
    xml_password: str = ""
    xml_off_loopback: bool = False
    web_host: str = "127.0.0.1"
    web_port: int = 8086
    web_url: str = ""
    web_behind_proxy: bool = False
    web_proxies: str = ""
    plays_per_hour: int = USUAL_PER_HOUR
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    smtp_username: str = ""
    smtp_password: str = ""
    smtp_ca_file: str = ""
    mail_from: str = ""
    secret_key: str = ""
    secret_keys_before: str = ""
    audit_keys: str = ""
    audit_checkpoints: str = ""
    switch_conf: str = ""
    templates: str = ""
    session_limit: int = 1000
    least_free_bytes: int = 1_000_000_000
    phone_timeout_seconds: int = 0
    when_away_seconds: int = 0
    phones_srtp: bool = False
    phone_proxies: str = ""
    keys_in_calls: str = phone_keys.DEFAULT

    @property
    def console_url(self) -> str:
        """The console's address, without a slash at its end."""
        return self.web_url.rstrip("/")

    @property
    def front(self) -> Front:
        """The way to the console."""
        return Front(self.web_url, self.web_host, self.web_behind_proxy, self.web_proxies)

    @property
    def place(self) -> tuple[str, str]:
        """The machine and the data folder: which of all that share the store this is."""
        return socket.gethostname(), str(self.data)

    @property
    def mail_sender(self) -> str:
        """The sender of mail: `mail_from`, else notifications@ the console's host."""
        return self.mail_from or f"notifications@{urlsplit(self.web_url).hostname or ''}"

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The key to seal with, then the earlier keys."""
        return tuple(key for key in (self.secret_key, *self.secret_keys_before.split()) if key)

    @property
    def trail_keys(self) -> tuple[str, ...]:
        """The key that signs the audit trail, then the earlier keys."""
        return tuple(self.audit_keys.split())

    @property
    def checkpoints_file(self) -> Path:
        """Which checkpoints of the audit trail have gone where."""
        return self.data / "checkpoints.json"

    @property
    def lock_file(self) -> Path:
        """Held by the one process for calls of this data folder."""
        return self.data / "serve.lock"

    @property
    def console_lock_file(self) -> Path:
        """Held by the one process with the console of this data folder."""
        return self.data / "console.lock"

    @property
    def upkeep_lock_file(self) -> Path:
        """Held by the one process that seals the recordings of this data folder."""
        return self.data / "upkeep.lock"

    @property
    def signs_file(self) -> Path:
        """When the calls process last gave a sign of life, and whether it was stopped in good order."""
        return self.data / "signs"

    @property
    def node_file(self) -> Path:
        """The token that shows whose `switch_name` is."""
        return self.data / "node"

    @property
    def local_copy_file(self) -> Path:
        """The copy of the configuration, for as long as the store does not answer."""
        return self.data / "policy-copy.db"

    @property
    def journal_file(self) -> Path:
        """The journal: what the call path has written and the store may not hold yet."""
        return self.data / "journal.jsonl"


def read(data: Path, environment: Mapping[str, str] = os.environ, **flags: object) -> Settings:
    """The settings of this data folder; Invalid lists every fault. A flag that is None counts as not given."""
    data = data.expanduser().absolute()
    given = {**_from_file(data / FILE_NAME), **_from_environment(environment)}
    given |= {name: value for name, value in flags.items() if value is not None}
    faults = [f"{name} is not a setting; known are {', '.join(_KINDS)}" for name in given if name not in _KINDS]
    values = {name: _converted(name, value, faults) for name, value in given.items() if name in _KINDS}
    if faults:
        raise Invalid("bad-settings", "; ".join(faults), faults=faults)
    defaults = _defaults(data, values.get("spool"))
    if is_shared(str(values.get("store") or defaults["store"])):
        defaults["when_away_seconds"] = AWAY_SECONDS
    return Settings(**{**defaults, **values})


def is_shared(store: str) -> bool:
    """Whether other machines can change what is in this store."""
    return "://" in store


def _defaults(data: Path, spool: Any) -> dict[str, Any]:
    return {
        "data": data,
        "store": str(data / "fsplug.db"),
        "spool": data / "spool",
        "records": (spool or data / "spool") / RECORDS,
        "archive": str(data / "archive"),
        "switch_name": socket.gethostname(),
    }


def _from_file(path: Path) -> dict[str, object]:
    try:
        return parsed(path.read_bytes())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise Invalid("bad-settings", f"{path} is not TOML: {error}", path=str(path)) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in _KINDS:
        key = ENVIRONMENT_PREFIX + name.upper()
        if key + _IN_FILE in environment:
            found[name] = _secret(Path(environment[key + _IN_FILE]), key + _IN_FILE)
        elif key in environment and name != "data":
            found[name] = environment[key]
    return found


def secret_files(environment: Mapping[str, str]) -> list[Path]:
    """The files that the environment names for single settings: FSPLUG_..._FILE."""
    keys = (ENVIRONMENT_PREFIX + name.upper() + _IN_FILE for name in _KINDS)
    return [Path(environment[key]) for key in keys if key in environment]


def _secret(path: Path, key: str) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise Invalid("bad-settings", f"{key} names {path}, which can't be read: {error.strerror}") from error


def _converted(name: str, value: object, faults: list[str]) -> object:
    try:
        return _KINDS[name](value)
    except (TypeError, ValueError) as error:
        given = name if name.endswith(_SECRETS) else f"{name} = {shown(value)}"
        faults.append(f"{given}: {error}")
        return None


_BY_TYPE: Mapping[object, Callable[[object], object]] = {
    Path: setting_values.path,
    str: setting_values.text,
    int: setting_values.port,
    bool: setting_values.yes_or_no,
}
_KINDS: Mapping[str, Callable[[object], object]] = {
    **{field.name: _BY_TYPE[field.type] for field in fields(Settings)},
    "web_url": setting_values.url,
    "web_proxies": setting_values.proxies,
    "phone_proxies": setting_values.proxies,
    "keys_in_calls": setting_values.keys,
    "smtp_security": setting_values.security,
    "audit_keys": setting_values.audit_keys,
    "plays_per_hour": setting_values.recordings,
    "session_limit": setting_values.limit,
    "least_free_bytes": setting_values.number_of_bytes,
    "phone_timeout_seconds": setting_values.timeout,
    "when_away_seconds": setting_values.long_timeout,
}
