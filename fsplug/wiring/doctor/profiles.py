"""The check-up of the switch's SIP profiles. Each function checks one thing; Unavailable when the switch goes away."""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Collection, Iterator, Sequence

from fsplug.wiring.doctor.findings import Api, Finding, ok, warn, wrong
from fsplug.wiring.printed_xml import parsed
from fsplug.xml.install.beside import TRUE
from fsplug.xml.install.installation import ALL_HEADERS, ASKS_FOR_LOST, LATE_OFFERS, LATE_OFFERS_BY_PROXY

_LEG = re.compile(r"^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}),", re.MULTILINE)
_PROFILE = re.compile(r"\nvariable_sofia_profile_name: ([^\s]+)")
# A look at some calls is enough.
_MOST_LEGS = 20
# A profile with this lets nobody transfer.
_NO_TRANSFERS = "disable-transfer"


def every(api: Api, names: Sequence[str]) -> Iterator[Finding]:
    """All findings about the SIP profiles. `names` are those for phones and trunks."""
    yield running(api, names)
    yield headers(api)
    yield late_offers(api)
    yield lost_transfers(api)


def running(api: Api, names: Sequence[str]) -> Finding:
    """The SIP profiles for phones and trunks are running."""
    found = {
        profile.findtext("name")
        for profile in elements(api("sofia xmlstatus")).iter("profile")
        if (profile.findtext("state") or "").startswith("RUNNING")
    }
    stopped = [name for name in names if name not in found]
    if not stopped:
        return ok("SIP profiles", f"{', '.join(names)} run")
    remedy = "; ".join(f"fs_cli -x 'sofia profile {name} start'" for name in stopped)
    return wrong("SIP profiles", f"not running: {', '.join(stopped)}", remedy)


def headers(api: Api) -> Finding:
    """Every SIP profile that runs hands over every value of every header, and those of live calls have come so."""
    subject = "SIP headers"
    if without := _running_without(api, ALL_HEADERS, TRUE):
        text = f"the profiles {', '.join(without)} hand over one value of a header that has several"
        remedy = f'<param name="{ALL_HEADERS}" value="true"/> in their settings, then sofia profile NAME rescan'
        return wrong(subject, f"{text}: a call with an excluded number in another value is recorded", remedy)
    if stale := sorted(_read_without(api)):
        text = f"a live call on {', '.join(stale)} has one value of each header: the profile runs with old settings"
        return warn(subject, text, "; ".join(f"fs_cli -x 'sofia profile {name} rescan'" for name in stale))
    return ok(subject, "every value of every header is read")


def late_offers(api: Api) -> Finding:
    """Every SIP profile that runs answers calls whose INVITE has no offer (SDP)."""
    subject = "late offers"
    if without := _running_without(api, LATE_OFFERS, TRUE | {LATE_OFFERS_BY_PROXY}):
        text = f"the profiles {', '.join(without)} refuse calls whose INVITE has no SDP, before any dialplan"
        remedy = f'<param name="{LATE_OFFERS}" value="true"/> in their settings, then sofia profile NAME rescan'
        return warn(subject, text, remedy)
    return ok(subject, "calls whose INVITE has no SDP are answered")


def lost_transfers(api: Api) -> Finding:
    """Every SIP profile that runs, and lets phones transfer, asks before it calls an address that one names."""
    subject = "transfers to lost calls"
    letting = set(_running_without(api, _NO_TRANSFERS, TRUE))
    if without := [name for name in _running_without(api, ASKS_FOR_LOST, TRUE) if name in letting]:
        text = f"a phone on {', '.join(without)} can make the switch call any address (REFER with Replaces)"
        remedy = f'<param name="{ASKS_FOR_LOST}" value="true"/> in their settings, then sofia profile NAME rescan'
        return wrong(subject, text, remedy)
    return ok(subject, "the switch calls no address that a phone names")


def _running_without(api: Api, name: str, wanted: Collection[str]) -> list[str]:
    """The SIP profiles that run and do not have a wanted value, in lower case, for the parameter of this name."""
    running = {one.findtext("name") for one in elements(api("sofia xmlstatus")).iter("profile")}
    configured = elements(api("xml_locate configuration configuration name sofia.conf")).iter("profile")
    return sorted(
        {one.get("name", "") for one in configured if one.get("name") in running and _value(one, name) not in wanted}
    )


def _value(profile: ElementTree.Element, name: str) -> str:
    values = [one.get("value", "") for one in profile.iter("param") if one.get("name") == name]
    return values[-1].lower() if values else ""


def _read_without(api: Api) -> set[str]:
    """The profiles of live calls that came in without the variables that the parameter makes."""
    found: set[str] = set()
    for leg in _LEG.findall(api("show channels"))[:_MOST_LEGS]:
        dump = api(f"uuid_dump {leg}")
        profile = _PROFILE.search(dump)
        if profile and "\nCall-Direction: inbound" in dump and "\nvariable_sip_i_call_id: " not in dump:
            found.add(profile[1])
    return found


def elements(text: str) -> ElementTree.Element:
    """What the switch prints as XML; an empty element if it prints anything else."""
    try:
        return parsed(text)
    except ElementTree.ParseError:
        return ElementTree.Element("nothing")
