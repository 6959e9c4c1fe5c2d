"""What SIPp's phones must know of a switch that `fsplug switch install` configured: ports and passwords."""

import json
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fsplug.errors import Invalid, Unavailable
from fsplug.lab.freeswitch import PATIENCE_SECONDS
from fsplug.lab.ports import Ports
from fsplug.lab.program import fsplug_program
from fsplug.wiring import settings
from fsplug.xml.install.conf_folder import ConfFolder
from fsplug.xml.install.installer import Installer

_PHONE = "desk"


def installed_ports(data: Path, company: str, trunk: str = "trunk") -> tuple[Ports, str]:
    """The address and ports of the switch of this data folder. `trunk` of `company` is the one SIPp plays."""
    known = settings.read(data)
    if not known.switch_conf:
        raise Invalid("not-installed", f"{data} knows no switch; run: fsplug switch install --conf DIR", data=str(data))
    options = Installer(ConfFolder(Path(known.switch_conf))).manifest.options
    first, _, last = options.get("rtp_ports", "16384-32768").partition("-")
    ports = Ports(
        internal_port=options.get("sip_port", 5060),
        external_port=options.get("trunk_port", 5080),
        trunk_port=ask(data, "trunk", "show", "--company", company, trunk)["port"],
        rtp_start=int(first),
        rtp_end=int(last),
        event_socket_port=known.event_socket_port,
        event_socket_password=known.event_socket_password,
        fsplug_port=known.listen_port,
        ring_seconds=20,
        log_level="warning",
        fsplug_xml_port=known.xml_port,
        fsplug_xml_password=known.xml_password,
    )
    return ports, options.get("sip_address", "127.0.0.1")


def phone_password(data: Path, company: str, user: str) -> str:
    """The password of this user's desk phone, as fsplug knows it."""
    found = _phone_passwords(data, company).get(user)
    if not found:
        remedy = f"give it one: fsplug device set --company {company} --user {user} {_PHONE} --new-password"
        raise Invalid("unknown-password", f"{user}'s {_PHONE} has no password that fsplug knows; {remedy}", user=user)
    return found


@lru_cache
def _phone_passwords(data: Path, company: str) -> dict[str, str]:
    """The known passwords of desk phones, by username. Only a whole export has passwords."""
    [exported] = ask(data, "export", "--company", company, "--show-secrets")["company"]
    return {
        user["username"]: device["password"]
        for user in exported.get("user", ())
        for device in user.get("device", ())
        if device["name"] == _PHONE and "password" in device
    }


def ask(data: Path, *words: str) -> Any:
    """The JSON that an fsplug command prints."""
    command: Sequence[str] = [*fsplug_program(), *words, "--json", "--data", str(data)]
    ended = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    if ended.returncode:
        text = f"`fsplug {' '.join(words[:2])}` ended with {ended.returncode}: {ended.stderr.strip()[:300]}"
        raise Unavailable("fsplug-failed", text, command=command)
    return json.loads(ended.stdout)
