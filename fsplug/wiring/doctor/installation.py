"""The check-up of fsplug itself: settings, store, spool, service. Each function checks one thing and never raises."""

import base64
import http.client
import os
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from fsplug.errors import FsplugError, Invalid
from fsplug.media.record_folder import RecordFolder
from fsplug.media.spool import Spool
from fsplug.policy.hosts import is_loopback
from fsplug.store.config import companies, local_copy
from fsplug.store.db.database import Store
from fsplug.store.migrations import runner
from fsplug.wiring import archives
from fsplug.wiring.doctor import claims, console, marks, nodes, sign_ins, trail, waiting
from fsplug.wiring.doctor.findings import Finding, FindingState, ok, warn, wrong
from fsplug.wiring.doctor.role import MachineRole
from fsplug.wiring.settings import FILE_NAME, Settings, secret_files
from fsplug.words.english import so_many
from fsplug.xml.install.conf_folder import ConfFolder
from fsplug.xml.install.installation import DEFAULT_PASSWORD
from fsplug.xml.install.installer import Installer

ANSWER_SECONDS = 3.0
_LONG_SECONDS = 60.0
# While fsplug serves, what is changed is copied within a second; a starved machine gets more.
_COPIED_SECONDS = 20.0
_SETTINGS, _STORE, _SPOOL, _CONF = "settings", "store", "spool", "switch's configuration"
_ARCHIVE = "archive"
_RECORDS = "call records' folder"
_QUESTION = "section=directory&tag_name=domain&key_name=name&key_value=doctor.invalid"


def settings_file(settings: Settings, role: MachineRole = MachineRole.ALL) -> Finding:
    """Only the owner can read the secrets, and none is the well-known default."""
    path = settings.data / FILE_NAME
    if _is_open(path):
        return wrong(_SETTINGS, f"{path} holds passwords, and others can read it", f"chmod 600 {path}")
    for secret in filter(_is_open, secret_files(os.environ)):
        return warn(_SETTINGS, f"{secret} holds a secret, and others can read it", f"chmod 600 {secret}")
    if settings.event_socket_password == DEFAULT_PASSWORD and role is not MachineRole.CONSOLE:
        text = f"the event socket's password is {DEFAULT_PASSWORD}, the well-known default"
        return warn(_SETTINGS, text, "fsplug switch install --conf DIR")
    return ok(_SETTINGS, f"{path}")


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRWXO | stat.S_IWGRP))


def store(settings: Settings) -> Finding:
    """The store exists and is reachable, and its tables are up to date."""
    place = settings.store
    if "://" not in place and not Path(place).exists():
        return wrong(_STORE, f"there is no store at {place}", f"fsplug init --data {settings.data}")
    found = Store(place)
    try:
        found.connect()
        if not runner.applied(found):
            return wrong(_STORE, f"{found.place} has no tables", f"fsplug init --data {settings.data}")
        if pending := found.pending():
            return wrong(_STORE, f"{found.place} is outdated, without {', '.join(pending)}", "fsplug store migrate")
        known = companies.every(found)
    except FsplugError as error:
        return wrong(_STORE, error.text, "fsplug store status")
    finally:
        found.close()
    if not known:
        return warn(_STORE, f"{found.place} has no company", "fsplug apply FILE.toml")
    return ok(_STORE, f"{found.place}: up to date, {so_many(len(known), 'company', 'companies')}")


def policy_copy(settings: Settings) -> Finding:
    """Calls can be decided by the local copy when the store is away."""
    subject, copied, copied_from = "local copy", Store(settings.local_copy_file), Store(settings.store)
    try:
        known = local_copy.companies_in(copied) if settings.local_copy_file.exists() else 0
        if not known:
            file = settings.local_copy_file
            text = f"there is no copy of the configuration in {file}: without the store, nobody serves"
            return warn(subject, text, "systemctl restart fsplug")
        copied_from.connect()
        give_up_at = time.monotonic() + _COPIED_SECONDS
        while (missing := local_copy.behind(copied_from, copied)) and time.monotonic() < give_up_at:
            time.sleep(0.5)
    except FsplugError as error:
        return wrong(subject, error.text, "fsplug store status")
    finally:
        copied.close()
        copied_from.close()
    if missing:
        text = f"it does not have the latest policy of {', '.join(missing[:5])}"
        return wrong(subject, text, "systemctl restart fsplug; then look for policy-not-copied in its log")
    return ok(subject, f"{so_many(known, 'company', 'companies')}, for calls while the store is away")


def archive(settings: Settings) -> Finding:
    """The archive takes a file, gives it back and removes it."""
    try:
        archives.check(settings.archive)
    except FsplugError as error:
        remedy = f"ls -ld {settings.archive}; df -h {settings.archive}"
        if archives.is_shared(settings.archive):
            remedy = "check the bucket, and boto3's settings (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, ...)"
        return wrong(_ARCHIVE, f"{error.text}: recordings wait in the spool", remedy)
    return ok(_ARCHIVE, f"{archives.place_of(settings.archive)}: a file was put there, read and removed")


def spool(settings: Settings) -> Finding:
    """fsplug can write to the spool, and there is room."""
    try:
        place = Spool(settings.spool)
        place.check_writable()
        free = place.free_bytes()
    except FsplugError as error:
        remedy = f"mkdir -p {settings.spool}" if error.code == "spool-missing" else f"ls -ld {settings.spool}"
        return wrong(_SPOOL, error.text, remedy)
    if free < settings.least_free_bytes:
        text = f"{free:,} bytes are left in {settings.spool}, least_free_bytes is {settings.least_free_bytes:,}"
        return wrong(_SPOOL, f"{text}: nothing is recorded", f"df -h {settings.spool}")
    return ok(_SPOOL, f"{settings.spool}: writable, {free:,} bytes free")


def records(settings: Settings) -> Finding:
    """fsplug can read and delete the call records that the switch leaves, and understands them."""
    folder = RecordFolder(settings.records)
    remedy = f"ls -la {settings.records}; let fsplug's user and the switch's user write there, by a common group"
    try:
        folder.check()
        waiting = folder.waiting()
    except FsplugError as error:
        if not settings.records.exists():
            remedy = f"mkdir -m 2770 -p {settings.records}"
        return wrong(_RECORDS, f"{error.text}: talks that fsplug misses leave no row", remedy)
    old = [one for one in waiting if time.time() - one.written_at > _LONG_SECONDS]
    if folder.aside:
        text = f"{so_many(folder.aside, 'record')} could not be understood"
        return warn(_RECORDS, text, f"ls -la {settings.records}/unreadable, and remove what is there")
    if old:
        text = f"{len(old)} records or more wait for longer than a minute: for fsplug serve, or for the end of a call"
        return warn(_RECORDS, text, f"ls -la {settings.records}")
    return ok(_RECORDS, f"{settings.records}: readable, {len(waiting)} waiting")


def service(is_served: bool | None, role: MachineRole = MachineRole.ALL) -> Finding:
    """fsplug serve runs on this data folder, as far as it has this role."""
    what = "fsplug serve" if role is MachineRole.ALL else f"fsplug serve --only {role}"
    if is_served is None:
        return warn("service", f"this system does not show whether {what} runs", "ps -C fsplug")
    if not is_served:
        return wrong("service", f"{what} does not run on this data folder", "systemctl start fsplug")
    return ok("service", f"{what} runs")


def outbound_socket(settings: Settings) -> Finding:
    """Calls that ask for a verdict reach fsplug."""
    subject, place = "calls' socket", f"{settings.listen_host}:{settings.listen_port}"
    try:
        socket.create_connection((settings.listen_host, settings.listen_port), ANSWER_SECONDS).close()
    except OSError as error:
        return wrong(subject, f"nobody answers calls at {place}: {error}", "systemctl restart fsplug")
    if not is_loopback(settings.listen_host):
        text = f"other machines can reach {place}, and keep calls from being recorded by connecting in great numbers"
        return warn(subject, text, "set listen_host = 127.0.0.1, or let a firewall admit the switch alone")
    return ok(subject, f"{place} takes calls")


def endpoint(settings: Settings) -> Finding:
    """The XML endpoint answers only with the right password."""
    subject, place = "XML endpoint", f"{settings.xml_host}:{settings.xml_port}"
    try:
        known, unknown = _status(settings, settings.xml_password), _status(settings, f"not {settings.xml_password}")
    except (OSError, http.client.HTTPException) as error:
        return wrong(subject, f"nobody answers at {place}: {error}", "systemctl restart fsplug")
    if known != http.client.OK:
        return wrong(subject, f"{place} answers {known} to fsplug's own password", "systemctl restart fsplug")
    if unknown == http.client.OK:
        return wrong(subject, f"{place} answers without the right password", "fsplug switch install --conf DIR")
    if not is_loopback(settings.xml_host):
        return warn(subject, f"{place} can be reached from other machines, by HTTP", "set xml_host = 127.0.0.1")
    return ok(subject, f"{place} answers")


def configuration(conf: Path) -> Finding:
    """The installed configuration is still in place."""
    try:
        installer = Installer(ConfFolder(conf))
        changed = installer.outdated()
    except FsplugError as error:
        return wrong(_CONF, error.text, f"ls -la {conf}")
    command = f"fsplug switch install --conf {conf}"
    if not installer.is_installed:
        return warn(_CONF, f"{conf} holds no files of fsplug", command)
    if changed:
        return warn(_CONF, f"changed by hand since it was installed: {', '.join(changed)}", f"{command} --dry-run")
    return ok(_CONF, f"{conf} is as it was installed")


def every(settings: Settings, role: MachineRole, is_served: bool | None, conf: Path | None) -> Iterator[Finding]:
    """All findings that concern this role, in the order in which to repair them."""
    yield settings_file(settings, role)
    stored = store(settings)
    yield stored
    if stored.state is not FindingState.WRONG:
        yield from waiting.every(settings)
        yield waiting.missed(settings, time.time())
        yield waiting.refused(settings, time.time())
        yield claims.claimed(settings)
        yield from nodes.every(settings)
        yield from trail.every(settings)
        yield sign_ins.short_passwords(settings)
        if role is MachineRole.CONSOLE:
            yield nodes.shown(settings)
    yield archive(settings)
    if role is not MachineRole.CONSOLE:
        yield policy_copy(settings)
        yield spool(settings)
        yield records(settings)
    yield service(is_served, role)
    if role is not MachineRole.CONSOLE:
        yield marks.secret(settings)
        yield outbound_socket(settings)
        yield endpoint(settings)
        yield from sign_ins.refused(settings)
    if role is not MachineRole.CALLS:
        yield from console.every(settings)
    if conf is not None and role is not MachineRole.CONSOLE:
        yield configuration(conf)
        yield from marks.dialplans(settings, conf)


def refused(error: Invalid) -> Finding:
    """The finding for settings that can't be used at all."""
    return wrong(_SETTINGS, error.text, "correct them in fsplug.toml or the environment")


def _status(settings: Settings, password: str) -> int:
    account = base64.b64encode(f"{settings.xml_username}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {account}", "Content-Type": "application/x-www-form-urlencoded"}
    connection = http.client.HTTPConnection(settings.xml_host, settings.xml_port, timeout=ANSWER_SECONDS)
    try:
        connection.request("POST", "/", _QUESTION, headers)
        return connection.getresponse().status
    finally:
        connection.close()
