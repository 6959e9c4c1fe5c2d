"""The check-up of the switch, by its event socket. Each function checks one thing; Unavailable when it goes away."""

import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from fsplug.errors import Invalid
from fsplug.esl import commands
from fsplug.esl.commands import recordings
from fsplug.media import access
from fsplug.media.access import SystemUser, kept_out, may_read, owners
from fsplug.policy.hosts import is_loopback
from fsplug.store.config.trunks import Trunk
from fsplug.wiring.doctor import callers, marks, profiles, sign_ins, switch_secrets, taking_over, zones
from fsplug.wiring.doctor.findings import Api, Finding, ok, warn, wrong
from fsplug.wiring.endpoint import xml_ways
from fsplug.wiring.settings import Settings
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.installation import AGAINST_GUESSING, LETS_GUESS, Installation, Way, record_settings

# 1.11.1 can be crashed before sign-in through the event socket's port (Content-Length); fixed in 1.11.2.
_MENDED = (1, 11, 2)
_VERSION = re.compile(r"FreeSWITCH Version ([0-9]{1,4})\.([0-9]{1,4})\.([0-9]{1,4})")
_BINDING = re.compile(r'name="gateway-(url|credentials)" value="([^"]*)"')
_LISTEN_IP = re.compile(r'name="listen-ip" value="([^"]*)"')
_PARAM = re.compile(r'name="([a-z0-9-]+)" value="([^"]*)"')
# Without these a leg's record is not written, can't be read, or does not come.
_RECORD_SETTINGS = frozenset({"url", "cred", "encode", "encode-values", "log-b-leg", "err-log-dir"})
_EPOCH = re.compile(r"[0-9]{1,12}")
_CLOCK_SECONDS = 2.0
_WRITE_SECONDS = 3.0
_GATEWAYS = "trunks"


def version(api: Api) -> Finding:
    """FreeSWITCH is a version that cannot be crashed from the network."""
    subject = "event socket"
    found = _VERSION.search(api("version"))
    if found is None:
        return warn(subject, "it answers, but does not give FreeSWITCH's version", "fs_cli -x version")
    number = ".".join(found.groups())
    listens = _LISTEN_IP.search(api("xml_locate configuration configuration name event_socket.conf"))
    if listens and not is_loopback(listens[1]) and tuple(map(int, found.groups())) < _MENDED:
        text = f"anybody who reaches the event socket on {listens[1]} can crash FreeSWITCH {number}"
        return warn(subject, text, "set listen-ip to 127.0.0.1 in event_socket.conf.xml, or install 1.11.2")
    return ok(subject, f"FreeSWITCH {number} answers")


def modules(api: Api, needed: Iterable[str]) -> Finding:
    """The modules that fsplug needs are loaded."""
    missing = [module for module in needed if api(f"module_exists {module}").strip() != "true"]
    if not missing:
        return ok("modules", "all needed modules are loaded")
    remedy = "; ".join(f"fs_cli -x 'load {module}'" for module in missing)
    return wrong("modules", f"not loaded: {', '.join(missing)}", remedy)


def bindings(api: Api, url: str, account: str) -> Finding:
    """The switch asks this fsplug, with the current password."""
    configured = api("xml_locate configuration configuration name xml_curl.conf")
    binding = dict(_BINDING.findall(configured))
    command = "fsplug switch install --conf DIR; fs_cli -x reloadxml; fs_cli -x 'reload mod_xml_curl'"
    if binding.get("url") != url:
        return wrong("XML bindings", f"the switch asks {binding.get('url') or 'nobody'}, not {url}", command)
    if binding.get("credentials") != account:
        return wrong("XML bindings", "the switch uses a different password from fsplug's", command)
    return ok("XML bindings", f"the switch asks {url}")


def records(api: Api, needed: Mapping[str, str]) -> Finding:
    """The switch posts its call records to this fsplug, and keeps what it could not post where fsplug looks."""
    subject = "call records"
    found = dict(_PARAM.findall(api("xml_locate configuration configuration name json_cdr.conf")))
    command = "fsplug switch install --conf DIR; fs_cli -x reloadxml; fs_cli -x 'reload mod_json_cdr'"
    different = [name for name, value in needed.items() if name in _RECORD_SETTINGS and found.get(name) != value]
    if not different:
        return ok(subject, f"the switch posts them to {needed['url']}")
    if "url" in different and found.get("url"):
        text = f"the switch posts them to {found['url']}, not to fsplug: talks that fsplug misses leave no row"
        return wrong(subject, text, f"post them to {needed['url']} (docs/operating.md), then reload mod_json_cdr")
    text = f"the switch does not hand them to fsplug ({', '.join(different)}): talks that fsplug misses leave no row"
    return wrong(subject, text, command)


def directory(api: Api, domain: str, sip_username: str) -> Finding:
    """The switch finds one of fsplug's phones."""
    who = f"{sip_username}@{domain}"
    if f'id="{sip_username}"' in api(f"find_user_xml id {sip_username} {domain}"):
        return ok("directory", f"the switch finds {who}")
    return wrong("directory", f"the switch does not find {who}", "fs_cli -x reloadxml; systemctl restart fsplug")


def folders(settings: Settings, who: SystemUser | None) -> Iterator[Finding]:
    """The switch's user may write into the spool and into the folder of its call records."""
    for subject, folder in (("spool, by the switch", settings.spool), ("call records' folder", settings.records)):
        if who is not None and (why := kept_out(folder, who)):
            remedy = "as root: fsplug switch install --conf DIR; in a folder that is closed it needs another spool"
            yield wrong(subject, f"the switch can't write into {folder}: {why}", remedy)


def spool(
    api: Api, folder: Path, wait: Callable[[float], None] = time.sleep, reader: SystemUser | None = None
) -> Finding:
    """The switch can write to the spool: it records a channel of its own (not a call), and fsplug sees the file.

    `reader` is fsplug's user, which must be able to read the file.
    """
    subject, leg = "spool, by the switch", f"fsplug-doctor-{secrets.token_hex(6)}"
    probe = folder / f".{leg}.wav"
    remedy = f"ls -ld {folder}; let the switch's user write to it (a group shared with fsplug's user)"
    try:
        api(recordings.record_nothing(leg, str(probe), 1))
        give_up_at = time.monotonic() + _WRITE_SECONDS
        while not probe.exists():
            if time.monotonic() > give_up_at:
                return wrong(
                    subject, f"the switch can't write into {folder}, or sees a different folder at that path", remedy
                )
            wait(0.05)
        if reader is not None and not may_read(probe, reader):
            text = f"{reader.name} may not read what the switch records ({owners(probe.stat())})"
            umask = "start the switch with umask 0007 (UMask= of its service)"
            return wrong(subject, text, f"{umask}, and have {reader.name} in the group of {folder}")
        return ok(subject, f"the switch writes into {folder}")
    except Invalid as error:
        return wrong(subject, error.text, "move the spool to a folder whose path has no spaces or brackets")
    finally:
        api(commands.kill(leg, "NORMAL_CLEARING"))
        probe.unlink(missing_ok=True)


def clock(api: Api, now: Callable[[], float] = time.time) -> Finding:
    """The switch's clock agrees with fsplug's: recordings are matched to rows by time."""
    answer = api("strepoch").strip()
    if not _EPOCH.fullmatch(answer):
        return warn("clock", "the switch does not give its time", "fs_cli -x strepoch")
    off_seconds = int(answer) - now()
    if abs(off_seconds) > _CLOCK_SECONDS:
        return wrong("clock", f"the switch's clock is {off_seconds:+.0f} s off", "fs_cli -x 'fsctl sync_clock'")
    return ok("clock", "the same as the switch's")


def trunks(api: Api, known: Iterable[Trunk], profile: str) -> Iterator[Finding]:
    """Every trunk in the store has its gateway on the switch, and the gateway is up and signed in."""
    gateways = {one.findtext("name"): one for one in profiles.elements(api("sofia xmlstatus gateway")).iter("gateway")}
    for trunk in sorted({one.gateway: one for one in known}.values(), key=lambda one: one.gateway):
        gateway = gateways.get(trunk.gateway)
        if gateway is None:
            yield _no_gateway(trunk, profile)
            continue
        state, status = gateway.findtext("state") or "", gateway.findtext("status") or ""
        if status == "DOWN" or (trunk.register and state != "REGED"):
            text = f"{trunk.gateway} is {status or 'unknown'}, {state}"
            yield wrong(_GATEWAYS, text, f"fs_cli -x 'sofia status gateway {trunk.gateway}'")
        else:
            yield ok(_GATEWAYS, f"{trunk.gateway} is {status}, {state}")


def every(
    api: Api,
    settings: Settings,
    wanted: Installation,
    phone: tuple[str, str] | None,
    known: Iterable[Trunk],
    timezones: Iterable[str] = (),
    spool_too: bool = True,
    who: SystemUser | None = None,
) -> Iterator[Finding]:
    """All findings about the switch. `phone` is a domain and a phone's SIP username in it; `known` are the trunks, and
    `timezones` those of the companies; `who` is the user that the switch runs as.
    """
    trunks_known = tuple(known)
    yield version(api)
    yield modules(api, wanted.modules)
    if wanted.way is Way.ENDPOINT:
        account = f"{wanted.endpoint_username}:{wanted.endpoint_password}"
        yield bindings(api, wanted.endpoint_url, account)
    else:
        yield warn(sign_ins.SUBJECT, LETS_GUESS, AGAINST_GUESSING)
    yield records(api, record_settings(wanted))
    if phone is not None:
        yield directory(api, *phone)
    kept_outside = list(folders(settings, who))
    yield from kept_outside
    if spool_too and not kept_outside:
        yield spool(api, settings.spool, reader=access.account(settings.data.stat().st_uid))
    yield clock(api)
    yield marks.on_switch(api, settings)
    yield taking_over.on_switch(api)
    yield zones.right(api, timezones, time.time())
    yield from profiles.every(api, (wanted.sip_profile, wanted.trunk_profile))
    yield from trunks(api, trunks_known, wanted.trunk_profile)
    addresses = HostAddresses(xml_ways.trunk_addresses(settings))
    yield from callers.every(api, trunks_known, wanted, addresses)
    conf = Path(settings.switch_conf) if settings.switch_conf else None
    yield switch_secrets.closed(api, conf)
    if conf is not None and (found := switch_secrets.certificate(conf, time.time())):
        yield found


def _no_gateway(trunk: Trunk, profile: str) -> Finding:
    text = f"the switch has no gateway {trunk.gateway}"
    if not trunk.host:
        return wrong(
            _GATEWAYS, f"{text}, and fsplug does not know its host", "fsplug trunk set --company C --host HOST"
        )
    remedy = f"systemctl restart fsplug; fs_cli -x 'sofia profile {profile} rescan'"
    return wrong(_GATEWAYS, text, remedy)
