"""Answers the switch's requests for XML."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from fsplug.errors import Invalid
from fsplug.policy.access.sign_in_failures import SignIn, account_of
from fsplug.policy.entities import TRUNK_REALM
from fsplug.policy.one_line import LONGEST_TEXT
from fsplug.policy.proxies import is_within
from fsplug.store.config import companies, numbers
from fsplug.store.db.cache import Cache
from fsplug.store.db.database import Store
from fsplug.xml import trunk_directory
from fsplug.xml.contacts import contact
from fsplug.xml.dialplan import incoming
from fsplug.xml.dialplan.company import CompanySnapshot
from fsplug.xml.dialplan.routing import Routing
from fsplug.xml.directory import Directory
from fsplug.xml.templates import Templates
from fsplug.xml.trunk_places import TrunkPlaces
from fsplug.xml.ways import Ways

# FreeSWITCH's own words for "look elsewhere": it goes on to its static files.
NOT_FOUND = """<document type="freeswitch/xml">
<section name="result">
<result status="not found"/>
</section>
</document>
"""
CHECK_CONTEXT = "fsplug"
_SNAPSHOTS = 256
# What can stand in a document whatever the rest of it says: every name of a company's or a trunk's, and every address.
_PLAIN = re.compile(r"[A-Za-z0-9_.+:\[\]-]{1,253}")
# Every field of a question that is read here, beside those that FreeSWITCH always sends (section, tag_name, key_value).
FIELDS = (
    "action",
    "purpose",
    "domain",
    "user",
    "group_name",
    "ip",
    "client_port",
    "sip_profile",
    "sip_auth_realm",
    "sip_auth_method",
    "sip_call_id",
    "sip_to_host",
    "sip_contact_user",
    "sip_via_protocol",
    "Hunt-Context",
    "Hunt-Destination-Number",
    "Caller-Context",
    "Caller-Destination-Number",
    "refer-from-channel-id",
)

# Where a phone that registers is, and what it calls itself.
_REACHED = ("sip_contact_user", "ip", "client_port", "sip_via_protocol")

# What the switch asks before it calls whom a phone has named in a transfer (REFER with Replaces) to a call that is
# nowhere here (sofia.c, 1.11.1).
_LOST_TRANSFER = "nightmare_xfer"

# Hangs up a leg, by its uuid.
HangsUp = Callable[[str], None]
# Whether this account must not sign in from there.
Refuses = Callable[[SignIn], bool]


def nobody(its: SignIn) -> bool:
    """Refuses nobody."""
    return False


def nothing(leg: str) -> None:
    """Hangs up nobody."""


class Answers:
    """Answers requests for directory and dialplan from the store's current state.

    fsplug answers fully for its companies: a user that a company lacks is unknown, whatever older files of the switch
    say. `refuses` tells who must not sign in from where. `hangs_up` ends a leg whose phone transfers somebody to a call
    that the switch does not have: the switch would call any address that the phone names.
    """

    def __init__(
        self,
        store: Store,
        templates: Templates,
        ways: Ways,
        refuses: Refuses = nobody,
        trunk_places: TrunkPlaces | None = None,
        hangs_up: HangsUp = nothing,
    ) -> None:
        self._store = store
        self._trunk_places = trunk_places or TrunkPlaces(store)
        self._refuses = refuses
        self._hangs_up = hangs_up
        self._templates = templates
        self._ways = ways
        self._snapshots: Cache[CompanySnapshot] = Cache(_SNAPSHOTS)

    def answer(self, request: Mapping[str, str]) -> str:
        """The whole document for the fields that FreeSWITCH posted; `NOT_FOUND` if fsplug is not responsible.

        Text from callers and phones in the fields never raises; Unavailable is raised if the store does not answer.
        Who is refused is so without the store, too.
        """
        if (refused := self._refused(request)) is not None:
            return refused
        if request.get("section") == "channels" and request.get("purpose") == _LOST_TRANSFER:
            self._hangs_up(request.get("refer-from-channel-id", ""))
            return NOT_FOUND
        sections = {"directory": self._directory, "dialplan": self._dialplan}
        answered = sections.get(request.get("section", ""))
        return self._store.read(lambda: answered(request)) if answered else NOT_FOUND

    def of_part(self, request: Mapping[str, str]) -> str | None:
        """The answer to a question of which only the beginning could be read; None if it is none for a domain's users.

        It knows nobody of the domain, so that nobody signs in: the switch would let its older files answer an error.
        """
        domain = request.get("domain") or request.get("key_value", "")
        if request.get("section") != "directory" or not _PLAIN.fullmatch(domain):
            return None
        return self._without("", domain)

    def directory(self, domain: str, user: str = "", department: str = "", contact: str = "") -> str:
        """A user of a company, or a department of it; a trunk that proves a password.

        `contact` is where the switch is to reach the user's phone.
        """
        if domain == TRUNK_REALM and _is_name(user):
            entries = trunk_directory.entries(self._store, user)
            return self._document("directory", "directory/trunks.xml.j2", realm=domain, entries=entries)
        snapshot = self._snapshot(domain)
        if snapshot is None or not all(map(_is_name, filter(None, (user, department)))):
            return NOT_FOUND
        known = Directory(self._store, snapshot)
        groups = known.of(user, contact) if user else known.department(department) if department else []
        return self._document("directory", "directory/company.xml.j2", company=snapshot.company, groups=groups)

    def dialplan(self, context: str, dialled: str) -> str:
        """The extensions of a context that may match the number."""
        if context == self._ways.public_context:
            return self._public(dialled)
        if context == CHECK_CONTEXT:
            return self._document("dialplan", "dialplan/fsplug.xml.j2")
        snapshot = self._snapshot(context)
        if snapshot is None:
            return NOT_FOUND
        # As $ does in the files' patterns: it ignores one line end.
        number = dialled.removesuffix("\n")
        extensions = Routing(self._store, snapshot).towards(number if _is_name(number) else "")
        return self._document(
            "dialplan",
            "dialplan/company.xml.j2",
            company=snapshot.company,
            may_refuse=snapshot.may_refuse,
            telling=snapshot.telling,
            extensions=extensions,
        )

    def _directory(self, request: Mapping[str, str]) -> str:
        # Gateways and network lists belong to the configuration (switch install).
        if "purpose" in request:
            return NOT_FOUND
        if self._signs_in_elsewhere(request) or self._is_at_a_trunk(request):
            return self._without(request.get("user", ""), request.get("domain", ""))
        asked_by_name = request.get("key_value", "") if request.get("tag_name") == "domain" else ""
        department = request.get("group_name", "") if request.get("action") == "group_call" else ""
        user = "" if department else request.get("user", "")
        return self.directory(request.get("domain") or asked_by_name, user, department, self._contact(request))

    def _refused(self, request: Mapping[str, str]) -> str | None:
        """The answer about a phone that must not sign in from where it is now; None if it may."""
        if request.get("section") != "directory" or request.get("action") != "sip_auth":
            return None
        user, domain = request.get("user", ""), request.get("domain", "")
        # The switch may look a user up in another domain than the password is for; its events name the latter.
        account = account_of(user, request.get("sip_auth_realm", ""))
        names = ("sip_profile", "ip", "client_port", "sip_call_id")
        profile, address, port, call_id = (request.get(name, "") for name in names)
        refused = self._refuses(SignIn(profile, address, port, account, call_id))
        return self._without(user, domain) if refused else None

    def _without(self, user: str, domain: str) -> str:
        """The answer that keeps this user of the domain from signing in, or every user.

        The domain has to be in it, or the switch looks for it in its older files.
        """
        if not _PLAIN.fullmatch(domain):
            return NOT_FOUND
        named = user if _PLAIN.fullmatch(user) else ""
        return self._document("directory", "directory/refused.xml.j2", user=named, domain=domain)

    def _signs_in_elsewhere(self, request: Mapping[str, str]) -> bool:
        """Whether a phone registers at another domain than its own, which is a company's.

        The switch keeps a registration under the domain of To, and looks at the username alone (FreeSWITCH 1.11.1).
        """
        if request.get("action") != "sip_auth" or request.get("sip_auth_method") != "REGISTER":
            return False
        registers_at = request.get("sip_to_host", "").lower()
        return registers_at != request.get("domain", "").lower() and self._snapshot(registers_at) is not None

    def _is_at_a_trunk(self, request: Mapping[str, str]) -> bool:
        """Whether a phone registers from where calls go out to: the source of a UDP packet can be forged."""
        if request.get("sip_auth_method") != "REGISTER":
            return False
        return self._trunk_places.holds(request.get("ip", ""), request.get("client_port", ""))

    def _contact(self, request: Mapping[str, str]) -> str:
        """Where the switch is to reach a phone that registers; empty for everything else."""
        user, address, port, transport = (request.get(name, "") for name in _REACHED)
        if request.get("sip_auth_method") != "REGISTER" or is_within(address, self._ways.phone_proxies):
            return ""
        return contact(user, address, port, transport)

    def _dialplan(self, request: Mapping[str, str]) -> str:
        # "Hunt" is where a transfer or execute_extension looks, "Caller" where the call came in.
        context = request.get("Hunt-Context") or request.get("Caller-Context", "")
        dialled = request.get("Hunt-Destination-Number") or request.get("Caller-Destination-Number", "")
        return self.dialplan(context, dialled)

    def _public(self, dialled: str) -> str:
        e164 = incoming.e164(dialled)
        domain = numbers.owner(self._store, e164) if e164 else None
        if e164 is None or domain is None:
            return self._star_in_public(dialled)
        return self._document("dialplan", "dialplan/public.xml.j2", extensions=[incoming.extension(e164, domain)])

    def _star_in_public(self, dialled: str) -> str:
        if not dialled.startswith("*"):
            return NOT_FOUND
        return self._document("dialplan", "dialplan/public.xml.j2", extensions=[])

    def _snapshot(self, domain: str) -> CompanySnapshot | None:
        if not _is_name(domain):
            return None
        try:
            company = companies.get(self._store, domain)
        except Invalid:
            return None
        return self._snapshots.get((domain, company.version), lambda: CompanySnapshot(self._store, company, self._ways))

    def _document(self, section: str, inner: str, **values: Any) -> str:
        return self._templates.render("document.xml.j2", section=section, inner=inner, ways=self._ways, **values)


def _is_name(text: str) -> bool:
    """Whether the text can be a name: a database accepts neither NUL nor lone surrogates, and names hold no line
    breaks.
    """
    return 0 < len(text) <= LONGEST_TEXT and text.isprintable()
