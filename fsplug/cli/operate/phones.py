"""The phones that use a switch already, when fsplug comes: under which names they go on, and which are locked out."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from fsplug.errors import Refused, Unavailable

if TYPE_CHECKING:
    from fsplug.store.db.database import Store
    from fsplug.wiring.settings import Settings
    from fsplug.xml.install.conf_tree import ConfTree
    from fsplug.xml.install.installer import Installer
    from fsplug.xml.install.lockout import LockedOut, Registration
    from fsplug.xml.install.one_domain import OneDomain

_ANSWER_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Phones:
    """`domains`: the names for the one domain that stay; `locked_out`: who will no longer be able to sign in.

    `rung_too`: companies' phones, as domain and SIP username, that ring with a phone of the same name that is there.
    `away`: users of the one domain whose phones are not signed in now, so that nobody knows which domain they name.
    """

    domains: tuple[str, ...] = ()
    locked_out: tuple["LockedOut", ...] = ()
    rung_too: tuple[tuple[str, str], ...] = ()
    away: tuple[str, ...] = ()


def phones(
    settings: "Settings", installer: "Installer", named: Collection[str], profile: str, store: "Store"
) -> Phones:
    """What becomes of the phones of this profile. `named` are the domains that the operator says they use."""
    from fsplug.store.config import companies, devices
    from fsplug.xml.install import beside, one_domain
    from fsplug.xml.install.conf_vars import resolved
    from fsplug.xml.install.lockout import locked_out

    names = {one_domain.checked_name(name) for name in named}
    if installer.is_whole or (tree := installer.tree()).profile(profile) is None:
        return Phones(tuple(sorted(names)))
    known = {one.domain for one in companies.every(store)}
    one, must_match = one_domain.of_profile(tree, profile), not beside.has_matching_names(tree, profile)
    taken = _of_companies(store, tree, known, (one.name, names & known) if one else None)
    names -= known
    if not (one or must_match):
        return Phones(tuple(sorted(names)), tuple(taken))
    its_name, unsure = one.name if one else "", ""
    try:
        signed_in, its_name = _signed_in(settings, installer, profile, its_name)
        unsure = "" if signed_in else "no phone is signed in now"
    except Unavailable as error:
        signed_in, unsure = [], error.text
    if one and one.has_own_realm:
        unsure = "the profile has a realm of its own, which hides the domains that phones name"
    out = list(locked_out(signed_in, known, partial(_is_phone, store), must_match))
    if one and unsure and not (names or installer.is_installed):
        out += _unsure(tree, one, unsure)
    if one:
        used = {name for phone in signed_in for name in (phone.realm, phone.host) if one_domain.is_name(name)}
        names = (names | used) - known - {its_name.lower(), resolved(tree, one.name)}
    users = one_domain.users(tree, one.name) if one else []
    here = {phone.username or phone.user for phone in signed_in}
    return Phones(
        domains=tuple(sorted(names)),
        locked_out=tuple(dict.fromkeys([*taken, *out])),
        rung_too=tuple(devices.signing_in_as(store, users) if names else ()),
        away=tuple(user for user in users if user not in here) if signed_in else (),
    )


def refuse(found: Phones) -> None:
    """Refused with the name of everybody whose phone will no longer be able to sign in."""
    if not found.locked_out:
        return
    users: dict[str, list[str]] = {}
    for one in found.locked_out:
        users.setdefault(one.why, []).append(f"{one.user}@{one.domain}" if one.domain else one.user)
    named = "; ".join(f"{', '.join(names)} ({why})" for why, names in users.items())
    text = f"phones of these users would no longer be able to sign in: {named}. To go on all the same, add --lock-out"
    facts = [{"user": one.user, "domain": one.domain, "why": one.why} for one in found.locked_out]
    raise Refused("phones-locked-out", text, locked_out=facts)


def _signed_in(
    settings: "Settings", installer: "Installer", profile: str, domain: str
) -> tuple[list["Registration"], str]:
    """The phones that are signed in now, and the domain without variables, by the running switch.

    Unavailable if it can't be asked.
    """
    from fsplug.esl.protocol.session import InboundESL
    from fsplug.wiring.registrations import expanded, registrations
    from fsplug.xml.install import beside

    theirs = beside.event_socket(installer.tree())
    port, password = settings.event_socket_port, settings.event_socket_password
    if not installer.is_installed and theirs is not None:
        port, password = theirs.port or port, theirs.password or password
    connection = InboundESL(settings.event_socket_host, port, password, _ANSWER_SECONDS)
    try:
        connection.connect()
        api = partial(connection.api, deadline_seconds=_ANSWER_SECONDS)
        return registrations(api, installer.root, profile), expanded(api, domain)
    finally:
        connection.exit()


def _of_companies(
    store: "Store", tree: "ConfTree", known: Collection[str], former: tuple[str, Collection[str]] | None
) -> list["LockedOut"]:
    """Users of a domain that is a company too: fsplug answers for all of it. `former`: the one domain, other names."""
    from fsplug.xml.install import one_domain
    from fsplug.xml.install.lockout import LockedOut

    shared = [(domain, domain) for domain in one_domain.domains(tree) if domain in known]
    if former is not None:
        shared += [(name, former[0]) for name in sorted(former[1])]
    return [
        LockedOut(user, domain, f"{domain} is a company of fsplug, which has no such phone")
        for domain, written in shared
        for user in one_domain.users(tree, written)
        if not _is_phone(store, domain, user)
    ]


def _unsure(tree: "ConfTree", one: "OneDomain", why: str) -> list["LockedOut"]:
    """Everybody of the one domain: nobody knows under which name their phones look for it."""
    from fsplug.xml.install import one_domain
    from fsplug.xml.install.conf_vars import resolved
    from fsplug.xml.install.lockout import LockedOut

    domain = resolved(tree, one.name) or one.name
    text = f"if they name a domain other than {domain} (not known: {why}); give those domains with --phone-domain"
    return [LockedOut(user, "", text) for user in one_domain.users(tree, one.name)]


def _is_phone(store: "Store", domain: str, sip_username: str) -> bool:
    from fsplug.store.config import companies, devices

    version = companies.get(store, domain).version
    return devices.by_sip_username(store, domain, sip_username, version) is not None
