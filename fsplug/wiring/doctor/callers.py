"""The check-up of who is let in: calls over trunks by the trunks' addresses, phones by their passwords alone."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from fsplug.policy.entities import Transport
from fsplug.policy.hosts import source_network
from fsplug.store.config.trunks import Trunk
from fsplug.wiring.doctor.findings import Api, Finding, ok, warn, wrong
from fsplug.wiring.printed_xml import parsed
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.beside import ACL, BY_ADDRESS, TRUE
from fsplug.xml.install.callers import TRUNKS
from fsplug.xml.install.installation import Installation

_TRUNKS, _PHONES = "calls over trunks", "phones' passwords"
_SOFIA = "xml_locate configuration configuration name sofia.conf"


def every(api: Api, known: Iterable[Trunk], wanted: Installation, addresses: HostAddresses) -> Iterator[Finding]:
    """What lets calls in, and whether the trunks' own calls are."""
    params = _params(api(_SOFIA))
    if TRUNKS not in params.get((wanted.trunk_profile, ACL), ()):
        text = f"the profile {wanted.trunk_profile} takes calls from anybody"
        yield wrong(_TRUNKS, text, "fsplug switch install --conf DIR, then restart the switch")
    else:
        yield from _trunks(api, list(known), addresses, wanted)
    yield _phones(params, wanted.sip_profile)


def _trunks(api: Api, known: list[Trunk], addresses: HostAddresses, wanted: Installation) -> Iterator[Finding]:
    trouble = list(chain.from_iterable(_trunk(api, trunk, addresses) for trunk in known))
    over_tls = [trunk for trunk in known if trunk.transport is Transport.TLS]
    if not wanted.tls:
        trouble += map(_without_tls, over_tls)
    if wanted.trunks_show_certificates:
        trouble += [_without_name(trunk) for trunk in over_tls if source_network(trunk.host)]
    yield from trouble
    if not trouble:
        yield ok(_TRUNKS, f"taken from the addresses of {len(known)} trunks, and from nobody else")


def _trunk(api: Api, trunk: Trunk, addresses: HostAddresses) -> Iterator[Finding]:
    if not trunk.callers:
        text = f"nobody knows where the calls of the trunk {trunk.name} come from: they are refused"
        yield warn(_TRUNKS, text, f"fsplug trunk set --company COMPANY {trunk.name} --source ADDRESS")
    for source in trunk.callers:
        network = source_network(source)
        here = (str(network[0]),) if network else addresses.of(source)
        if not here:
            text = f"{source} of the trunk {trunk.name} has no address: its calls are refused"
            yield wrong(_TRUNKS, text, f"getent hosts {source}")
        elif api(f"acl {here[0]} {TRUNKS}").strip() != "true":
            yield wrong(_TRUNKS, f"the switch refuses calls from {source}, trunk {trunk.name}", "fs_cli -x reloadacl")


def _without_tls(trunk: Trunk) -> Finding:
    text = f"the trunk {trunk.name} goes over TLS, and the switch has no certificate for it"
    return wrong(_TRUNKS, text, "fsplug switch install --conf DIR --tls-certificate FILE --tls-key FILE")


def _without_name(trunk: Trunk) -> Finding:
    # sofia-sip reads no addresses in certificates (tport_tls.c, 1.13: it looks for "IP", OpenSSL says "IP Address").
    text = f"the switch finds no address in a certificate: it calls the trunk {trunk.name} by name alone"
    return warn(_TRUNKS, text, f"fsplug trunk set --company COMPANY {trunk.name} --host NAME")


def _phones(params: Mapping[tuple[str, str], list[str]], profile: str) -> Finding:
    lists = {ACL, "apply-register-acl"}
    let_in = [
        name for name in BY_ADDRESS for value in params.get((profile, name), ()) if name in lists or value in TRUE
    ]
    if "false" in params.get((profile, "auth-calls"), ())[-1:]:
        let_in.append("auth-calls")
    if let_in:
        text = f"{', '.join(let_in)} of the profile {profile} lets phones or calls in without a password"
        return wrong(_PHONES, text, "fsplug switch install --conf DIR, then restart the switch")
    return ok(_PHONES, f"every call and every phone of the profile {profile} proves one")


def _params(text: str) -> dict[tuple[str, str], list[str]]:
    """The values of each parameter, by its profile and name."""
    found: dict[tuple[str, str], list[str]] = {}
    try:
        profiles = parsed(text).iter("profile")
    except ElementTree.ParseError:
        return found
    for profile in profiles:
        for one in profile.iter("param"):
            place = (profile.get("name", ""), one.get("name", ""))
            found.setdefault(place, []).append(one.get("value", ""))
    return found
