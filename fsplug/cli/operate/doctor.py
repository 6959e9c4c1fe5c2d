"""`fsplug doctor`: what is wrong, and the command that repairs it."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from fsplug.cli.kernel.context import EXIT_FOUND_WRONG, Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import safe
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import FsplugError, Invalid, Unavailable
from fsplug.policy.hosts import is_loopback
from fsplug.wiring.process.serving import is_served

if TYPE_CHECKING:
    from fsplug.store.config.companies import Company
    from fsplug.store.config.trunks import Trunk
    from fsplug.wiring.doctor.findings import Finding
    from fsplug.wiring.settings import Settings

ANSWER_SECONDS = 5.0
_COLOURS = {"ok": "green", "warn": "yellow", "wrong": "red", "unknown": "yellow"}


@dataclass(frozen=True, slots=True)
class _Known:
    """What the store says that the switch must have. `phone` is one to look for: its domain and SIP username."""

    phone: tuple[str, str] | None = None
    trunks: Sequence["Trunk"] = ()
    companies: Sequence["Company"] = ()


@click.command(cls=Verb, rule=INSTALLATION)
@click.option(
    "--conf",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The switch's configuration folder  [the folder given to fsplug switch install]",
)
@click.option(
    "--only",
    type=click.Choice(["calls", "console"]),
    help="Check a machine that serves calls without the console, or only the console  [as it serves, or did last]",
)
@pass_invocation
def doctor(invocation: Invocation, conf: Path | None, only: str | None) -> None:
    """Check everything that must be right for calls to be recorded, and report what to do.

    A machine that serves only the console needs no switch, and none is looked for. The exit code is 1 when something is
    wrong; a warning alone does not count. As a test, the switch records a channel of its own into the spool for a
    moment.
    """
    findings = []
    for finding in _findings(invocation, conf, only):
        findings.append(finding)
        if not invocation.json:
            _say(finding)
    is_wrong = any(one.state in ("wrong", "unknown") for one in findings)
    invocation.print({"well": not is_wrong, "findings": [asdict(one) for one in findings]})
    if is_wrong:
        sys.exit(EXIT_FOUND_WRONG)


def _findings(invocation: Invocation, conf: Path | None, only: str | None) -> Iterator["Finding"]:
    from fsplug.wiring.doctor import installation
    from fsplug.wiring.doctor.role import MachineRole, role_of

    try:
        settings = invocation.settings()
    except Invalid as error:
        yield installation.refused(error)
        return
    folder = conf or (Path(settings.switch_conf) if settings.switch_conf else None)
    role = MachineRole(only) if only else role_of(settings, is_served)
    lock = settings.console_lock_file if role is MachineRole.CONSOLE else settings.lock_file
    yield from installation.every(settings, role, is_served(lock), folder)
    if role is not MachineRole.CONSOLE:
        yield from _of_switch(invocation, settings, folder)


def _of_switch(invocation: Invocation, settings: "Settings", conf: Path | None) -> Iterator["Finding"]:
    from fsplug.cli.operate.installing import options_of, wanted_installation
    from fsplug.cli.operate.self_arming import python_path
    from fsplug.esl.protocol.session import InboundESL
    from fsplug.wiring.doctor import arming, switch
    from fsplug.wiring.doctor.findings import wrong
    from fsplug.wiring.switch_account import listening_at

    connection = InboundESL(
        settings.event_socket_host, settings.event_socket_port, settings.event_socket_password, ANSWER_SECONDS
    )
    try:
        connection.connect()
        wanted = wanted_installation(settings, options_of(conf))
        api = partial(connection.api, deadline_seconds=ANSWER_SECONDS)
        who = listening_at(settings.event_socket_port) if is_loopback(settings.event_socket_host) else None
        known = _known(invocation)
        zones = {one.timezone for one in known.companies}
        yield from switch.every(api, settings, wanted, known.phone, known.trunks, zones, who=who)
        arming_themselves = [one.domain for one in known.companies if one.arms_itself]
        yield from arming.by_itself(api, settings, arming_themselves, python_path())
    except Unavailable as error:
        yield wrong("event socket", error.text, _remedy(error.code))
    finally:
        connection.exit()


def _remedy(code: str) -> str:
    if code == "auth-refused":
        return "fsplug switch install --conf DIR; fs_cli -x reloadxml; fs_cli -x 'reload mod_event_socket'"
    return "systemctl start freeswitch"


def _known(invocation: Invocation) -> _Known:
    """Nothing if the store is not readable."""
    from fsplug.store.config import companies, devices, trunks

    try:
        with invocation.store() as store:
            return _Known(devices.some_phone(store), trunks.of_all(store), companies.every(store))
    except FsplugError:
        return _Known()


def _say(finding: "Finding") -> None:
    state = click.style(f"{finding.state:8}", fg=_COLOURS[finding.state])
    click.echo(f"{state}{safe(finding.subject)}: {safe(finding.text)}")
    if finding.remedy:
        click.echo(f"        -> {safe(finding.remedy)}")
