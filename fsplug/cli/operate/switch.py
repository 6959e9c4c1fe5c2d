"""`fsplug switch`: the FreeSWITCH on this machine."""

import re
from typing import Any

import click

from fsplug.cli.kernel.context import Invocation, NounGroup, pass_invocation
from fsplug.cli.kernel.output import sheet
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate.installing import install, uninstall
from fsplug.cli.operate.refused_sources import forgive, refused
from fsplug.wiring.process.serving import is_served

ANSWER_SECONDS = 3.0
_VERSION = re.compile(r"FreeSWITCH Version (\S+)")
_UPTIME = re.compile(r"UP ((?:[0-9]+ \w+,? ?)+)")
_SINCE_START = re.compile(r"([0-9]{1,18}) session\(s\) since startup")
_SESSIONS = re.compile(r"([0-9]{1,18}) session\(s\) - peak")
_UNIT_SECONDS = {"year": 31_536_000, "day": 86_400, "hour": 3_600, "minute": 60, "second": 1}


@click.group(cls=NounGroup)
def switch() -> None:
    """The FreeSWITCH on this machine."""


switch.add_command(install)
switch.add_command(uninstall)
switch.add_command(refused)
switch.add_command(forgive)


@switch.command(rule=INSTALLATION)
@pass_invocation
def status(invocation: Invocation) -> None:
    """Show whether the switch's event socket answers, and the switch's state. The exit code is 4 without an answer."""
    from fsplug.esl.protocol.session import InboundESL

    settings = invocation.settings()
    connection = InboundESL(
        settings.event_socket_host, settings.event_socket_port, settings.event_socket_password, ANSWER_SECONDS
    )
    connection.connect()
    try:
        version = connection.api("version", ANSWER_SECONDS)
        answered = status_facts(version, connection.api("status", ANSWER_SECONDS))
    finally:
        connection.exit()
    peer = f"{settings.event_socket_host}:{settings.event_socket_port}"
    facts = {"event_socket": peer, "reachable": True, **answered, "served": is_served(settings.lock_file)}
    invocation.print(facts, *sheet(_shown(facts)))


def status_facts(version: str, status: str) -> dict[str, Any]:
    """The facts in FreeSWITCH's `version` and `status`; None for those that are missing."""
    found, uptime = _VERSION.search(version), _UPTIME.search(status)
    return {
        "version": found[1] if found else None,
        "uptime_seconds": _seconds(uptime[1]) if uptime else None,
        "sessions": _number(_SESSIONS, status),
        "sessions_since_start": _number(_SINCE_START, status),
    }


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return int(found[1]) if found else None


def _seconds(uptime: str) -> int:
    parts = re.findall(r"([0-9]{1,9}) (year|day|hour|minute|second)s?\b", uptime)
    return sum(int(count) * _UNIT_SECONDS[unit] for count, unit in parts)


def _shown(facts: dict[str, Any]) -> dict[str, object]:
    served = {True: "yes, fsplug serve runs on this data folder", False: "no; start it with: fsplug serve"}
    return {
        "event socket": f"{facts['event_socket']} answers",
        "version": facts["version"],
        "up for": _days(facts["uptime_seconds"]),
        "calls now": facts["sessions"],
        "since its start": facts["sessions_since_start"],
        "served": served.get(facts["served"], "unknown on this system"),
    }


def _days(seconds: int | None) -> str | None:
    if seconds is None:
        return None
    days, rest = divmod(seconds, _UNIT_SECONDS["day"])
    return f"{days} days {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
