"""Who may call in over the trunks: the switch's access lists (ACLs), made from the trunks of every company."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import collapse_addresses

from fsplug.policy.entities import Transport
from fsplug.policy.hosts import Network, source_network
from fsplug.store.config import companies, trunks
from fsplug.store.config.trunks import Trunk
from fsplug.store.db.database import Store
from fsplug.xml.files import File
from fsplug.xml.host_addresses import HostAddresses
from fsplug.xml.install.conf_text import ConfText
from fsplug.xml.trunk_directory import trunk_list

FOLDER = "acl"
# Whoever stands in none of these lists gets no further than 403. A list that the switch does not have lets nobody in.
TRUNKS = "fsplug-trunks"
# Those of them who must prove a password as well, who must come over TLS, and who must encrypt their audio.
WITH_DIGEST, WITH_TLS, WITH_SRTP = "fsplug-trunks-with-digest", "fsplug-trunks-with-tls", "fsplug-trunks-with-srtp"


@dataclass(frozen=True, slots=True)
class AccessList:
    """A list of the switch's, by which it lets these networks in and nobody else."""

    name: str
    networks: tuple[str, ...]


class Callers:
    """The lists of the store's trunks as they are now. Host names are looked up in `addresses`."""

    def __init__(self, store: Store, text: ConfText, addresses: HostAddresses) -> None:
        self._store = store
        self._text = text
        self._addresses = addresses

    @property
    def version(self) -> int:
        """Grows when a host's addresses change."""
        return self._addresses.version

    def renew(self) -> None:
        """Look up the hosts again. This waits for the DNS."""
        self._addresses.renew()
        self._addresses.keep(host for _, trunk in self._trunks() for host in trunk.callers)

    def file(self) -> File:
        """The file of all lists."""
        lists = self.lists()
        return File(f"{FOLDER}/trunks.xml", lambda: iter([self._text.render("acl.xml", lists=lists).decode()]))

    def lists(self) -> list[AccessList]:
        """The lists of everybody, of those of whom something is asked, and of each trunk that proves a password.

        Where trunks share an address, all that is asked of one of them is asked of every call from there.
        """
        everybody: list[Network] = []
        proving: list[Network] = []
        over_tls: list[Network] = []
        encrypting: list[Network] = []
        own = []
        for domain, trunk in self._trunks():
            networks = [network for source in trunk.callers for network in self._networks(source)]
            everybody += networks
            over_tls += networks if trunk.transport is Transport.TLS else []
            encrypting += networks if trunk.srtp else []
            if trunk.inbound_digest:
                proving += networks
                own.append(AccessList(trunk_list(trunk.sip_username(domain)), _written(networks)))
        known = {TRUNKS: everybody, WITH_DIGEST: proving, WITH_TLS: over_tls, WITH_SRTP: encrypting}
        return [*(AccessList(name, _written(networks)) for name, networks in known.items()), *own]

    def _trunks(self) -> Iterator[tuple[str, Trunk]]:
        for company in companies.every(self._store):
            for trunk in trunks.trunks(self._store, company.domain, company.version):
                yield company.domain, trunk

    def _networks(self, source: str) -> Iterator[Network]:
        network = source_network(source)
        found = [network] if network else map(source_network, self._addresses.of(source))
        yield from filter(None, found)


def _written(networks: Iterable[Network]) -> tuple[str, ...]:
    every = set(networks)
    return tuple(
        str(one)
        for version in (4, 6)
        for one in collapse_addresses(network for network in every if network.version == version)  # type: ignore[type-var]
    )
