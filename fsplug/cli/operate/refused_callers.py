"""Whose calls a switch refuses once fsplug is installed in it: those of trunks and gateways that nobody can place."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsplug.store.db.database import Store
    from fsplug.xml.install.installation import Installation
    from fsplug.xml.install.installer import Installer


def lines(installer: "Installer", wanted: "Installation", store: "Store") -> Iterator[str]:
    """A line for each, with the remedy."""
    from fsplug.store.config import companies, trunks

    known = set()
    for company in companies.every(store):
        for trunk in trunks.trunks(store, company.domain, company.version):
            known.add(trunk.gateway)
            if not trunk.callers:
                remedy = f"fsplug trunk set --company {company.domain} {trunk.name} --source ADDRESS"
                yield f"calls from the trunk {trunk.name} of {company.domain} are refused: no host; {remedy}"
    for gateway in _own_gateways(installer, wanted.trunk_profile):
        if gateway not in known:
            remedy = f"fsplug trunk add --company COMPANY NAME --gateway {gateway} --source ADDRESS"
            yield f"calls from your own gateway {gateway} are refused unless a trunk has its address; {remedy}"


def _own_gateways(installer: "Installer", profile: str) -> list[str]:
    """The operator's gateways in a profile that has no access list of its own so far."""
    from fsplug.xml.install.beside import ACL

    if installer.is_whole:
        return []
    tree = installer.tree()
    found = tree.profile(profile)
    if found is None or found[0].find("param", found[1], name=ACL):
        return []
    inside = [found, *((file, file.whole) for file in tree.included_in(*found))]
    names = (one.attributes.get("name", "") for file, within in inside for one in file.all("gateway", within))
    return list(dict.fromkeys(filter(None, names)))
