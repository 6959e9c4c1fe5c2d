"""A change made on the command line reaches the switch also while no fsplug serves it."""

from collections.abc import Callable
from pathlib import Path

from fsplug.errors import FsplugError
from fsplug.store.db.database import Store
from fsplug.wiring.process.serving import is_served
from fsplug.wiring.settings import Settings


def bring_up(settings: Settings, store: Store, note: Callable[[str], None]) -> None:
    """Bring what the switch arms calls by, while fsplug is away, to the company's latest version.

    `fsplug serve` does so too. But it may be away, and an excluded number must hold from the next call on.
    """
    conf = settings.switch_conf
    if not conf or is_served(settings.lock_file) or not (behind := _behind(store, Path(conf))):
        return
    from fsplug.wiring.endpoint import xml_ways

    try:
        xml_ways.installed_files(settings, store, Path(conf)).bring_up()
    except FsplugError as error:
        note(f"the switch does not know of this change to {', '.join(behind)} yet: {error.text}")


def _behind(store: Store, conf: Path) -> list[str]:
    """The companies whose calls the switch arms by itself, and of which it has no policy or an older one."""
    from fsplug.store.config import companies

    found = [one for one in companies.every(store) if one.arms_itself]
    if not found:
        return []
    from fsplug.xml.install.installed_files import armed_by

    return [one.domain for one in found if armed_by(conf, one.domain) != one.version]
