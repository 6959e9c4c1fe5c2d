"""The facts about this installation that the XML needs, taken from its settings."""

from pathlib import Path

from fsplug.policy.proxies import networks
from fsplug.store.config import away_check
from fsplug.store.db.database import Store
from fsplug.wiring.settings import Settings
from fsplug.xml.files import Files
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.install.installed_files import InstalledFiles
from fsplug.xml.templates import Templates
from fsplug.xml.ways import Ways

# The address at which the same machine reaches a service that listens everywhere.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def ways(settings: Settings) -> Ways:
    """The addresses that the switch asks, and the folder of the company's own prompts."""
    host = _EVERYWHERE.get(settings.listen_host, settings.listen_host)
    return Ways(
        listen_host=host,
        listen_port=settings.listen_port,
        prompts=settings.data / "prompts",
        spool=settings.spool,
        srtp=settings.phones_srtp,
        phone_proxies=networks(settings.phone_proxies),
        away=Path(settings.switch_conf) / away_check.FOLDER if settings.switch_conf else None,
    )


def templates(settings: Settings) -> Templates:
    """fsplug's templates, overridden by the operator's."""
    return Templates(override=Path(settings.templates) if settings.templates else None)


def conf_text(settings: Settings) -> ConfText:
    """The templates of the switch's configuration, overridden by the operator's."""
    return ConfText(Path(settings.templates) if settings.templates else None)


def trunk_addresses(settings: Settings) -> Path:
    """Where the addresses of the trunks' hosts are kept, for when the DNS does not answer."""
    return settings.data / "trunk-addresses.json"


def installed_files(settings: Settings, store: Store, conf: Path) -> InstalledFiles:
    """The files kept up to date in the switch's configuration folder."""
    known = ways(settings)
    files = Files(store, templates(settings), known)
    good_seconds = settings.when_away_seconds
    text, addresses = conf_text(settings), HostAddresses(trunk_addresses(settings))
    return InstalledFiles(
        conf, store, files, text, known.public_context, good_seconds=good_seconds, addresses=addresses
    )
