"""Adds fsplug to an existing configuration: a few lines in the operator's files, everything else in fsplug's own."""

import re

from fsplug.xml.install import installation as own_files
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.conf_tree import ConfTree, relative
from fsplug.xml.install.installation import ALL_HEADERS, DEFAULT_PASSWORD, Installation, Way
from fsplug.xml.install.surgery import Element, XmlFile, include
from fsplug.xml.install.timezones import posix_rules

_PORT = re.compile("[0-9]{1,5}")
# These settings put every phone into one single domain.
_ONE_DOMAIN = ("force-register-domain", "force-register-db-domain", "force-subscription-domain")
_ANYWHERE = frozenset({"::", "0.0.0.0"})


def changed(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Every file that must be added or changed, by its path; afterwards `tree` has the changes."""
    before = {name: file.source for name, file in tree.files.items()}
    files: dict[str, bytes] = {}
    records_are_theirs = own_files.JSON_CDR in _loaded(tree)
    _sections(tree)
    _event_socket(tree, installation)
    files |= _modules(tree, installation, text)
    files |= _profiles(tree, installation, text)
    files |= _missing(tree, installation, text)
    if not records_are_theirs:
        files |= _records(tree, installation, text)
    _public(tree, installation)
    edited = {name: file.source for name, file in tree.files.items() if file.source != before[name]}
    return edited | files


def event_socket(tree: ConfTree) -> tuple[int, str] | None:
    """The port and the password of their event socket; None if missing, or not in plain text."""
    found = tree.configuration("event_socket.conf")
    if found is None:
        return None
    params = {one.attributes.get("name"): one.attributes.get("value", "") for one in found[0].all("param", found[1])}
    port, password = params.get("listen-port", "8021"), params.get("password", DEFAULT_PASSWORD)
    return None if "$" in port + password or not _PORT.fullmatch(port) else (int(port), password)


def _sections(tree: ConfTree) -> None:
    """fsplug's sections come last: if both define a context or a domain, FreeSWITCH uses theirs."""
    for section in ("dialplan", "directory"):
        file, element = tree.section(section)
        tree.put(file.with_last(element, include(relative(f"fsplug/{section}/*.xml", file.name))))


def _event_socket(tree: ConfTree, installation: Installation) -> None:
    """Keep the event socket off the network, and give it its own password; keep a choice that the operator made."""
    found = tree.configuration("event_socket.conf")
    if found is None:
        return
    file, configuration = found
    listens = file.find("param", configuration, name="listen-ip")
    if listens is None or listens.attributes.get("value") in _ANYWHERE:
        file = _set(file, "event_socket.conf", "listen-ip", installation.event_socket_host)
    password = file.find("param", configuration, name="password")
    if password is None or password.attributes.get("value") == DEFAULT_PASSWORD:
        file = _set(file, "event_socket.conf", "password", installation.event_socket_password)
    tree.put(file)


def _set(file: XmlFile, configuration: str, name: str, value: str) -> XmlFile:
    settings = file.need("settings", file.need("configuration", name=configuration))
    return file.with_param(settings, name, value)


def _modules(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    found = tree.configuration("modules.conf")
    if found is None:
        return _configuration(tree, "modules", text.render("configuration/modules.xml", modules=installation.modules))
    file, configuration = found
    loaded = {one.attributes.get("module") for one in file.all("load", configuration)}
    for module in installation.modules:
        if module not in loaded:
            modules = file.need("modules", file.need("configuration", name="modules.conf"))
            file = file.with_last(modules, f'<load module="{module}"/>')
    tree.put(file)
    return {}


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
            tree.put(known[0].with_param(_settings(known[0], name), ALL_HEADERS, "true"))
    for kind, name in (("internal", installation.sip_profile), ("external", installation.trunk_profile)):
        found = tree.profile(name)
        if found is not None:
            tree.put((_for_phones if kind == "internal" else _for_trunks)(found[0], name))
            continue
        files |= own_files.profile(installation, text, kind)
        if sofia is not None:
            file = tree.files[sofia[0].name]
            profiles = file.need("profiles", file.need("configuration", name="sofia.conf"))
            tree.put(file.with_last(profiles, include(relative(f"fsplug/sip_profiles/{kind}.xml", file.name))))
    return files


def _for_phones(file: XmlFile, name: str) -> XmlFile:
    """Every company's phones, and each known by the password it proves."""
    for param in _ONE_DOMAIN:
        file = file.without_param(_settings(file, name), param)
    file = file.with_param(_settings(file, name), "challenge-realm", "auto_from")
    return file.with_param(_settings(file, name), "inbound-reg-force-matching-username", "true")


def _for_trunks(file: XmlFile, name: str) -> XmlFile:
    """Include our gateways; callers from outside must not transfer calls."""
    line = include(relative("fsplug/gateways/*.xml", file.name))
    profile = file.need("profile", name=name)
    if file.find("gateways", profile) is None:
        file = file.with_first(profile, "<gateways></gateways>")
    file = file.with_last(file.need("gateways", file.need("profile", name=name)), line)
    return file.with_param(_settings(file, name), "disable-transfer", "true")


def _settings(file: XmlFile, profile: str) -> Element:
    return file.need("settings", file.need("profile", name=profile))


def _missing(tree: ConfTree, installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Add what fsplug needs and their configuration lacks: time zones, the event socket, the endpoint to ask."""
    files: dict[str, bytes] = {}
    if tree.configuration("timezones.conf") is None:
        rules = posix_rules()
        files |= _configuration(tree, "timezones", text.render("configuration/timezones.xml", timezones=rules))
    if tree.configuration("event_socket.conf") is None:
        files |= _configuration(tree, "event_socket", text.render("configuration/event_socket.xml", it=installation))
    if installation.way is Way.ENDPOINT:
        files |= _bindings(tree, installation, text)
    return files


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
