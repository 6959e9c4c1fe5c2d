"""Adds fsplug to an existing configuration: a few lines in the operator's files, everything else in fsplug's own."""

import re
from dataclasses import dataclass

from fsplug.xml.install import callers, codecs, one_domain
from fsplug.xml.install import installation as own_files
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.conf_tree import ROOT, ConfTree, relative
from fsplug.xml.install.conf_vars import resolved
from fsplug.xml.install.installation import (
    ALL_HEADERS,
    ASKS_FOR_LOST,
    DEFAULT_PASSWORD,
    LATE_OFFERS,
    LATE_OFFERS_BY_PROXY,
    Installation,
    Way,
)
from fsplug.xml.install.surgery import Element, XmlFile, include, param

_PORT = re.compile("[0-9]{1,5}")
ACL, MATCHING_NAMES = "apply-inbound-acl", "inbound-reg-force-matching-username"
# What lets calls and phones in by their address, or by nothing. A list for REGISTER takes the password's place, even if
# it only shuts somebody out (sofia_reg.c, 1.11.1).
BY_ADDRESS = (ACL, "apply-register-acl", "accept-blind-auth", "accept-blind-reg", "auth-calls-acl-only")
# switch_true.
TRUE = frozenset({"yes", "on", "true", "t", "enabled", "active", "allow", "1"})
_ANYWHERE = frozenset({"::", "0.0.0.0"})
# The switch takes an empty password for the default one.
_DEFAULTS = frozenset({"", DEFAULT_PASSWORD})


@dataclass(frozen=True, slots=True)
class EventSocket:
    """The event socket of a configuration; None stands for what only the running switch knows (a variable)."""

    port: int | None
    password: str | None


def changed(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Every file that must be added or changed, by its path; afterwards `tree` has the changes."""
    before = {name: file.source for name, file in tree.files.items()}
    files: dict[str, bytes] = {}
    records_are_theirs = own_files.JSON_CDR in _loaded(tree)
    _sections(tree)
    _event_socket(tree, installation)
    files |= _access_lists(tree, text)
    files |= _modules(tree, installation, text)
    files |= _profiles(tree, installation, text)
    files |= _lost_transfers(tree, text)
    files |= _missing(tree, installation, text)
    if not records_are_theirs:
        files |= _records(tree, installation, text)
    _public(tree, installation)
    edited = {name: file.source for name, file in tree.files.items() if file.source != before[name]}
    return edited | files


def event_socket(tree: ConfTree) -> EventSocket | None:
    """Their event socket; None if they have none. An empty password is the default one."""
    found = tree.configuration("event_socket.conf")
    if found is None:
        return None
    params = {one.attributes.get("name"): one.attributes.get("value", "") for one in found[0].all("param", found[1])}
    port, password = resolved(tree, params.get("listen-port", "8021")), resolved(tree, params.get("password", ""))
    is_port = port is not None and _PORT.fullmatch(port)
    return EventSocket(int(port) if port and is_port else None, DEFAULT_PASSWORD if password == "" else password)


def has_matching_names(tree: ConfTree, profile: str) -> bool:
    """Whether a phone of this profile must have the address that it proves, with or without fsplug."""
    found = tree.profile(profile)
    there = found[0].find("param", found[1], name=MATCHING_NAMES) if found else None
    return there is not None and (there.attributes.get("value") or "").lower() in TRUE


def _sections(tree: ConfTree) -> None:
    """fsplug's sections come last: if both define a context or a domain, FreeSWITCH uses theirs."""
    for section in ("dialplan", "directory"):
        file, element = tree.section(section)
        tree.put(file.with_last(element, include(relative(f"fsplug/{section}/*.xml", file.name))))


def _event_socket(tree: ConfTree, installation: Installation) -> None:
    """Keep the event socket off the network, and give it its own password; keep a choice that the operator made.

    Without an ACL the switch lets in this machine alone, wherever the socket listens (mod_event_socket.c, 1.11.1).
    """
    found = tree.configuration("event_socket.conf")
    if found is None:
        return
    file, configuration = found
    params = {one.attributes.get("name"): one.attributes.get("value") for one in file.all("param", configuration)}
    if "listen-ip" not in params or (params["listen-ip"] in _ANYWHERE and ACL not in params):
        file = _set(file, "event_socket.conf", "listen-ip", installation.event_socket_host)
    if resolved(tree, params.get("password") or "") in _DEFAULTS:
        file = _set(file, "event_socket.conf", "password", installation.event_socket_password)
    tree.put(file)


def _set(file: XmlFile, configuration: str, name: str, value: str) -> XmlFile:
    settings = file.need("settings", file.need("configuration", name=configuration))
    return file.with_param(settings, name, value)


def _modules(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    found, wanted = tree.configuration("modules.conf"), _wanted_modules(tree, installation)
    if found is None:
        return _configuration(tree, "modules", text.render("configuration/modules.xml", modules=wanted))
    file, configuration = found
    loaded = {one.attributes.get("module") for one in file.all("load", configuration)}
    for module in wanted:
        if module not in loaded:
            modules = file.need("modules", file.need("configuration", name="modules.conf"))
            file = file.with_last(modules, f'<load module="{module}"/>')
    tree.put(file)
    return {}


def _wanted_modules(tree: ConfTree, installation: Installation) -> tuple[str, ...]:
    """What their own SIP profiles offer is the operator's choice; a profile of ours needs its codecs' modules."""
    has_ours = any(tree.profile(name) is None for name in (installation.sip_profile, installation.trunk_profile))
    return (*installation.modules, *(codecs.modules(installation.wideband) if has_ours else ()))


def _loaded(tree: ConfTree) -> set[str]:
    """The modules that their configuration loads."""
    found = tree.configuration("modules.conf")
    return {one.attributes.get("module", "") for one in found[0].all("load", found[1])} if found else set()


def _records(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Have the switch's call records posted to fsplug. FreeSWITCH comes with a configuration that nothing uses."""
    wanted = own_files.record_settings(installation)
    found = tree.configuration("json_cdr.conf")
    if found is None:
        return _configuration(tree, "json_cdr", text.render("configuration/json_cdr.xml", records=wanted))
    file = found[0]
    for name, value in wanted.items():
        file = _set(file, "json_cdr.conf", name, value)
    tree.put(file)
    return {}


def _profiles(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    sofia = tree.configuration("sofia.conf")
    if sofia is None:
        files |= _configuration(tree, "sofia", text.render("configuration/sofia.xml", it=installation))
    for name in [element.attributes.get("name", "") for _, element in tree.profiles()]:
        if (known := tree.profile(name)) and known[0].find("settings", known[1]):
            tree.put(_for_every_call(known[0], name))
    files |= _former(tree, installation)
    for kind, name in (("internal", installation.sip_profile), ("external", installation.trunk_profile)):
        found = tree.profile(name)
        if found is not None:
            file = _for_phones(tree, found[0], installation) if kind == "internal" else _for_trunks(found[0], name)
            for setting, value in installation.tls_params(kind).items():
                file = file.with_param(_settings(file, name), setting, value)
            tree.put(file)
            continue
        files |= own_files.profile(installation, text, kind)
        if sofia is not None:
            file = tree.files[sofia[0].name]
            profiles = file.need("profiles", file.need("configuration", name="sofia.conf"))
            tree.put(file.with_last(profiles, include(relative(f"fsplug/sip_profiles/{kind}.xml", file.name))))
    return files


def _for_every_call(file: XmlFile, name: str) -> XmlFile:
    """Hand over all headers, call no address that a transfer names, and answer calls that come without an offer, in the
    operator's way if there is one.
    """
    for wanted in (ALL_HEADERS, ASKS_FOR_LOST):
        file = file.with_param(_settings(file, name), wanted, "true")
    theirs = file.find("param", _settings(file, name), name=LATE_OFFERS, value=LATE_OFFERS_BY_PROXY)
    return file if theirs else file.with_param(_settings(file, name), LATE_OFFERS, "true")


def _lost_transfers(tree: ConfTree, text: ConfText) -> dict[str, bytes]:
    """Where a transfer leads to a call that is nowhere; a section of theirs stays."""
    if tree.in_section("channels"):
        return {}
    file = tree.files[ROOT]
    section = f'<section name="channels">\n{include(own_files.LOST_TRANSFERS)}\n</section>'
    tree.put(file.with_last(file.need("document"), section))
    return {own_files.LOST_TRANSFERS: text.render("channels.xml")}


def _former(tree: ConfTree, installation: Installation) -> dict[str, bytes]:
    """The names that phones have used for the one domain of their profile stay domains."""
    one = one_domain.of_profile(tree, installation.sip_profile)
    files = one_domain.copies(tree, one, installation.phone_domains) if one else {}
    if files:
        file, element = tree.section("directory")
        tree.put(file.with_last(element, include(relative(f"{one_domain.FOLDER}/*.xml", file.name))))
    return files


def _access_lists(tree: ConfTree, text: ConfText) -> dict[str, bytes]:
    """The lists of those who may call in over trunks."""
    found = tree.configuration("acl.conf")
    if found is None:
        return _configuration(tree, "acl", text.render("configuration/acl.xml"))
    file, configuration = found
    if file.find("network-lists", configuration) is None:
        file = file.with_first(configuration, "<network-lists></network-lists>")
    lists = file.need("network-lists", file.need("configuration", name="acl.conf"))
    tree.put(file.with_last(lists, include(relative(f"fsplug/{callers.FOLDER}/*.xml", file.name))))
    return {}


def _for_phones(tree: ConfTree, file: XmlFile, installation: Installation) -> XmlFile:
    """Every company's phones, and each known by the password it proves."""
    name, names = installation.sip_profile, installation.phone_domains
    one = one_domain.of_profile(tree, name)
    for unwanted in (*one_domain.PARAMS, *BY_ADDRESS):
        file = file.without_param(_settings(file, name), unwanted)
    if one and names:
        there = file.find("param", _settings(file, name), name=one_domain.PRESENCE_HOSTS)
        hosts = one_domain.presence_hosts(there.attributes.get("value") if there else None, one, names)
        file = file.with_param(_settings(file, name), one_domain.PRESENCE_HOSTS, hosts)
    elif one:
        # Each phone of the profile is found under these hosts: a call to one there would ring companies' phones too.
        file = file.without_param(_settings(file, name), one_domain.PRESENCE_HOSTS)
    file = file.with_param(_settings(file, name), one_domain.REALM, "auto_from")
    file = file.with_param(_settings(file, name), "auth-calls", "true")
    return file.with_param(_settings(file, name), MATCHING_NAMES, "true")


def _for_trunks(file: XmlFile, name: str) -> XmlFile:
    """Include our gateways; callers from outside must not transfer calls."""
    line = include(relative("fsplug/gateways/*.xml", file.name))
    profile = file.need("profile", name=name)
    if file.find("gateways", profile) is None:
        file = file.with_first(profile, "<gateways></gateways>")
    file = file.with_last(file.need("gateways", file.need("profile", name=name)), line)
    file = file.with_param(_settings(file, name), "disable-transfer", "true")
    # Of several lists, one that lets a call in is enough: their own go on.
    return file.with_first(_settings(file, name), param(ACL, callers.TRUNKS))


def _settings(file: XmlFile, profile: str) -> Element:
    return file.need("settings", file.need("profile", name=profile))


def _missing(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Add what fsplug needs and their configuration lacks: time zones, the event socket, the endpoint to ask."""
    files = _timezones(tree, text)
    if tree.configuration("event_socket.conf") is None:
        files |= _configuration(tree, "event_socket", text.render("configuration/event_socket.xml", it=installation))
    if installation.way is Way.ENDPOINT:
        files |= _bindings(tree, installation, text)
    return files


def _timezones(tree: ConfTree, text: ConfText) -> dict[str, bytes]:
    """Include the rules of all time zones. They come last: of two rules for one zone, FreeSWITCH takes the later."""
    found = tree.configuration("timezones.conf")
    if found is None:
        return _configuration(tree, "timezones", text.render("configuration/timezones.xml"))
    file, configuration = found
    if file.find("timezones", configuration) is None:
        file = file.with_first(configuration, "<timezones></timezones>")
    zones = file.need("timezones", file.need("configuration", name="timezones.conf"))
    tree.put(file.with_last(zones, include(relative("fsplug/timezones/*.xml", file.name))))
    return {}


def _bindings(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    found = tree.configuration("xml_curl.conf")
    if found is None:
        return _configuration(tree, "xml_curl", text.render("configuration/xml_curl.xml", it=installation))
    file, configuration = found
    bindings = file.need("bindings", configuration)
    tree.put(file.with_last(bindings, include(relative("fsplug/xml_curl/*.xml", file.name))))
    return {}


def _configuration(tree: ConfTree, name: str, content: bytes) -> dict[str, bytes]:
    """A configuration of our own, included into their section."""
    file, section = tree.section("configuration")
    path = f"fsplug/configuration/{name}.xml"
    tree.put(file.with_last(section, include(relative(path, file.name))))
    return {path: content}


def _public(tree: ConfTree, installation: Installation) -> None:
    """FreeSWITCH uses the first context of a name, which is theirs: our numbers go into it, before the rest."""
    found = tree.context(installation.public_context)
    if found is not None and not found[0].name.startswith("fsplug/"):
        file, context = found
        tree.put(file.with_first(context, include(relative("fsplug/public/*.xml", file.name))))
