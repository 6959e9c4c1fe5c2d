"""`fsplug switch install` and `uninstall`: fsplug in a FreeSWITCH configuration folder."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fsplug.cli.kernel.context import Invocation, Verb, pass_invocation
from fsplug.cli.kernel.output import working
from fsplug.cli.kernel.rules import INSTALLATION
from fsplug.cli.operate import secure_sip
from fsplug.cli.operate.secure_sip import certificate_options
from fsplug.errors import Invalid

if TYPE_CHECKING:
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import Settings
    from fsplug.xml.install.installation import Installation
    from fsplug.xml.install.installer import Installer

_NEXT_STEPS = ["start or restart FreeSWITCH", "fsplug serve", "fsplug doctor"]
_RTP = re.compile(r"([0-9]{4,5})-([0-9]{4,5})")

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
@click.option(
    "--phone-domain",
    "phone_domains",
    metavar="DOMAIN",
    multiple=True,
    help="A domain that phones name, although the switch looks them all up in one; may be repeated  "
    "[the domains of the phones that are signed in]",
)
@certificate_options
@click.option(
    "--lock-out", is_flag=True, help="Go on although the phones that are named will no longer be able to sign in."
)
@click.option(
    "--modules",
    metavar="DIR",
    help="The folder of the switch's modules; new SIP profiles offer Opus and G.722 if it has mod_opus and mod_spandsp"
    "  [where packages put it]",
)
@dry_run_option
@agree_option
@force_option
@pass_invocation
def install(
    invocation: Invocation, conf: Path, lock_out: bool, dry_run: bool, yes: bool, force: bool, **given: Any
) -> None:
    """Put fsplug into a FreeSWITCH's configuration.

    An empty folder gets a complete configuration. An existing configuration gets a few more lines, and everything
    else goes into files under fsplug/. The differences are shown first, and each setting of yours that changes, with
    the reason. Phones that are signed in keep working; if some could not, they are named and nothing is done.
    A second run has nothing to do. Options that are not given keep their earlier values. Directory, dialplan and
    gateways are files there too: fsplug serve keeps these files in step with the store.
    """
    from fsplug.cli.operate import mended, refused_callers, self_arming
    from fsplug.cli.operate.phones import phones, refuse
    from fsplug.cli.operate.plan_shown import agree, facts, lines, show
    from fsplug.cli.operate.shared_folders import share, shared_folders, show_folders, warn_of_spool
    from fsplug.store.config import companies
    from fsplug.wiring import call_secret
    from fsplug.wiring.endpoint import xml_ways
    from fsplug.wiring.switch_account import switch_group
    from fsplug.xml.install.conf_folder import ConfFolder
    from fsplug.xml.install.gateways import Gateways
    from fsplug.xml.install.installation import AGAINST_GUESSING, LETS_GUESS, Way
    from fsplug.xml.install.installer import Installer

    settings = invocation.settings()
    wanted_settings = _settings(settings, Installer(ConfFolder(conf)), conf)
    new_settings = replace(settings, **wanted_settings)
    group = switch_group(new_settings.event_socket_port, conf)
    installer = Installer(ConfFolder(conf, group))
    options = _options(installer, given)
    certificates = secure_sip.certificates(options)
    wanted_settings["phones_srtp"] = bool(options.get("srtp"))
    new_settings = replace(settings, **wanted_settings)
    with invocation.store() as store:
        with working("looking at the phones that are signed in"):
            profile = xml_ways.ways(settings).sip_profile
            found = phones(settings, installer, options["phone_domains"], profile, store)
        options["phone_domains"] = list(found.domains)
        arming = [one.domain for one in companies.every(store) if one.arms_itself]
        wanted = wanted_installation(new_settings, options, bool(arming))
        with working("reading the configuration"):
            plan = installer.plan(wanted, xml_ways.conf_text(settings))
            Gateways(store, xml_ways.conf_text(settings)).check()
        rights = shared_folders(settings, group)
        show(invocation, plan, new_settings, found)
        show_folders(invocation, rights)
        missing = self_arming.missing(arming, wanted)
        guessing = () if wanted.way is Way.ENDPOINT else (f"{LETS_GUESS}; {AGAINST_GUESSING}",)
        for line in (*missing, *guessing, *refused_callers.lines(installer, wanted, store)):
            invocation.note(f"warning: {line}")
        if not (lock_out or dry_run):
            refuse(found)
        if not dry_run:
            agree(invocation, plan, yes, rights)
            share(settings, group)
            installer.install(plan, wanted, options, force)
            if certificates is not None:
                certificates.write(ConfFolder(conf, group))
            _put_settings(invocation, settings, wanted_settings)
            call_secret.make(call_secret.path_in(settings.data))
            with working("writing directory and dialplan"):
                _render(new_settings, conf, store)
            # The folder of the call records may be new.
            share(settings, group)
            mended.close_secrets(invocation, conf)
            warn_of_spool(invocation, new_settings)
    locked_out = [asdict(one) for one in found.locked_out]
    known = {"dry_run": dry_run, "conf": str(conf), "whole": installer.is_whole, "locked_out": locked_out}
    known |= {"folders": [asdict(one) for one in rights], "missing": missing}
    steps = [*self_arming.steps(wanted), *_NEXT_STEPS]
    invocation.print({**known, **facts(plan)}, *lines(plan, dry_run, steps))


@click.command(cls=Verb, rule=INSTALLATION)
@conf_option
@dry_run_option
@agree_option
@force_option
@pass_invocation
def uninstall(invocation: Invocation, conf: Path, dry_run: bool, yes: bool, force: bool) -> None:
    """Remove fsplug from a FreeSWITCH's configuration and restore every file."""
    from fsplug.cli.operate.plan_shown import agree, facts, lines, show
    from fsplug.xml.install.conf_folder import ConfFolder
    from fsplug.xml.install.installed_files import clear
    from fsplug.xml.install.installer import Installer

    installer = Installer(ConfFolder(conf))
    if not installer.is_installed:
        raise Invalid(
            "not-installed", f"{conf} holds no files of fsplug; check that it is the right folder", conf=str(conf)
        )
    plan = installer.undoing()
    show(invocation, plan)
    if not dry_run:
        agree(invocation, plan, yes)
        installer.uninstall(plan, force)
        clear(conf)
    invocation.print({"dry_run": dry_run, "conf": str(conf), **facts(plan)}, *lines(plan, dry_run, ["restart it"]))


def _options(installer: "Installer", given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of the existing installation, with those that are given now."""
    before = installer.manifest.options
    options = {**before, **{name: one for name, one in given.items() if one or one is False}}
    options |= {name: str(Path(options[name]).absolute()) for name in secure_sip.FILES if options.get(name)}
    domains = [*before.get("phone_domains", ()), *given["phone_domains"]]
    return {**options, "phone_domains": domains}


def _settings(settings: "Settings", installer: "Installer", conf: Path) -> dict[str, Any]:
    """The settings that fsplug itself needs for this switch."""
    import secrets

    from fsplug.xml.install import beside
    from fsplug.xml.install.installation import DEFAULT_PASSWORD

    port, password = settings.event_socket_port, settings.event_socket_password
    theirs = None if installer.is_whole else beside.event_socket(installer.tree())
    if theirs is not None:
        port = theirs.port or port
        if theirs.password is None and password == DEFAULT_PASSWORD:
            text = "the event socket's password in event_socket.conf.xml is a variable that only the switch knows"
            raise Invalid("unknown-event-socket", f"{text}; write the same password in fsplug.toml first")
        password = password if theirs.password in (None, DEFAULT_PASSWORD) else theirs.password
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


def wanted_installation(settings: "Settings", options: Mapping[str, Any], arms_itself: bool = False) -> "Installation":
    """The installation that these settings and options ask for.

    `arms_itself`: the switch is to arm calls while fsplug is away, if it has the module for it.
    """
    from fsplug.wiring.endpoint import xml_ways
    from fsplug.xml.install import codecs
    from fsplug.xml.install.installation import OWN_ADDRESS, PYTHON, Installation, Way, endpoint_url

    first, last = _rtp_ports(options.get("rtp_ports") or "16384-32768")
    ways = xml_ways.ways(settings)
    conf = Path(settings.switch_conf or "/etc/freeswitch")
    folder = Path(options["modules"]) if options.get("modules") else codecs.module_folder(conf)
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
        phone_domains=tuple(options.get("phone_domains", ())),
        wideband=codecs.wideband(folder),
        tls=bool(options.get("tls_certificate")),
        tls_ports=(options.get("tls_port") or 5061, options.get("tls_trunk_port") or 5081),
        trunks_show_certificates=bool(options.get("tls_ca")),
        arms_itself=arms_itself and codecs.has_module(folder, PYTHON),
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
