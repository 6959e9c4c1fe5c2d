"""`fsplug switch install` and `uninstall`: fsplug in a FreeSWITCH configuration folder."""

import ipaddress
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import safe, working
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.errors import Invalid

if TYPE_CHECKING:
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import Settings
    from fsplug.xml.install.installation import Installation
    from fsplug.xml.install.installer import Installer, InstallPlan

_NEXT_STEPS = ["start or restart FreeSWITCH", "fsplug serve", "fsplug doctor"]
_RTP = re.compile(r"([0-9]{4,5})-([0-9]{4,5})")
_ACTIONS = {(False, True): "new", (True, True): "changed", (True, False): "removed", (False, False): "removed"}

conf_option = click.option(
    "--conf",
    metavar="DIR",
    required=True,
    type=click.Path(path_type=Path),
    help="The switch's configuration folder, such as /etc/freeswitch; it may be empty.",
)
dry_run_option = click.option("--dry-run", is_flag=True, help="Only show the differences.")
agree_option = click.option("--yes", is_flag=True, help="Write without asking for confirmation.")
force_option = click.option(
    "--force",
    is_flag=True,
    help="Replace files that were changed by hand too; the old files are kept under fsplug-kept/.",
)


@click.command(cls=Verb, rule=INSTALLATION)
@conf_option
@click.option(
    "--way",
    type=click.Choice(["endpoint", "files"]),
    help="Whether the switch asks fsplug for each call or reads files that fsplug keeps up to date  [endpoint]",
)
@click.option(
    "--sip-address",
    metavar="ADDRESS",
    help="The address at which phones and trunks reach the switch  [the switch's own]",
)
@click.option("--sip-port", type=click.IntRange(1, 65535), help="The port on which phones sign in and call  [5060]")
@click.option("--trunk-port", type=click.IntRange(1, 65535), help="The port on which trunks call in  [5080]")
@click.option("--rtp-ports", metavar="FIRST-LAST", help="The ports for audio  [16384-32768]")
@dry_run_option
@agree_option
@force_option
@pass_invocation
def install(invocation: Invocation, conf: Path, dry_run: bool, yes: bool, force: bool, **given: Any) -> None:
    """Put fsplug into a FreeSWITCH's configuration.

    An empty folder gets a complete configuration. An existing configuration gets a few more lines, and everything
    else goes into files under fsplug/. The differences are shown first. A second run has nothing to do. Options that
    are not given keep their earlier values. Directory, dialplan and gateways are files there too: fsplug serve keeps
    these files in step with the store.
    """
    from fsplug.wiring.endpoint.xml_ways import conf_text
    from fsplug.xml.install.conf_folder import ConfFolder
    from fsplug.xml.install.gateways import Gateways
    from fsplug.xml.install.installer import Installer

    settings = invocation.settings()
    installer = Installer(ConfFolder(conf))
    options = {**options_of(conf), **{name: one for name, one in given.items() if one is not None}}
    wanted_settings = _settings(settings, installer, conf)
    with invocation.store() as store:
        wanted = wanted_installation(replace(settings, **wanted_settings), options)
        with working("reading the configuration"):
            plan = installer.plan(wanted, conf_text(settings))
            Gateways(store, conf_text(settings)).check()
        _show(invocation, plan)
        if not dry_run:
            _agree(invocation, plan, yes)
            installer.install(plan, wanted, options, force)
            _put_settings(invocation, settings, wanted_settings)
            with working("writing directory and dialplan"):
                _render(replace(settings, **wanted_settings), conf, store)
    facts = {"dry_run": dry_run, "conf": str(conf), "whole": installer.is_whole, **_facts(plan)}
    invocation.print(facts, *_lines(plan, dry_run, _NEXT_STEPS))


@click.command(cls=Verb, rule=INSTALLATION)
@conf_option
@dry_run_option
@agree_option
@force_option
@pass_invocation
def uninstall(invocation: Invocation, conf: Path, dry_run: bool, yes: bool, force: bool) -> None:
    """Remove fsplug from a FreeSWITCH's configuration and restore every file."""
    from fsplug.xml.install.conf_folder import ConfFolder
    from fsplug.xml.install.installed_files import clear
    from fsplug.xml.install.installer import Installer

    installer = Installer(ConfFolder(conf))
    if not installer.is_installed:
        raise Invalid(
            "not-installed", f"{conf} holds no files of fsplug; check that it is the right folder", conf=str(conf)
        )
    plan = installer.undoing()
    _show(invocation, plan)
    if not dry_run:
        _agree(invocation, plan, yes)
        installer.uninstall(plan, force)
        clear(conf)
    invocation.print({"dry_run": dry_run, "conf": str(conf), **_facts(plan)}, *_lines(plan, dry_run, ["restart it"]))


def _settings(settings: "Settings", installer: "Installer", conf: Path) -> dict[str, Any]:
    """The settings that fsplug itself needs for this switch."""
    import secrets

    from fsplug.xml.install import beside
    from fsplug.xml.install.installation import DEFAULT_PASSWORD

    port, password = settings.event_socket_port, settings.event_socket_password
    theirs = None if installer.is_whole else beside.event_socket(installer.tree())
    if theirs is not None:
        port, password = theirs[0], password if theirs[1] == DEFAULT_PASSWORD else theirs[1]
    if password == DEFAULT_PASSWORD:
        password = secrets.token_urlsafe(24)
    return {
        "switch_conf": str(conf.expanduser().absolute()),
        "event_socket_port": port,
        "event_socket_password": password,
        "xml_password": settings.xml_password or secrets.token_urlsafe(24),
    }


def options_of(conf: Path | None) -> dict[str, Any]:
    """The options of the existing installation."""
    from fsplug.xml.install.conf_folder import ConfFolder
    from fsplug.xml.install.installer import Installer

    return {} if conf is None else dict(Installer(ConfFolder(conf)).manifest.options)


def wanted_installation(settings: "Settings", options: Mapping[str, Any]) -> "Installation":
    """The installation that these settings and options ask for."""
    from fsplug.wiring.endpoint import xml_ways
    from fsplug.xml.install.installation import OWN_ADDRESS, Installation, Way, endpoint_url

    first, last = _rtp_ports(options.get("rtp_ports") or "16384-32768")
    ways = xml_ways.ways(settings)
    return Installation(
        way=Way(options.get("way", "endpoint")),
        endpoint_url=endpoint_url(settings.xml_host, settings.xml_port),
        endpoint_username=settings.xml_username,
        endpoint_password=settings.xml_password,
        records=str(settings.records),
        event_socket_host=settings.event_socket_host,
        event_socket_port=settings.event_socket_port,
        event_socket_password=settings.event_socket_password,
        sip_address=_address(options["sip_address"]) if options.get("sip_address") else OWN_ADDRESS,
        sip_port=options.get("sip_port", 5060),
        trunk_port=options.get("trunk_port", 5080),
        rtp_first=first,
        rtp_last=last,
        sip_profile=ways.sip_profile,
        trunk_profile=ways.trunk_profile,
        public_context=ways.public_context,
    )


def _render(settings: "Settings", conf: Path, store: "Store") -> None:
    from fsplug.media.record_folder import RecordFolder
    from fsplug.wiring.endpoint import xml_ways

    RecordFolder(settings.records).make()
    files = xml_ways.installed_files(settings, store, conf)
    files.make_folders()
    files.bring_up()


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise Invalid(
            "bad-address", f"{text!r} is not an IP address; write one such as 192.0.2.1", address=text
        ) from error


def _rtp_ports(text: str) -> tuple[int, int]:
    found = _RTP.fullmatch(text)
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1024 <= first < last <= 65535:
        raise Invalid("bad-ports", f"{text!r} is not a range of ports; write it as 16384-32768", ports=text)
    return first, last


def _put_settings(invocation: Invocation, settings: "Settings", wanted: Mapping[str, Any]) -> None:
    from fsplug.cli.operate import settings_edit

    different = {name: value for name, value in wanted.items() if getattr(settings, name) != value}
    for name in settings_edit.put(invocation.folder, different):
        invocation.note(f"settings: {name} is now in {invocation.folder / 'fsplug.toml'}")


def _show(invocation: Invocation, plan: "InstallPlan") -> None:
    from fsplug.cli.operate.differences import shown

    for line in shown(plan.changes) if not invocation.json else ():
        click.echo(line)


def _agree(invocation: Invocation, plan: "InstallPlan", yes: bool) -> None:
    if yes or not plan:
        return
    if sys.stdin.isatty() and not invocation.json:
        click.confirm(f"write {len(plan.changes)} files?", abort=True, err=True)
        return
    remedy = "check with --dry-run, then add --yes"
    text = f"this changes {len(plan.changes)} files and nobody can be asked to confirm; {remedy}"
    raise Invalid("not-confirmed", text, files=len(plan.changes))


def _facts(plan: "InstallPlan") -> dict[str, Any]:
    from fsplug.cli.operate.differences import difference

    changes = [{"path": one.path, "action": _action(one), "difference": difference(one)} for one in plan.changes]
    return {"changes": changes, "by_hand": list(plan.by_hand)}


def _action(change: Any) -> str:
    return _ACTIONS[change.before is not None, change.after is not None]


def _lines(plan: "InstallPlan", dry_run: bool, steps: list[str]) -> list[str]:
    if not plan:
        return ["nothing to change"]
    counts: dict[str, int] = {}
    for change in plan.changes:
        counts[_action(change)] = counts.get(_action(change), 0) + 1
    said = ", ".join(f"{count} {action}" for action, count in counts.items())
    if dry_run:
        return [f"{said}; nothing was written (--dry-run)"]
    return [f"done: {safe(said)} files", "next:", *(f"  {step}" for step in steps)]
