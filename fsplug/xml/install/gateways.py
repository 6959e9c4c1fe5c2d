"""The gateways of the store's trunks, as the switch's trunk profile includes them: a file each."""

from collections.abc import Iterator

from fsplug.errors import Invalid
from fsplug.store.config import trunks
from fsplug.store.config.trunks import Trunk
from fsplug.store.db.database import Store
from fsplug.xml.files import File
from fsplug.xml.install.conf_text import ConfText

FOLDER = "gateways"


class Gateways:
    """One file for each gateway that the switch does not have by itself; companies may share one."""

    def __init__(self, store: Store, text: ConfText) -> None:
        self._store = store
        self._text = text

    def files(self) -> list[File]:
        """The files. If two trunks want one gateway for two places, the first trunk gets it."""
        first = {trunk.gateway: trunk for trunk in reversed(list(self._trunks()))}
        return [self._file(first[name]) for name in sorted(first)]

    def check(self) -> None:
        """Invalid("gateway-conflict") if two trunks use one gateway for different places."""
        first: dict[str, Trunk] = {}
        for trunk in self._trunks():
            there = first.setdefault(trunk.gateway, trunk)
            if _account(there) != _account(trunk):
                remedy = "give one of them another with: fsplug trunk set --gateway"
                where = f"{there.host} and {trunk.host}"
                text = f"two trunks use one gateway for different places, {trunk.gateway}: {where}; {remedy}"
                raise Invalid("gateway-conflict", text, gateway=trunk.gateway, hosts=[there.host, trunk.host])

    def _trunks(self) -> Iterator[Trunk]:
        return (one for one in trunks.of_all(self._store) if one.host)

    def _file(self, trunk: Trunk) -> File:
        text = self._text
        return File(f"{FOLDER}/{trunk.gateway}.xml", lambda: iter([text.render("gateway.xml", trunk=trunk).decode()]))


def name_of(place: str) -> str | None:
    """The gateway whose file lies there, or None."""
    folder, _, file = place.partition("/")
    return file.removesuffix(".xml") if folder == FOLDER else None


def _account(trunk: Trunk) -> tuple[object, ...]:
    return (trunk.host, trunk.port, trunk.register, trunk.username, trunk.password, trunk.transport, trunk.srtp)
