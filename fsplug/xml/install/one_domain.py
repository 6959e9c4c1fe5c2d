"""A SIP profile that looks every phone up in one domain, whatever domain the phone names; and how its phones go on.

Phones of companies are looked up in the domain that they name, so the profile's settings for one domain must go. Every
other name that phones use for the one domain becomes a domain with the same users.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from fsplug.errors import Invalid
from fsplug.xml.install.conf_tree import ConfTree, relative, within
from fsplug.xml.install.conf_vars import resolved
from fsplug.xml.install.surgery import Element, XmlFile, include

# These settings put every phone into one single domain.
PARAMS = ("force-register-domain", "force-register-db-domain", "force-subscription-domain")
REALM, PRESENCE_HOSTS = "challenge-realm", "presence-hosts"
FOLDER = "fsplug/former"
_AUTOMATIC = frozenset({"", "auto_to", "auto_from"})
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_GROUPING = ("groups", "group", "users", "user")


@dataclass(frozen=True, slots=True)
class OneDomain:
    """The domain `name`, as their configuration writes it, in which a profile looks every phone up.

    `has_own_realm`: phones prove their passwords for a realm of the profile's own, so nobody knows which domains they
    name.
    """

    name: str
    has_own_realm: bool = False


def of_profile(tree: ConfTree, profile: str) -> OneDomain | None:
    """The one domain of this profile; None if it looks each phone up in the domain that the phone names."""
    found = tree.profile(profile)
    if found is None:
        return None
    file, element = found
    params = {one.attributes.get("name"): one.attributes.get("value", "") for one in file.all("param", element)}
    realm = params.get(REALM, "")
    own_realm = realm if realm.lower() not in _AUTOMATIC else ""
    name = params.get(PARAMS[0]) or own_realm or params.get(PARAMS[1])
    return OneDomain(name, bool(own_realm)) if name else None


def is_name(text: str) -> bool:
    """Whether the text can be a domain that a phone names."""
    return _NAME.fullmatch(text) is not None


def checked_name(text: str) -> str:
    """The domain's name in small letters; Invalid if a phone can't name it."""
    if not is_name(text):
        remedy = "write the domain that the phones sign in with, such as pbx.example or 192.0.2.1"
        raise Invalid("bad-domain", f"{text!r} is not a domain; {remedy}", domain=text)
    return text.lower()


def users(tree: ConfTree, domain: str) -> list[str]:
    """The users of the domain in their directory, in order."""
    found = _element(tree, domain)
    if found is None:
        return []
    file, element = found
    files = [(file, element), *((one, None) for one in tree.included_in(file, element))]
    known = (one.attributes for there, inside in files for one in there.all("user", inside))
    return list(dict.fromkeys(one["id"] for one in known if one.get("id") and one.get("type") != "pointer"))


def is_defined(tree: ConfTree, domain: str) -> bool:
    """Whether their directory has this domain."""
    return _element(tree, domain) is not None


def domains(tree: ConfTree) -> list[str]:
    """The domains of their directory, as far as their names are plain."""
    names = (resolved(tree, element.attributes.get("name", "")) for _, element in _elements(tree))
    return list(dict.fromkeys(name for name in names if name))


def copies(tree: ConfTree, one: OneDomain, names: Iterable[str]) -> dict[str, bytes]:
    """A file for each name that their directory lacks: a domain with the users of the one domain."""
    found = _element(tree, one.name)
    missing = [name for name in sorted(names) if not is_defined(tree, name)]
    return {f"{FOLDER}/{name}.xml": _copy(*found, name, f"{FOLDER}/{name}.xml") for name in missing} if found else {}


def presence_hosts(there: str | None, one: OneDomain, names: Collection[str]) -> str:
    """The hosts under which each phone of the profile is found: the profile's own, the one domain, and these names."""
    every = [*(there or "").split(","), one.name, *sorted(names)]
    return ",".join(dict.fromkeys(host.strip() for host in every if host.strip()))


def _elements(tree: ConfTree) -> Iterator[tuple[XmlFile, Element]]:
    """Their directory's domains; SIP profiles and other configurations have domains too."""
    for file, inside in tree.in_section("directory"):
        yield from ((file, one) for one in file.all("domain", inside) if one.attributes.get("name"))


def _element(tree: ConfTree, domain: str) -> tuple[XmlFile, Element] | None:
    wanted = {domain, resolved(tree, domain)} - {None}
    for file, element in _elements(tree):
        name = element.attributes["name"]
        if {name, resolved(tree, name)} & wanted:
            return file, element
    return None


def _copy(file: XmlFile, element: Element, name: str, path: str) -> bytes:
    """The domain under another name. Its calls carry the name that the dialplan knows."""
    inside = file.source[element.inner : element.closing]
    for line in file.all("X-PRE-PROCESS", element, cmd="include"):
        if pattern := within(file.name, line.attributes.get("data", "")):
            there = file.source[line.start : line.end]
            inside = inside.replace(there, include(relative(pattern, path)).encode())
    text = b'<include>\n  <domain name="%s">%s\n  </domain>\n</include>\n' % (name.encode(), inside.rstrip())
    made = XmlFile.parse(path, text)
    known = f'<variable name="domain_name" value={quoteattr(element.attributes["name"])}/>'
    domain = made.need("domain")
    variables = next((one for one in made.all("variables", domain) if not _is_grouped(made, one)), None)
    if variables is None:
        made = made.with_first(domain, f"<variables>{known}</variables>")
    else:
        made = made.with_first(variables, known)
    return made.source


def _is_grouped(file: XmlFile, element: Element) -> bool:
    return any(group.holds(element) for tag in _GROUPING for group in file.all(tag))
