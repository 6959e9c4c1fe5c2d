"""What a FreeSWITCH must know of this fsplug, and the files of a whole configuration."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from markupsafe import Markup

from fsplug.policy.entities import TRUNK_REALM
from fsplug.xml.answers import FIELDS
from fsplug.xml.install import callers, certificates, codecs
from fsplug.xml.install.conf_text import ConfText

# The switch finds this address itself: it is that of the interface with the default route.
OWN_ADDRESS = Markup("$${local_ip_v4}")
CONF_FOLDER = Markup("$${conf_dir}")
# FreeSWITCH's documented default, which every new configuration should change.
DEFAULT_PASSWORD = "ClueCon"
# The SIP profiles' parameter by which every value of every header reaches fsplug: an excluded number can stand in any.
ALL_HEADERS = "parse-all-invite-headers"
# The SIP profiles' parameter by which an INVITE without an offer (SDP) is answered. Without it the switch refuses such
# calls before its dialplan, with 480. "proxy" answers them too, when the callee does.
LATE_OFFERS = "enable-3pcc"
LATE_OFFERS_BY_PROXY = "proxy"
# The SIP profiles' parameter by which the switch asks before it calls the address that a phone names in a transfer
# (REFER with Replaces) to a call that is nowhere here. Without it the switch calls whatever stands there.
ASKS_FOR_LOST = "channel-xml-fetch-on-nightmare-transfer"
# Where the switch looks then, unless fsplug is asked.
LOST_TRANSFERS = "fsplug/channels/lost.xml"

XML_CURL, JSON_CDR = "mod_xml_curl", "mod_json_cdr"
# What arms calls while fsplug is away, where a company wants that.
PYTHON = "mod_python3"
_MODULES = (
    "mod_logfile",
    "mod_event_socket",
    "mod_sofia",
    "mod_loopback",
    "mod_commands",
    "mod_dptools",
    "mod_expr",
    "mod_hash",
    "mod_dialplan_xml",
    "mod_sndfile",
    "mod_native_file",
    "mod_tone_stream",
    JSON_CDR,
)
_CONFIGURATION = ("switch", "logfile", "event_socket", "acl", "small", "sofia", "json_cdr", "timezones")


# What a switch that reads files can't do, and what to do instead.
LETS_GUESS = "with --way files nobody is refused who tries passwords of phones: fsplug is not asked"
AGAINST_GUESSING = "set up fail2ban (docs/operating.md, Who tries passwords), or install with --way endpoint"


class Way(StrEnum):
    """How the switch learns who its users are and where calls go."""

    ENDPOINT = "endpoint"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Installation:
    """One switch with this fsplug beside it. Ports are UDP and TCP; `rtp_first` to `rtp_last` carry the audio.

    `records` is the folder for the call records that the switch can't post. `wideband` are the codecs beyond PCMA and
    PCMU that the switch has modules for. `arms_itself`: the switch must arm calls while fsplug is away.

    With `tls` phones and trunks may use SIP over TLS at these ports (phones', trunks'), and trunks must with
    `trunks_show_certificates` show one of the CA's.

    `sip_address` may be one of FreeSWITCH's own variables. `phone_domains` are the names that phones use for the one
    domain in which the profile has looked them all up.
    """

    way: Way = Way.ENDPOINT
    endpoint_url: str = "http://127.0.0.1:8085/"
    endpoint_username: str = "fsplug"
    endpoint_password: str = field(default="", repr=False)
    records: str = "/var/lib/fsplug/spool/.records"
    event_socket_host: str = "127.0.0.1"
    event_socket_port: int = 8021
    event_socket_password: str = field(default=DEFAULT_PASSWORD, repr=False)
    sip_address: str = OWN_ADDRESS
    sip_port: int = 5060
    trunk_port: int = 5080
    rtp_first: int = 16384
    rtp_last: int = 32768
    sip_profile: str = "internal"
    trunk_profile: str = "external"
    public_context: str = "public"
    phone_domains: tuple[str, ...] = ()
    wideband: tuple[str, ...] = ()
    arms_itself: bool = False
    tls: bool = False
    tls_ports: tuple[int, int] = (5061, 5081)
    trunks_show_certificates: bool = False

    def tls_params(self, kind: str) -> dict[str, str]:
        """The parameters of the SIP profile for phones (`internal`) or trunks (`external`) that make it take TLS."""
        if not self.tls:
            return {}
        is_trunks = kind == "external"
        known = {
            "tls": "true",
            "tls-only": "false",
            "tls-bind-params": "transport=tls",
            "tls-sip-port": str(self.tls_ports[is_trunks]),
            "tls-cert-dir": CONF_FOLDER + f"/{certificates.FOLDER}",
            "tls-version": "tlsv1.2,tlsv1.3",
            "tls-verify-date": "true",
        }
        if not is_trunks:
            # A call to a phone takes the connection that the phone has made: few phones accept one over TLS, and none
            # behind a NAT.
            return known | {"tls-always-nat": "true"}
        # Whoever connects shows a certificate of the CA. That of the provider whom the switch connects to names the
        # trunk's host as well: of a public CA everybody has a certificate.
        return known | ({"tls-verify-policy": "in|subjects_out"} if self.trunks_show_certificates else {})

    @property
    def trunk_realm(self) -> str:
        """The domain of those who prove a password when they call in over trunks."""
        return TRUNK_REALM

    @property
    def callers(self) -> str:
        """The access list of those who may call in over trunks."""
        return callers.TRUNKS

    @property
    def codecs(self) -> str:
        """What the SIP profiles offer, in this order."""
        return codecs.preferences(self.wideband)

    @property
    def modules(self) -> tuple[str, ...]:
        """What must be loaded, in this order; the modules of the wideband codecs may be."""
        asking = (XML_CURL,) if self.way is Way.ENDPOINT else ()
        return (*asking, *_MODULES, *((PYTHON,) if self.arms_itself else ()))


def record_settings(installation: Installation) -> dict[str, str]:
    """The settings of mod_json_cdr: every leg's record is posted, and kept as a file if it could not be."""
    return {
        "url": f"{installation.endpoint_url}records",
        "cred": f"{installation.endpoint_username}:{installation.endpoint_password}",
        "auth-scheme": "basic",
        "timeout": "2",
        "disable-100-continue": "true",
        "encode": "false",
        "encode-values": "false",
        "log-b-leg": "true",
        "prefix-a-leg": "false",
        "log-http-and-disk": "false",
        "rotate": "false",
        "err-log-dir": installation.records,
    }


def whole(installation: Installation, text: ConfText) -> dict[str, bytes]:
    """Every file of a configuration that is all fsplug's, by its path."""
    files = {"freeswitch.xml": text.render("freeswitch.xml"), LOST_TRANSFERS: text.render("channels.xml")}
    for name in _CONFIGURATION:
        files[f"fsplug/configuration/{name}.xml"] = text.render(
            f"configuration/{name}.xml", it=installation, records=record_settings(installation)
        )
    modules = (*installation.modules, *codecs.modules(installation.wideband))
    files["fsplug/configuration/modules.xml"] = text.render("configuration/modules.xml", modules=modules)
    if installation.way is Way.ENDPOINT:
        files["fsplug/configuration/xml_curl.xml"] = text.render("configuration/xml_curl.xml", it=installation)
    return files | profile(installation, text, "internal") | profile(installation, text, "external")


def profile(installation: Installation, text: ConfText, kind: str) -> dict[str, bytes]:
    """The file of a SIP profile: `internal` for phones or `external` for trunks."""
    return {f"fsplug/sip_profiles/{kind}.xml": text.render(f"sip_profiles/{kind}.xml", it=installation)}


def own(installation: Installation, text: ConfText) -> dict[str, bytes]:
    """The files that every installation has: where to ask fsplug."""
    if installation.way is not Way.ENDPOINT:
        return {}
    return {"fsplug/xml_curl/fsplug.xml": text.render("binding.xml", it=installation, fields=FIELDS)}


def endpoint_url(host: str, port: int) -> str:
    """The URL that the switch asks, for a host name, an IPv4 or an IPv6 address."""
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{port}/"
    urlsplit(url)
    return url
