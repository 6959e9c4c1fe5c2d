"""fsplug.toml as `fsplug init` writes it: every setting with its meaning; settings that were given are active."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from fsplug.errors import Invalid, Unavailable
from fsplug.wiring.settings import FILE_NAME, Settings

_HEADING = "# fsplug's settings. A line without # is active; FSPLUG_NAME in the environment overrides it."
_PASSWORD = "As in event_socket.conf.xml; or in a file that FSPLUG_EVENT_SOCKET_PASSWORD_FILE names."
_XML_PASSWORD = "The account's password, also in the switch's binding.xml; made by fsplug init."
_SECRET_KEY = "Encrypts what the store must not read; made by fsplug init, replaced by fsplug secret rotate."
# The purpose of each setting, and the value to show.
_SETTINGS: Mapping[str, tuple[str, Callable[[Settings], object]]] = {
    "store": ("The database: a file, or postgresql://USER@HOST/NAME.", lambda one: one.store),
    "spool": (
        "The folder that the switch records into. Both the switch and fsplug write to it.",
        lambda one: one.spool,
    ),
    "records": (
        "The folder where the switch leaves the call records that it could not post. Both of them write to it.",
        lambda one: one.records,
    ),
    "archive": ("The archive for sealed recordings: a folder, or s3://BUCKET/PREFIX.", lambda one: one.archive),
    "switch_name": ("This switch's name, unique among the switches that share the store.", lambda one: one.switch_name),
    "event_socket_host": ("The switch's event socket.", lambda one: one.event_socket_host),
    "event_socket_port": ("Its port.", lambda one: one.event_socket_port),
    "event_socket_password": (_PASSWORD, lambda one: "..."),
    "listen_host": ("Where the dialplan's socket action connects to fsplug.", lambda one: one.listen_host),
    "listen_port": ("Its port.", lambda one: one.listen_port),
    "xml_host": ("Where the switch asks for its XML, over HTTP.", lambda one: one.xml_host),
    "xml_port": ("Its port.", lambda one: one.xml_port),
    "xml_username": ("The account the switch must use.", lambda one: one.xml_username),
    "xml_password": (_XML_PASSWORD, lambda one: one.xml_password or "..."),
    "xml_off_loopback": (
        "Whether xml_host may be an address that other machines can reach.",
        lambda one: one.xml_off_loopback,
    ),
    "web_host": ("Where the console listens; put a proxy with TLS in front of it.", lambda one: one.web_host),
    "web_port": ("Its port.", lambda one: one.web_port),
    "web_url": (
        "The console's address as people type it, such as https://console.example; without it, there is no console.",
        lambda one: one.web_url or "...",
    ),
    "web_behind_proxy": (
        "Whether a proxy of yours gives the client's address in X-Forwarded-For.",
        lambda one: one.web_behind_proxy,
    ),
    "web_proxies": (
        "The addresses of such proxies on other machines, separated by spaces.",
        lambda one: one.web_proxies or "...",
    ),
    "plays_per_hour": (
        "How many recordings a user may play in an hour before superusers are notified; half as many take a password.",
        lambda one: one.plays_per_hour,
    ),
    "smtp_host": (
        "The server that takes the console's mail; without it, mail waits.",
        lambda one: one.smtp_host or "...",
    ),
    "smtp_port": ("Its port.", lambda one: one.smtp_port),
    "smtp_security": ("starttls, tls, or none (only on loopback).", lambda one: one.smtp_security),
    "smtp_username": ("The account to send with, if the server requires one.", lambda one: one.smtp_username or "..."),
    "smtp_password": (
        "The account's password; or put it in a file that FSPLUG_SMTP_PASSWORD_FILE names.",
        lambda one: "...",
    ),
    "smtp_ca_file": (
        "A file with the authority's certificate, if the server's certificate is not from a public authority.",
        lambda one: "...",
    ),
    "mail_from": ("The sender's address, such as notifications@console.example.", lambda one: one.mail_from or "..."),
    "secret_key": (_SECRET_KEY, lambda one: one.secret_key or "..."),
    "secret_keys_before": (
        "Earlier keys, until nothing is sealed with them any more.",
        lambda one: one.secret_keys_before or "...",
    ),
    "audit_keys": (
        "Sign the audit trail: the newest key, then earlier ones; made by fsplug init.",
        lambda one: one.audit_keys or "...",
    ),
    "audit_checkpoints": (
        "Where the trail's checkpoints go, with spaces between: /FILE, syslog, https://HOST/PATH, mailto:ADDRESS.",
        lambda one: one.audit_checkpoints or "...",
    ),
    "session_limit": (
        "How many calls may wait for a verdict at once; further calls go on without one.",
        lambda one: one.session_limit,
    ),
    "least_free_bytes": (
        "The free space in the spool below which no recording is promised.",
        lambda one: one.least_free_bytes,
    ),
    "phone_timeout_seconds": (
        "A recorded call is hung up when its user's phone has sent nothing for so long; holds don't count. 0: never.",
        lambda one: one.phone_timeout_seconds,
    ),
    "when_away_seconds": (
        "How long after fsplug last read the store the switch may record by itself (record-then-judge). 0: for ever.",
        lambda one: one.when_away_seconds,
    ),
    "phones_srtp": (
        "Phones encrypt their audio (SRTP), or there is no call. fsplug switch install --srtp sets it.",
        lambda one: one.phones_srtp,
    ),
    "phone_proxies": (
        "Proxies of yours, and networks, from which phones register that are reached as they say; separated by spaces.",
        lambda one: one.phone_proxies or "...",
    ),
    "keys_in_calls": (
        "What the recorded user presses in a call to start or keep, to pause and go on, and to stop; or none.",
        lambda one: one.keys_in_calls,
    ),
}


def path(settings: Settings) -> Path:
    """The file's path."""
    return settings.data / FILE_NAME


def write(settings: Settings, named: Mapping[str, str]) -> None:
    """Write the file, readable only by its owner. Settings in `named` are active; the others show their default."""
    part = path(settings).with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_text(settings, named))
            os.fsync(file.fileno())
        part.rename(path(settings))
    except OSError as error:
        text = f"the settings {path(settings)} can't be written: {error.strerror}"
        raise Unavailable("settings-not-written", text, path=str(path(settings))) from error


def check_same(written: Settings, wanted: Settings, named: Mapping[str, str]) -> None:
    """Invalid("already-set") when the file has a different value from the one given now."""
    for name in named:
        before, after = getattr(written, name), getattr(wanted, name)
        if before != after:
            text = f"{path(written)} disagrees with --{name} {without_password(str(after))}; change the file"
            raise Invalid("already-set", text, setting=name)


def without_password(place: str) -> str:
    """The place of a store or archive, without its password."""
    scheme, is_url, rest = place.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if is_url else place


def _text(settings: Settings, named: Mapping[str, str]) -> str:
    lines = [_HEADING]
    for name, (meaning, value) in _SETTINGS.items():
        lines += ["", f"# {meaning}", f"{'' if name in named else '# '}{name} = {_toml(value(settings))}"]
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    if isinstance(value, int):
        return str(value).lower()
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
